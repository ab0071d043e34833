"""What an attacker tries, and what answers: one test for each hole once found, and for doors held."""

import base64
import json
import zlib
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from changeoffice.core.access.models import RoleAssignment
from changeoffice.core.administration import people
from changeoffice.core.record import acting, clock
from changeoffice.core.record.errors import Invalid, NotAllowed
from demand import defaults
from demand.models import Demand
from ideation.models import Idea
from portfolio.models import Dependency, Milestone, Project

pytestmark = pytest.mark.django_db
NEED = "Customers call us because the app does not say why."


@pytest.fixture
def idea(author) -> Idea:
    made = Idea.propose(by=author, title="Tell customers why", problem=NEED)
    made.submit(by=author)
    return made


@pytest.fixture
def demand(author, analyst, sponsor, manager, finance, skill, kpi) -> Demand:
    """Asked for approval, by policy of a manager."""
    defaults.put()
    made = Demand.raise_new(
        by=author, title="Say why a payment is held", need=NEED, sponsor=sponsor
    )
    made.submit(by=author)
    made.screen(by=analyst)
    made.assess(by=analyst)
    made.estimate(by=analyst, skill=skill, low_days=10, likely_days=20, high_days=40)
    made.add_kpi_effect(by=author, kpi=kpi, change=-100, by_on=date(2027, 8, 31))
    made.score(by=analyst, value=8, time_criticality=5, risk_reduction=5, job_size=3,
               rationale="It saves a thousand calls.")  # fmt: skip
    made.request_approval(by=analyst)
    return made


@pytest.fixture
def project(project_manager, sponsor, unit) -> Project:
    today = clock.today()
    return Project.start_up(by=project_manager, title="Hold reasons", owner=project_manager,
                            sponsor=sponsor, unit=unit, planned_start=today,
                            planned_finish=today + timedelta(days=90))  # fmt: skip


# Numbers and text no keyboard types ---------------------------------------------------------------
@pytest.mark.parametrize("size", ["²", "٣", "000005000000", "-1", "1e3"])
@pytest.mark.parametrize("area", ["ideas", "approvals", "events", "people"])
def test_a_page_size_is_a_plain_number_within_its_limit(api, manager, area, size):
    assert api(manager).get(f"/api/v1/{area}/", {"page_size": size}).status_code == 400


@pytest.mark.parametrize("since", ["²-1", "1-²", "1-٣"])
def test_a_feed_cursor_is_made_of_plain_digits(api, manager, since):
    assert api(manager).get("/api/v1/events/", {"since": since}).status_code == 400


def test_odd_digits_in_headers_and_forms_are_no_fault_of_ours(api, page, author, idea):
    tag = f'"idea-{idea.pk}-\u00b2"'
    answer = api(author).patch(f"/api/v1/ideas/{idea.reference}/", {"title": "A new title"},
                               HTTP_IF_MATCH=tag)  # fmt: skip
    assert answer.status_code == 412
    client = page(author)
    form = {"version": "²", "title": "Another title", "problem": NEED}
    assert client.post(f"/ideas/{idea.reference}/edit", form).status_code < 500
    told = client.post(f"/ideas/{idea.reference}/comments", {"body": "Yes", "reply_to": "²"})
    assert told.status_code < 500
    assert client.post("/inbox/read", {"notice": "²"}).status_code < 500
    assert client.post("/settings/sessions", {"session": "²"}).status_code < 500


@pytest.mark.parametrize(
    "address", ["/ideas/IDEA%00", "/admin/people/x%00y", "/projects/PRJ%00/edit"]
)
def test_nul_in_an_address_is_refused(page, administrator, address):
    assert page(administrator).get(address).status_code in (400, 404)


