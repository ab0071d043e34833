"""Tags, co-authors, thresholds and themes; drafts, first answers and who takes part."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changeoffice.core.administration.models import AdminEvent
from changeoffice.core.notify.models import Notification
from changeoffice.core.outbox.relay import relay
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotAllowed
from changeoffice.core.record.models import NamedPerson
from ideation import tags
from ideation.models import Campaign, Idea, IdeaDraft, IdeaPolicy, Theme
from tests.crowd import together
from tests.ideation.conftest import PROBLEM


def submitted(person, title="Call back in their own slot", **more) -> Idea:
    return Idea.propose(by=person, title=title, problem=PROBLEM, **more).submit(by=person)


# ── tags ─────────────────────────────────────────────────────────────────────────────────────
@given(st.text())
def test_a_tag_written_the_one_way_stays_as_it_is(words):
    once = tags.normalised(words)
    assert tags.normalised(once) == once
    assert tags.of(words) == tags.of(", ".join(tags.of(words)))


def test_tags_meet_whatever_their_spelling_and_filter_pages_and_api(page, api, author, colleague):
    made = api(author).post("/api/v1/ideas/", {
        "title": "Call back in their own slot", "problem": PROBLEM,
        "tags": ["#Call  Reduction", "call reduction", "Mobile"]})  # fmt: skip
    assert made.json()["tags"] == ["call reduction", "mobile"]
    api(author).post(f"/api/v1/ideas/{made.json()['id']}/submit/")
    page(colleague).post("/ideas/new", {"title": "Another one on paper", "problem": PROBLEM,
                                        "tags": "Call reduction; branch", "go": "submit"})  # fmt: skip
    listed = api(author).get("/api/v1/ideas/?tag=CALL reduction").json()["results"]
    assert len(listed) == 2
    shown = page(author).get("/ideas?tag=branch")
    assert [row["tags"] for row in shown.context["ideas"]] == [["call reduction", "branch"]]
    wrong = {"title": "Call back in their own slot", "problem": PROBLEM}
    for given_ in (["x" * 31], [str(n) for n in range(9)], "a\x00b", {"a": 1}, [["a"]]):
        assert api(author).post("/api/v1/ideas/", wrong | {"tags": given_}).status_code == 400


def test_tags_of_others_finish_the_line_but_not_those_of_hidden_ideas(page, author, colleague):
    submitted(author, tags=["branch", "brand"])
    secret = submitted(author, "A quiet matter of people", tags=["branch closing"])
    Idea.objects.filter(pk=secret.pk).update(confidential=True)
    answer = page(colleague).get("/ideas/tags?tags=Mobile, bran").content.decode()
    assert 'value="mobile, branch"' in answer and 'value="mobile, brand"' in answer
    assert "closing" not in answer
    assert page(colleague).get("/ideas/tags?tags=%25, _").status_code == 200


# ── co-authors ───────────────────────────────────────────────────────────────────────────────
def test_a_co_author_is_told_shown_and_may_edit(page, api, author, colleague, stranger, idea):
    sent = page(author).post(f"/ideas/{idea.reference}/add-co-author",
                             {"person": colleague.username})  # fmt: skip
    assert sent.status_code == 302
    relay()
    told = Notification.objects.get(person=colleague, event__verb="add_co_author")
    assert told.because == "you are named on it now"
    assert colleague.name in page(stranger).get(f"/ideas/{idea.reference}").content.decode()
    url = f"/api/v1/ideas/{idea.reference}/"
    assert api(stranger).get(url).json()["co_authors"][0]["username"] == colleague.username
    assert api(colleague).patch(url, {"title": "Say it in better words"}).status_code == 200
    assert api(stranger).patch(url, {"title": "Say it in other words"}).status_code == 403
    assert [row["id"] for row in page(colleague).get("/ideas?mine=submitted").context["ideas"]] == [
        idea.reference
    ]
    with pytest.raises(NotAllowed):
        idea.add_co_author(by=colleague, person=stranger)
    with pytest.raises(Invalid):
        idea.add_co_author(by=author, person=author)
    idea.remove_co_author(by=author, person=colleague)
    with pytest.raises(NotAllowed):
        idea.revise(by=colleague, title="Once more in other words")


def test_only_the_co_author_just_named_hears_of_it_and_not_one_of_the_same_name(
    make_person, author, idea
):
    first, second = (make_person("Ann Lee", username=name) for name in ("ann.lee", "ann.lee.2"))
    idea.add_co_author(by=author, person=first)
    relay()
    Notification.objects.all().delete()
    idea.add_co_author(by=author, person=second)
    relay()
    of = {
        row.person: row.because for row in Notification.objects.filter(event__verb="add_co_author")
    }
    assert of == {second: "you are named on it now", first: "you follow it"}


def test_whoever_is_named_for_another_reason_stays_named_when_no_co_author_any_more(
    author, analyst, colleague, idea
):
    Idea.objects.filter(pk=idea.pk).update(confidential=True)
    idea.refresh_from_db()
    NamedPerson.put(idea.pk, analyst, colleague)
    idea.add_co_author(by=author, person=colleague)
    idea.remove_co_author(by=author, person=colleague)
    assert idea.is_visible_to(colleague) and not idea.co_authors
    assert Idea.objects.visible_to(colleague).filter(pk=idea.pk).exists()
    idea.review(by=analyst)
    idea.vet(by=analyst, reviewers=[colleague])
    idea.add_co_author(by=author, person=colleague)
    assert idea.co_authors == [colleague] and not idea.named("reviewer").exists()


# ── thresholds ───────────────────────────────────────────────────────────────────────────────
def test_the_campaign_decides_before_the_theme_and_the_theme_before_the_office(
    author, analyst, sponsor
):
    today = clock.today()
    campaign = Campaign.set_up(by=analyst, title="How do we save paper by spring?", sponsor=sponsor,
                               opens_on=today, closes_on=today, review_at_votes=2)  # fmt: skip
    campaign.open(by=analyst)
    strict, plain = Theme.objects.create(name="Strict", review_at_votes=3), Theme.objects.create(
        name="Plain")  # fmt: skip
    for more, needed in (({"campaign": campaign, "theme": strict}, 2), ({"theme": strict}, 3),
                         ({"theme": plain}, 25), ({}, 25)):  # fmt: skip
        made = submitted(author, **more)
        for votes, waits in ((needed - 1, False), (needed, True)):
            Idea.objects.filter(pk=made.pk).update(vote_count=votes)
            assert Idea.objects.needing_review().filter(pk=made.pk).exists() is waits
    IdeaPolicy.objects.create(review_at_votes=1)
    assert Idea.objects.needing_review().filter(pk=made.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_when_votes_at_once_reach_the_threshold_analysts_hear_of_it_once_and_not_from_whom(
    author, analyst, make_person, other_unit
):
    elsewhere = make_person("Elsa Elsewhere", "analyst", scope=other_unit)
    idea = submitted(author, theme=Theme.objects.create(name="Quick", review_at_votes=5))
    people = [make_person(f"Person {n}") for n in range(12)]
    assert together([lambda p=p: Idea.objects.get(pk=idea.pk).vote(by=p) for p in people]) == []
    event = idea.record.events.get(verb="queue")
    assert event.actor is None
    relay()
    assert [told.person for told in Notification.objects.filter(event=event, asks=True)] == [
        analyst
    ]
    assert not Notification.objects.filter(person=elsewhere).exists()
    idea.refresh_from_db()
    idea.withdraw_vote(by=people[0]), idea.vote(by=people[0])
    assert idea.record.events.filter(verb="queue").count() == 1


def test_a_manager_keeps_the_themes(page, api, manager, analyst, author):
    client = page(manager)
    assert page(analyst).get("/ideas/themes").status_code == 403
    assert client.post("/ideas/themes/new", {"name": "Paper", "is_active": "on"}).status_code == 302
    theme = Theme.objects.get()
    assert client.post("/ideas/themes/new", {"name": "paper"}).status_code == 422
    idea = submitted(author, theme=theme)
    sent = {"name": "Less paper", "review_at_votes": "7"}
    assert client.post(f"/ideas/themes/{theme.pk}", sent).status_code == 302
    assert AdminEvent.objects.filter(verb__in=["add_theme", "edit_theme"]).count() == 2
    assert client.get("/ideas/themes").status_code == 200
    assert client.get("/ideas/themes/999999").status_code == 404
    listed = api(author).get("/api/v1/themes/").json()["results"]
    assert listed == [
        {"id": theme.pk, "name": "Less paper", "review_at_votes": 7, "is_active": False}
    ]
    assert theme.name not in str(page(author).get("/ideas").context["form"].fields["theme"].choices)
    idea.revise(by=author, title="The same in better words", theme=theme)
    theme.refresh_from_db()
    with pytest.raises(Invalid):
        submitted(author, theme=theme)


# ── drafts ───────────────────────────────────────────────────────────────────────────────────
def test_what_is_typed_is_kept_until_it_becomes_an_idea(page, author, colleague, service):
    client, typed = page(author), {"title": "Call", "problem": "", "services": service.reference}
    assert client.post("/ideas/draft", typed).json() == {"saved": True}
    assert not Idea.objects.exists()
    for url in ("/ideas/new", "/ideas"):
        shown = client.get(url)
        assert shown.context["form"].initial["title"] == "Call"
        assert "Draft of Today" in shown.content.decode()
        assert page(colleague).get(url).context["draft"] is None
    whole = {**typed, "title": "Call back in their own slot", "problem": PROBLEM, "go": "submit"}
    client.post("/ideas/draft", whole)
    assert client.post("/ideas/new", whole).status_code == 302
    assert not IdeaDraft.objects.exists()
    assert client.post("/ideas/draft", whole).json() == {"saved": False}, "it came too late"


def test_a_draft_is_discarded_and_rubbish_does_no_harm(page, author, outsider):
    client = page(author)
    client.post(
        "/ideas/draft", {"title": "Call\x00 back", "problem": "x" * 90_000, "surprise": "1"}
    )
    kept = IdeaDraft.objects.get().typed
    assert kept["title"] == "Call back" and len(kept["problem"]) == 8000 and "surprise" not in kept
    assert client.get("/ideas/new").status_code == 200
    client.post("/ideas/draft", {"title": "Call back", "discard": "1"})
    assert not IdeaDraft.objects.exists()
    assert client.get("/ideas/draft").status_code == 405
    assert page(outsider).post("/ideas/draft", {"title": "x"}).status_code == 403


def test_editing_an_idea_keeps_no_draft(page, author, idea):
    assert (
        "data-draft-url" not in page(author).get(f"/ideas/{idea.reference}/edit").content.decode()
    )
    assert "data-draft-url" in page(author).get("/ideas/new").content.decode()


# ── first answers and who takes part ─────────────────────────────────────────────────────────
def test_the_first_answer_is_counted_in_working_days_once_and_shown_to_everybody(
    page, author, analyst, colleague
):
    monday = clock.now() - timedelta(days=clock.now().weekday() + 14)
    with clock.set_clock(monday):
        first, second = submitted(author), submitted(author, "Print on both sides of it")
    with clock.set_clock(monday + timedelta(days=3)):
        first.review(by=analyst)
    with clock.set_clock(monday + timedelta(days=8)):
        first.vet(by=analyst)
        second.decline(by=analyst, code="not_now", answer="There is no room for it this year.")
    assert (first.first_answer_in, second.first_answer_in) == (3, 6)
    waiting = submitted(author, "One that waits for an answer")
    shown = page(colleague).get("/ideas").content.decode()
    assert "Usually answered within 3 working days; 85 in 100 within 6 working days" in shown
    shown = page(colleague).get(f"/ideas/{waiting.reference}").content.decode()
    assert "usually answered within 3 working days" in shown


def test_every_number_of_the_engagement_page_is_as_long_as_its_list(
    page, author, analyst, colleague, make_person, other_unit, outsider
):
    theme = Theme.objects.create(name="Paper")
    other, *_ = [make_person(f"Olga Other {n}", unit=other_unit) for n in range(5)]
    make_person("Fay Fifth"), make_person("Sid Sixth")
    one, two = submitted(author, theme=theme), submitted(other, "Print on both sides of it")
    one.vote(by=other), two.decline(by=analyst, code="not_now", answer="No room for it this year.")
    hidden = submitted(author, "A quiet matter of people")
    Idea.objects.filter(pk=hidden.pk).update(confidential=True)
    client = page(colleague)
    shown = client.get("/ideas/engagement?days=90")
    units = {row["line"].name: row for row in shown.context["groups"][0][1]}
    assert units["Payments"]["line"].ideas == 1 and units["Payments"]["line"].voters == 1
    lending = units["Lending"]["line"]
    assert (lending.voters, lending.people, lending.participation) == (1, 5, 20)
    assert (lending.answered, lending.median) == (1, 0)
    for row in [*units.values(), {"line": shown.context["total"]["line"],
                                  "url": shown.context["total"]["url"]}]:  # fmt: skip
        for name in ("ideas", "answered", "promoted"):
            assert client.get(row["url"][name]).context["count"] == getattr(row["line"], name), name
    assert units["Lending"]["url"]["voters"] == ""  # it would list what Olga voted for
    file = b"".join(client.get("/ideas/engagement?format=csv").streaming_content).decode()
    assert "theme,Paper,1,2," in file
    assert client.get("/ideas/engagement?days=nonsense").status_code == 200
    assert page(outsider).get("/ideas/engagement").status_code == 403


# ── votes of a few ───────────────────────────────────────────────────────────────────────────
@pytest.fixture
def lenders(make_person, other_unit):
    return [make_person(f"Lender {n}", unit=other_unit) for n in range(4)]


def test_whose_votes_they_are_stays_open_in_a_list_by_unit(
    page, api, author, idea, lenders, make_person, other_unit
):
    for person in lenders:
        idea.vote(by=person)
    url = f"ideas/?voted_from={other_unit.code}"
    refused = api(author).get(f"/api/v1/{url}")
    assert refused.status_code == 400 and "Fewer than 5 people" in str(refused.json())
    shown = page(author).get(f"/{url.replace('/?', '?')}")
    assert shown.status_code == 200 and "would tell whose votes" in shown.content.decode()
    idea.vote(by=make_person("The fifth", unit=other_unit))
    assert len(api(author).get(f"/api/v1/{url}").json()["results"]) == 1


def test_a_small_unit_is_named_neither_on_the_idea_nor_among_who_takes_part(
    page, author, idea, lenders, make_person, other_unit
):
    def told():
        votes = page(author).get(f"/ideas/{idea.reference}").context["votes"]
        groups = page(author).get("/ideas/engagement").context["groups"][0][1]
        lines = {row["line"].name: row["line"] for row in groups}
        took = [(line.voters, line.participation) for line in lines.values()]
        return votes["unit_count"], votes["units"], dict(zip(lines, took, strict=True))

    idea.vote(by=lenders[0])
    alone = {"Payments": (None, None)}  # named for its idea, not for who voted
    assert told() == (0, [{"unit": "Other and small units", "n": 2}], alone)
    make_person("The fifth", unit=other_unit)
    count, units, took = told()
    assert count == 1 and took == alone | {"Lending": (1, 20)}
    assert units == [{"unit": "Lending", "n": 1}, {"unit": "Other and small units", "n": 1}]
    file = b"".join(page(author).get("/ideas/engagement?format=csv").streaming_content).decode()
    assert "unit,Payments,1,,1,," in file


def test_themes_are_kept_by_api_as_on_their_page(api, manager, analyst, idea):
    url, client = "/api/v1/themes/", api(manager)
    made = client.post(url, {"name": "Paper", "review_at_votes": 7}, format="json")
    assert made.status_code == 201 and made.json()["is_active"] is True
    at = f"{url}{made.json()['id']}/"
    changed = client.patch(at, {"is_active": False}, format="json")
    assert changed.json() == made.json() | {"is_active": False}
    assert (
        client.patch(at, {"name": "Less paper", "review_at_votes": None}).json()["name"]
        == "Less paper"
    )
    for wrong in ({"name": ""}, {"name": "x" * 61}, {"review_at_votes": 0}, {"wild": 1}):
        assert client.patch(at, wrong, format="json").status_code == 400, wrong
    assert client.post(url, {"name": "less PAPER"}, format="json").status_code == 400
    assert client.patch(f"{url}999999/", {"name": "Nothing"}, format="json").status_code == 404
    for path, act in ((url, "post"), (at, "patch")):
        assert getattr(api(analyst), act)(path, {"name": "Mine"}, format="json").status_code == 403
    assert AdminEvent.objects.filter(verb__in=("add_theme", "edit_theme")).count() == 3
