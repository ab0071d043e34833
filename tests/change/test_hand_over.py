"""A demand becomes an epic, an enhancement or a change: what is carried, what is told back."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from changeoffice.core.notify.models import Notification
from changeoffice.core.outbox.relay import relay
from changeoffice.core.record.models import NamedPerson, Record
from changeoffice.core.talk.files import attach
from changeoffice.core.talk.models import Follower
from demand import ports
from demand.delivery import hand_over
from ideation.models import Idea
from portfolio.models import Epic, Project
from practices.change.models import Change

pytestmark = pytest.mark.django_db
WINDOW = {"window_start": "2027-03-06T22:00", "window_end": "2027-03-07T04:00"}


def handed(api, person, demand, **given):
    return api(person).post(f"/api/v1/demands/{demand.reference}/hand-over/", given, format="json")


def test_a_demand_becomes_an_epic_with_all_it_knows(
    scheduled, product, api, analyst, author, sponsor, service
):
    answer = handed(api, analyst, scheduled, into="epic", product=product.reference)
    assert answer.status_code == 200, answer.content
    assert answer.json()["made"]["kind"] == "epic"
    epic = Epic.objects.get()
    assert (epic.demand_id, epic.product, epic.sponsor) == (scheduled.pk, product, sponsor)
    assert (epic.planned_start, epic.planned_finish) == (scheduled.starts_on, scheduled.finishes_on)
    assert epic.planned_cost == scheduled.cost_likely and epic.currency == scheduled.currency
    assert list(epic.services.all()) == [service]
    assert epic.design_requirements == scheduled.design_requirements != {}
    assert epic.compliance_flags == ["psd2"]
    (effect,) = epic.effects.all()
    (asked,) = scheduled.effects.all()
    assert (effect.kpi, effect.change, effect.by_on) == (asked.kpi, asked.change, asked.by_on)
    followers = Follower.objects.filter(record_id=epic.pk).values_list("person_id", flat=True)
    assert {author.pk, analyst.pk, sponsor.pk} <= set(followers)
    told = api(analyst).get(f"/api/v1/epics/{epic.reference}/").json()
    assert told["demand"]["id"] == scheduled.reference
    assert told["effects"][0]["change"] == "-100.00" and told["progress"] == 0


@pytest.mark.parametrize("into", ["enhancement", "change"])
def test_a_demand_becomes_an_enhancement_or_a_change(into, scheduled, api, analyst, manager):
    answer = handed(api, analyst, scheduled, into=into, change_type="normal",
                    owner=manager.username, **WINDOW)  # fmt: skip
    assert answer.status_code == 200, answer.content
    made = Change.objects.get()
    assert (made.category, made.type, made.owner) == (into, "normal", manager)
    assert made.window == ("6 March 2027, 22:00", "7 March 2027, 04:00")
    assert made.design_requirements == scheduled.design_requirements
    assert made.effects.count() == 1


def test_an_enhancement_without_a_window_has_the_days_of_its_demand(scheduled, api, analyst):
    assert (
        handed(api, analyst, scheduled, into="enhancement", change_type="standard").status_code
        == 200
    )
    assert Change.objects.get().window == ("11 January 2027, 00:00", "1 September 2027, 00:00")


@pytest.mark.parametrize("given, field", [
    ({"into": "epic"}, "product"),
    ({"into": "change", "change_type": "normal"}, "window_start"),
    ({"into": "change", **WINDOW}, "change_type"),
    ({"into": "change", "change_type": "wild", **WINDOW}, "change_type"),
    ({"into": "project", "change_type": "normal"}, "change_type"),
    ({"into": "dragon"}, "into"),
    ({"into": "change", "change_type": "normal", "window_start": "soon", "window_end": "later"}, "window_start"),
    ({"into": "change", "change_type": "normal", "window_start": "0001-01-01T00:00", "window_end": "9999-12-31T23:59"}, "window_start"),
    ({"into": "change", "change_type": "normal", "window_start": WINDOW["window_end"], "window_end": WINDOW["window_start"]}, ""),
])  # fmt: skip
def test_what_a_choice_needs_is_said_and_nothing_is_made(given, field, scheduled, api, analyst):
    answer = handed(api, analyst, scheduled, **given)
    assert answer.status_code == 400, answer.content
    assert field in str(answer.json())
    scheduled.refresh_from_db()
    assert scheduled.state == "scheduled"
    assert not Record.objects.filter(kind__in=("project", "epic", "change")).exists()


def test_the_page_asks_what_the_choice_needs_without_a_script(scheduled, product, page, analyst):
    client, url = page(analyst), f"{scheduled.get_absolute_url()}/hand-over"
    for into, asks, asks_not in (
        ("", 'name="template"', 'name="product"'),
        ("epic", 'name="product"', 'name="template"'),
        ("change", 'name="window_start"', 'name="product"'),
    ):
        html = client.get(url, {"into": into}).content.decode()
        assert asks in html and asks_not not in html and f"{url}?into=enhancement" in html
    answer = client.post(url, {"into": "epic"})
    assert answer.status_code == 422 and 'name="product"' in answer.content.decode()
    answer = client.post(url, {"into": "epic", "product": product.reference})
    assert answer.status_code == 302 and answer["Location"] == Epic.objects.get().get_absolute_url()
    assert client.get(answer["Location"]).status_code == 200
    later = client.get(url, {"into": "epic"})
    assert "Not possible now" in later.content.decode()


def test_only_an_analyst_hands_over_and_only_into_what_they_see(
    scheduled, product, api, stranger, project_manager, analyst
):
    for person in (stranger, project_manager):
        answer = handed(api, person, scheduled, into="epic", product=product.reference)
        assert answer.status_code == 403
    type(product).objects.filter(pk=product.pk).update(confidential=True)
    answer = handed(api, analyst, scheduled, into="epic", product=product.reference)
    assert answer.status_code == 400 and not Epic.objects.exists()


def test_a_confidential_demand_becomes_something_only_named_people_see(
    scheduled, product, api, page, analyst, author, sponsor, stranger, leader, colleague
):
    scheduled.restrict(by=analyst, people=[colleague])
    epic = hand_over(scheduled, by=analyst, into="epic", product=product)
    named = NamedPerson.objects.filter(record_id=epic.pk).values_list("person_id", flat=True)
    assert {author.pk, analyst.pk, sponsor.pk, colleague.pk} <= set(named)
    assert epic.confidential and epic.is_visible_to(colleague)
    assert not epic.is_visible_to(leader) and not epic.is_visible_to(stranger)
    for url in (epic.get_absolute_url(), f"/api/v1/epics/{epic.reference}/"):
        client = api(leader) if url.startswith("/api") else page(leader)
        assert client.get(url).status_code == 404
    for url in (product.get_absolute_url(), "/epics?view=all", "/products", "/demands",
                f"/search?q={epic.reference}"):  # fmt: skip
        assert f"/epics/{epic.reference}" not in page(leader).get(url).content.decode(), url
    assert f"/epics/{epic.reference}" in page(colleague).get("/epics?view=all").content.decode()


def test_what_is_hidden_from_somebody_is_in_progress_on_trail_and_card(
    scheduled, product, analyst, stranger
):
    epic = hand_over(scheduled, by=analyst, into="epic", product=product)
    steps = ports.trails([scheduled.pk], stranger)[scheduled.pk]
    assert [step.reference for step in steps] == [epic.reference, ""]
    assert steps[0].label == "Epic" and ports.cards([scheduled.pk], stranger)[scheduled.pk][
        "reference"] == epic.reference  # fmt: skip
    Epic.objects.filter(pk=epic.pk).update(confidential=True)
    steps = ports.trails([scheduled.pk], stranger)[scheduled.pk]
    assert [step.title for step in steps] == ["In progress", "Expected"]
    assert ports.cards([scheduled.pk], stranger) == {scheduled.pk: {"stage": "In progress"}}


def test_the_board_and_the_page_of_the_demand_name_the_epic(scheduled, product, page, analyst):
    epic = hand_over(scheduled, by=analyst, into="epic", product=product)
    for url in ("/demands", scheduled.get_absolute_url()):
        assert epic.reference in page(analyst).get(url).content.decode(), url


def test_files_of_the_demand_are_linked_from_what_it_became(
    scheduled, product, page, analyst, author, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    file = attach(scheduled, by=author, upload=SimpleUploadedFile("case.txt", b"why"))
    epic = hand_over(scheduled, by=analyst, into="epic", product=product)
    html = page(analyst).get(epic.get_absolute_url()).content.decode()
    assert f"/attachments/{file.pk}" in html and "case.txt" in html


# Mirror ----------------------------------------------------------------------------------------------
def test_the_demand_mirrors_the_points_of_its_epic_until_it_is_completed(
    scheduled, product, analyst, project_manager
):
    epic = hand_over(scheduled, by=analyst, into="epic", product=product)
    epic.start(by=project_manager)
    epic.report(by=project_manager, done=30)
    assert _progress(scheduled) == 30
    epic.revise(by=project_manager, points_planned=40)
    assert _progress(scheduled) == 0
    epic.report(by=project_manager, done=10)
    assert _progress(scheduled) == 25
    epic.finish(by=project_manager)
    scheduled.refresh_from_db()
    assert (scheduled.state, scheduled.progress, epic.progress) == ("completed", 100, 100)


def _progress(demand) -> int:
    demand.refresh_from_db()
    return demand.progress


def test_the_demand_mirrors_its_change_until_it_is_completed(scheduled, analyst, manager):
    made = hand_over(scheduled, by=analyst, into="enhancement", change_type="standard")
    made.start(by=manager)
    assert _progress(scheduled) == 50
    made.finish(by=manager, outcome="partly", outcome_words="One report is still missing.")
    scheduled.refresh_from_db()
    assert (scheduled.state, scheduled.progress) == ("completed", 100)


def give_up_epic(demand, product, by, manager):
    made = hand_over(demand, by=by, into="epic", product=product)
    made.drop(by=manager, reason="The supplier ends its support.")
    return made


def give_up_change(demand, product, by, manager):
    made = hand_over(demand, by=by, into="enhancement", change_type="normal")
    made.cancel(by=manager, reason="The supplier ends its support.")
    return made


def fail_change(demand, product, by, manager):
    made = hand_over(demand, by=by, into="enhancement", change_type="normal")
    made.start(by=manager)
    made.finish(by=manager, outcome="failed", outcome_words="The supplier ends its support.")
    return made


def stop_project(demand, product, by, manager):
    made = hand_over(demand, by=by)
    made.stop(by=manager, reason="The supplier ends its support.")
    return made


@pytest.mark.parametrize("give_up", [give_up_epic, give_up_change, fail_change, stop_project])
def test_what_ends_without_delivering_gives_its_demand_back_with_the_reason(
    give_up, scheduled, product, analyst, manager, author, page
):
    made = give_up(scheduled, product, analyst, manager)
    scheduled.refresh_from_db()
    assert (scheduled.state, scheduled.progress) == ("scheduled", 0)
    event = scheduled.record.events.get(verb="give_back")
    assert event.reason == f"{made.reference}: The supplier ends its support."
    relay()
    told = Notification.objects.get(person=scheduled.owner, key=f"event:{event.pk}")
    assert told.asks and "The supplier ends its support." in told.text
    assert Notification.objects.filter(person=author, key=f"event:{event.pk}", asks=False).exists()
    assert not Notification.objects.filter(person=manager, key=f"event:{event.pk}").exists()
    assert ports.trails([scheduled.pk], analyst) == {}
    again = hand_over(scheduled, by=analyst, into="epic", product=product)
    assert again.state == "planned" and again.demand_id == scheduled.pk
    html = page(analyst).get(made.get_absolute_url()).content.decode()
    assert scheduled.reference in html


def test_a_hidden_reason_is_not_told_through_an_open_demand(
    scheduled, analyst, manager, project_manager, page, api
):
    made = hand_over(scheduled, by=analyst, owner=project_manager)
    made.restrict(by=manager, people=[manager], reason="Talks")
    made.stop(by=manager, reason="We buy the supplier instead.")
    event = scheduled.record.events.get(verb="give_back")
    assert not told_of(made, page(analyst), api(analyst), scheduled)
    assert made.reference not in event.client
    heard = Notification.objects.filter(text__contains="We buy").values_list("person", flat=True)
    assert analyst.pk not in heard


def test_a_project_that_becomes_confidential_leaves_the_history_of_the_demand_it_gave_back(
    scheduled, analyst, manager, page, api
):
    made = stop_project(scheduled, None, analyst, manager)
    assert told_of(made, page(analyst), api(analyst), scheduled)
    type(made).objects.filter(pk=made.pk).update(confidential=True, owner=manager)
    assert not told_of(made, page(analyst), api(analyst), scheduled)
    NamedPerson.put(made.pk, analyst)
    assert told_of(made, page(analyst), api(analyst), scheduled)


def told_of(made, pages, machines, demand) -> bool:
    """Whether anything of the demand tells its reference: all doors agree."""
    at = demand.get_absolute_url()
    told = {made.reference in pages.get(at).content.decode(),
            made.reference in machines.get(f"/api/v1{at}/history/").content.decode()}  # fmt: skip
    assert len(told) == 1
    return told.pop()


def test_the_portal_alone_gives_a_demand_back(scheduled, product, api, analyst):
    hand_over(scheduled, by=analyst, into="epic", product=product)
    for verb in ("give-back", "mirror", "complete"):
        path = f"/api/v1/demands/{scheduled.reference}/{verb}/"
        assert api(analyst).post(path, {}, format="json").status_code == 404
    assert Project.objects.count() == 0


@pytest.mark.parametrize("into", ["epic", "enhancement"])
def test_an_idea_delivered_by_an_epic_or_a_change_tells_what_it_is_meant_to_bring_and_who_made_it(
    into, scheduled, product, page, author, analyst, manager, stranger
):
    idea = Idea.propose(by=author, title="Tell customers why a payment is held",
                        problem="Customers ring us because nothing tells them why.")  # fmt: skip
    idea.submit(by=author)
    type(scheduled).objects.filter(pk=scheduled.pk).update(idea=idea)
    Idea.objects.filter(pk=idea.pk).update(state="promoted")
    scheduled.refresh_from_db()
    own = {"product": product} if into == "epic" else {"change_type": "standard"}
    made = hand_over(scheduled, by=analyst, into=into, owner=manager, **own)
    made.start(by=manager)
    made.finish(by=manager, **({} if into == "epic" else {"outcome": "successful"}))
    (effect,) = made.effects.all()
    shown = page(stranger).get(f"/ideas/{idea.reference}").content.decode()
    assert "What it brought" in shown and effect.kpi.title in shown
    assert "Expected by 31 August 2027, not read yet" in shown
    assert '<span class="worth__figure">−100</span>' in shown
    assert f"{manager.name} finished {made.reference}, now in use" in shown
    assert ("Epic owner" if into == "epic" else "Implementer") in shown
    listed = page(stranger).get("/ideas/delivered").content.decode()
    assert made.get_absolute_url() in listed and effect.kpi.title in listed
    type(made).objects.filter(pk=made.pk).update(confidential=True)
    for url in ("/ideas/delivered", f"/ideas/{idea.reference}"):
        hidden = page(stranger).get(url).content.decode()
        assert made.reference not in hidden and effect.kpi.title not in hidden