def test_nul_in_lists_and_other_systems_ids_is_refused(api, page, analyst):
    client = api(analyst)
    given = {"title": "A good idea it is", "problem": NEED, "services": ["SVC-0001\x00"]}
    assert client.post("/api/v1/ideas/", given).status_code == 400
    answer = client.put("/api/v1/projects/by-external-id/a%00b/1/", {"title": "Other"})
    assert answer.status_code in (400, 404)
    form = {"chosen": ["DMD-\x00"]}
    assert page(analyst).post("/demands/bulk/screen", form).status_code < 500


def test_endlessly_nested_json_is_refused(api, author):
    deep = b'{"title":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    answer = api(author).generic("POST", "/api/v1/ideas/", deep, content_type="application/json")
    assert answer.status_code == 400


def test_a_huge_body_is_refused_before_it_is_read(api, author):
    huge = b'{"title": "' + b"x" * (11 * 1024 * 1024) + b'"}'
    answer = api(author).generic("POST", "/api/v1/ideas/", huge, content_type="application/json")
    assert answer.status_code == 413


def test_a_title_is_one_line(api, author):
    given = {"title": "Buy now\r\nBcc: all@bank.example", "problem": NEED}
    made = api(author).post("/api/v1/ideas/", given).json()
    assert made["title"] == "Buy now Bcc: all@bank.example"


@pytest.mark.parametrize("words", ["\"'\\ OR & | !( :*", "²²²", "ªªª zzz", "a" * 5000, "-" * 300])
def test_search_takes_any_words(page, stranger, words):
    client = page(stranger)
    for address in ("/search", "/search/palette", "/people/mention"):
        assert client.get(address, {"q": words}).status_code < 500
    assert client.get("/ideas", {"search": words}).status_code < 500


@pytest.mark.parametrize("day", ["1900-01-01", "2200-12-31"])
def test_a_date_at_the_edge_of_time_is_answered(api, project_manager, project, day):
    mark = project.milestones.first()
    answer = api(project_manager).get(f"/api/v1/projects/{project.reference}/knock-on/",
                                      {"milestone": mark.reference, "forecast_on": day})  # fmt: skip
    assert answer.status_code in (200, 400)


def test_another_hosts_name_is_a_plain_refusal_with_all_headers(client):
    answer = client.get("/sign-in", HTTP_HOST="evil.example")
    assert answer.status_code == 400
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert b"evil.example" not in answer.content


# Who votes, who scores, what it costs ---------------------------------------------------------------
def test_voters_are_named_through_no_door(api, page, idea, colleague, stranger):
    idea.vote(by=colleague)
    idea.withdraw_vote(by=colleague)
    idea.vote(by=colleague)
    client = api(stranger)
    for address in (f"/api/v1/ideas/{idea.reference}/history/", "/api/v1/events/"):
        assert colleague.name not in client.get(address).content.decode()
    assert colleague.name not in page(stranger).get(f"/ideas/{idea.reference}").content.decode()


def _inside(cursor_url: str) -> dict:
    cursor = cursor_url.split("cursor=")[1].split("&")[0]
    plain, packed = cursor.split("%3A")[0].split(":")[0], False
    if plain.startswith("."):
        plain, packed = plain[1:], True
    raw = base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
    return json.loads(zlib.decompress(raw) if packed else raw)


@pytest.mark.parametrize("ordering", ["score", "-score"])
def test_sorting_by_score_tells_nothing_to_those_who_may_not_see_it(
    api, stranger, author, demand, ordering
):
    other = Demand.raise_new(by=author, title="Another demand of ours", need=NEED)
    other.submit(by=author)
    answer = api(stranger).get("/api/v1/demands/", {"ordering": ordering, "page_size": 1}).json()
    key = _inside(answer["next"])["k"]
    assert Decimal(key["n"]) in (Decimal(-1), Decimal(1000))


def test_the_history_of_a_project_keeps_its_cost_report(api, analyst, stranger):
    made = Project.take_over(by=analyst, title="Reported", reported_on=clock.today(),
                             reported_cost_percent=Decimal("3.00"), sponsor=analyst)  # fmt: skip
    made.take_report(by=analyst, reported_cost_percent=Decimal("41.70"), forecast_cost=417)
    address = f"/api/v1/projects/{made.reference}/history/"
    assert "41.7" not in api(stranger).get(address).content.decode()
    assert "41.7" in api(analyst).get(address).content.decode()


def test_a_rank_names_no_other_score_one_may_not_see(
    make_person, unit, other_unit, demand, author, analyst, page
):
    ahead = Demand.raise_new(by=author, title="The one ahead of it", need=NEED, unit=other_unit)
    ahead.submit(by=author)
    ahead.screen(by=analyst)
    ahead.assess(by=analyst)
    ahead.score(by=analyst, value=10, time_criticality=10, risk_reduction=10, job_size=1,
                rationale="Everything hangs on it.")  # fmt: skip
    demand = Demand.objects.get(pk=demand.pk)
    assert demand.rank == 2
    told = f"{ahead.reference} stands before it"
    assert f"{told} with 30." in page(analyst).get(demand.get_absolute_url()).content.decode()
    local = make_person("Lea Local", "analyst", scope=unit)
    assert f"{told}." in page(local).get(demand.get_absolute_url()).content.decode()


# Four eyes -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("field", ["need", "title"])
def test_what_was_asked_cannot_change_under_an_approval(demand, author, field):
    words = {"need": "Something else altogether, and dearer.", "title": "Something else altogether"}
    with pytest.raises(Invalid):
        demand.revise(by=author, **{field: words[field]})


def test_a_promised_effect_cannot_change_under_an_approval(demand, author, kpi):
    with pytest.raises(Invalid):
        demand.add_kpi_effect(by=author, kpi=kpi, change=-1, by_on=date(2030, 1, 1))


def test_whoever_is_asked_still_sees_what_becomes_confidential(demand, author):
    step = demand.record.approvals.filter(state="asked").first()
    demand.restrict(by=author)
    assert Demand.objects.visible_to(step.approver).filter(pk=demand.pk).exists()
    step.approve(by=step.approver)


def test_a_project_manager_does_not_choose_who_steers_it(
    api, project, project_manager, colleague, manager
):
    client = api(project_manager)
    for given in ({"sponsor": colleague.username},
                  {"sponsor": project_manager.username, "owner": colleague.username}):  # fmt: skip
        answer = client.patch(f"/api/v1/projects/{project.reference}/", given)
        assert answer.status_code == 400, answer.content
    project.refresh_from_db()
    assert project.sponsor_id not in (colleague.pk, project_manager.pk)
    kept = client.patch(f"/api/v1/projects/{project.reference}/",
                        {"title": "Reasons held", "sponsor": project.sponsor.username})  # fmt: skip
    assert kept.status_code == 200
    project.refresh_from_db()
    project.revise(by=manager, sponsor=colleague)
    assert project.sponsor == colleague


def test_a_project_without_sponsor_gets_one_who_is_not_its_manager(
    project_manager, colleague, unit
):
    made = Project.start_up(by=project_manager, title="Alone", owner=project_manager, unit=unit)
    with pytest.raises(Invalid):
        made.revise(by=project_manager, sponsor=project_manager, owner=colleague)
    made.revise(by=project_manager, sponsor=colleague)
    assert made.sponsor == colleague


@pytest.mark.parametrize(
    "field", ["state", "owner", "reach", "confidential", "home", "version", "requester"]
)
def test_what_a_verb_decides_cannot_be_typed(api, author, demand, field):
    answer = api(author).patch(f"/api/v1/demands/{demand.reference}/", {field: "1"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


# Hidden things ---------------------------------------------------------------------------------------
def test_a_knock_on_does_not_count_what_is_hidden(
    api, make_person, project, project_manager, sponsor, unit
):
    project.start(by=project_manager)
    other = make_person("Sven Secret")
    today = clock.today()
    hidden = Project.start_up(
        by=project_manager, title="Merger", owner=other, sponsor=sponsor, unit=unit
    )
    giver = Milestone.plan(by=project_manager, project=project, title="Interface",
                           baseline_on=today + timedelta(days=20))  # fmt: skip
    getter = Milestone.plan(by=other, project=hidden, title="Contract",
                            baseline_on=today + timedelta(days=21))  # fmt: skip
    link = Dependency.propose(by=project_manager, giver=giver, getter=getter, title="Words")
    link.agree(by=other)
    hidden.restrict(by=sponsor, people=[other], reason="Talks are going on")
    asked = {"milestone": giver.reference, "forecast_on": str(today + timedelta(days=80))}
    address = f"/api/v1/projects/{project.reference}/knock-on/"
    found = api(project_manager).get(address, asked).json()
    assert [row["id"] for row in found["moved"]] == [giver.reference]
    assert found["moved_count"] == 1 and found["dependencies"] == []
    assert len(api(sponsor).get(address, asked).json()["moved"]) == 2


def test_a_merged_demand_does_not_name_a_hidden_one(page, stranger, author, analyst):
    one, other = (
        Demand.raise_new(by=author, title=f"Demand number {n}", need=NEED) for n in (1, 2)
    )
    one.submit(by=author)
    other.submit(by=author)
    one.merge(by=analyst, into=other)
    other.refresh_from_db()
    other.restrict(by=author)
    text = page(stranger).get(f"/demands/{one.reference}").content.decode()
    assert other.reference not in text
    assert other.reference in page(author).get(f"/demands/{one.reference}").content.decode()


def test_a_hidden_record_and_one_that_never_was_are_answered_alike(api, analyst, author, stranger):
    one, other = (
        Demand.raise_new(by=author, title=f"Demand number {n}", need=NEED) for n in (1, 2)
    )
    one.submit(by=author)
    client = api(analyst)
    said = []
    for into in (other.reference, "DMD-9999"):
        answer = client.post(f"/api/v1/demands/{one.reference}/merge/", {"into": into})
        said.append((answer.status_code, answer.content.replace(into.encode(), b"it")))
    assert said[0] == said[1]


# Who may begin something -------------------------------------------------------------------------
def test_a_suppliers_person_raises_neither_ideas_nor_demands(api, page, outsider):
    client = api(outsider)
    idea = {"title": "Buy more from us", "problem": NEED}
    demand = {"title": "Buy more from us", "need": NEED}
    assert client.post("/api/v1/ideas/", idea).status_code == 403
    assert client.post("/api/v1/demands/", demand).status_code == 403
    assert page(outsider).post("/ideas/new", idea).status_code == 403
    assert page(outsider).post("/demands/new", demand).status_code == 403


# Roles -----------------------------------------------------------------------------------------------
def test_a_units_administrator_does_not_redirect_the_letters_of_a_mightier_one(
    make_person, administrator, unit
):
    local = make_person("Lars Local", "administrator", scope=unit)
    with pytest.raises(NotAllowed):
        people.edit_person(administrator, by=local, email="lars@evil.example")
    clerk = make_person("Carla Clerk")
    people.edit_person(clerk, by=local, email="carla@bank.example")
    assert (
        people.edit_person(clerk, by=administrator, email="c@bank.example").email
        == "c@bank.example"
    )


def test_a_program_does_not_sign_in_on_the_pages(make_person):
    program = make_person("Ingo Integration", "integration", username="ingo", is_integration=True)
    program.set_password("four quiet horses")
    program.save()
    client = Client()
    answer = client.post("/sign-in", {"login": "ingo", "password": "four quiet horses"})
    assert client.get("/settings").status_code == 302
    assert answer.status_code in (200, 302, 403)


def test_a_program_keeps_the_projects_it_brought(api, make_person):
    program = make_person("Ingo Integration", "integration", is_integration=True)
    client, address = api(program), "/api/v1/projects/by-external-id/ppm/7/"
    assert client.put(address, {"title": "From elsewhere"}).status_code == 201
    assert client.put(address, {"title": "From over there"}).status_code == 200


def test_nobody_gives_themselves_a_role(administrator):
    with pytest.raises(NotAllowed):
        people.give_role(administrator, by=administrator, role="manager")
    assert not RoleAssignment.objects.filter(person=administrator, role="manager").exists()


# Doors that stay shut ------------------------------------------------------------------------------
@pytest.mark.parametrize("address", ["/ideas/new", "/demands/bulk/screen", "/undo", "/settings/theme", "/inbox/read",
                                     "/settings/tokens/new", "/sign-out", "/settings/sessions"])  # fmt: skip
def test_every_post_needs_the_token_of_its_form(author, address):
    client = Client(enforce_csrf_checks=True)
    client.force_login(author, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(address, {}).status_code == 403
    assert client.post(address, {}, HTTP_HX_REQUEST="true").status_code == 403


def test_a_session_writes_to_the_api_with_the_token_of_a_form_only(author):
    client = Client(enforce_csrf_checks=True)
    client.force_login(author, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.post(
        "/api/v1/ideas/", {"title": "A good idea"}, content_type="application/json"
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "where", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"]
)
def test_signing_in_leads_nowhere_else(make_person, where):
    person = make_person("Mia Member", username="mia")
    person.set_password("four quiet horses")
    person.save()
    form = {"login": "mia", "password": "four quiet horses", "next": where}
    assert Client().post("/sign-in", form)["Location"] == "/"


def test_one_key_is_one_persons(api, author, colleague):
    given = {"title": "A good idea it is", "problem": NEED}
    first = api(author).post("/api/v1/ideas/", given, HTTP_IDEMPOTENCY_KEY="k1").json()
    second = api(colleague).post("/api/v1/ideas/", given, HTTP_IDEMPOTENCY_KEY="k1").json()
    assert first["id"] != second["id"]
    answer = api(author, "ideas:read").post("/api/v1/ideas/", given, HTTP_IDEMPOTENCY_KEY="k1")
    assert answer.status_code == 403


def test_what_people_write_cannot_run(page, author, idea, stranger):
    from changeoffice.core.talk.models import comment

    comment(idea, by=author, body='<script>alert(1)</script> <img src=x onerror=alert(1)> '
                                  '[x](javascript:alert(1)) [y](data:text/html,1) <svg onload=a>')  # fmt: skip
    text = page(stranger).get(f"/ideas/{idea.reference}").content.decode()
    assert "<script>alert" not in text and "<img src=x" not in text and "<svg onload" not in text
    assert 'href="javascript:' not in text and 'href="data:' not in text


def test_a_file_is_served_to_be_saved_and_never_shown(page, author, idea, settings, tmp_path):
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.MEDIA_ROOT = tmp_path
    client = page(author)
    name = "x;filename=evil.html.txt"
    client.post(f"/ideas/{idea.reference}/attachments",
                {"file": SimpleUploadedFile(name, b"<script>alert(1)</script>")})  # fmt: skip
    answer = client.get(f"/attachments/{idea.record.attachments.get().pk}")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    for wrong in ("a.html", "a.svg", "a.txt.exe", "a.png"):
        client.post(f"/ideas/{idea.reference}/attachments",
                    {"file": SimpleUploadedFile(wrong, b"<svg onload=alert(1)>")})  # fmt: skip
    assert idea.record.attachments.count() == 1


def test_the_portal_acts_for_nobody_without_a_door(demand):
    with pytest.raises(NotAllowed):
        demand.complete(by=None)
    with acting.through("page"), pytest.raises(NotAllowed):
        demand.mirror(by=None, progress=100)
