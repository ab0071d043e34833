"""Reporting, hiding and showing again, through both doors; and how often one person may act."""

import pytest

from changeoffice.core.administration.models import AdminEvent
from changeoffice.core.notify.feed import EventSerializer
from changeoffice.core.notify.models import Notification
from changeoffice.core.record.errors import Invalid, NotNow, TooOften
from changeoffice.core.record.models import Record
from changeoffice.core.talk.models import comment
from demand.commands import promote_idea
from ideation import moderation
from ideation.models import Idea, Report
from tests.ideation.conftest import PROBLEM

pytestmark = pytest.mark.django_db
REASON = "It names a customer."


@pytest.fixture
def said(idea, author):
    return comment(idea, by=author, body="Mrs Miller of Elm Street rings daily.")


def text(answer) -> str:
    return answer.content.decode()


@pytest.mark.parametrize("door", ["page", "api"])
def test_a_report_counts_once_a_person_and_its_author_never_reads_it(
    door, page, api, idea, author, colleague, manager, analyst
):
    for person in (colleague, colleague, manager):
        if door == "page":
            assert page(person).get(f"/ideas/{idea.reference}/report").status_code == 200
            sent = page(person).post(f"/ideas/{idea.reference}/report", {"reason": REASON})
            assert sent.status_code == 302
        else:
            body = {"idea": idea.reference, "reason": REASON}
            assert api(person).post("/api/v1/idea-reports/", body).status_code == 201
    assert Report.objects.count() == 2
    listed = text(page(analyst).get("/ideas/reports"))
    assert "2 people" in listed and REASON in listed
    assert len(api(analyst).get("/api/v1/idea-reports/").json()["results"]) == 2
    for shown in (page(author).get(f"/ideas/{idea.reference}"),
                  api(author).get(f"/api/v1/ideas/{idea.reference}/history/")):  # fmt: skip
        assert REASON not in text(shown) and "reported" not in text(shown)
    assert page(author).get("/ideas/reports").status_code == 403
    assert api(colleague).get("/api/v1/idea-reports/").status_code == 403
    assert AdminEvent.objects.filter(verb="report").exists()


def test_a_hidden_idea_exists_for_its_author_analysts_and_auditors_only(
    page, api, idea, author, colleague, leader, analyst, auditor
):
    moderation.report(idea, by=colleague, reason=REASON)
    sent = page(analyst).post(f"/ideas/{idea.reference}/hide", {"reason": REASON})
    assert sent.status_code == 302
    for person in (colleague, leader):
        assert page(person).get(f"/ideas/{idea.reference}").status_code == 404
        assert api(person).get(f"/api/v1/ideas/{idea.reference}/").status_code == 404
        assert idea.reference not in text(page(person).get("/ideas"))
        assert not Record.objects.visible_to(person).filter(pk=idea.pk).exists()
        found = page(person).get("/ideas/similar", {"title": idea.title})
        assert idea.reference not in text(found)
    idea.refresh_from_db()
    for person in (author, analyst, auditor):
        assert REASON in text(page(person).get(f"/ideas/{idea.reference}"))
        assert Record.objects.visible_to(person).filter(pk=idea.pk).exists()
        assert idea.is_visible_to(person)
    assert not idea.is_visible_to(leader)
    assert REASON in Notification.objects.get(person=author).text
    assert not Report.objects.filter(decided_at=None).exists()
    assert idea.record.events.filter(verb="hide", reason=REASON, actor=analyst).exists()
    assert api(analyst).post(f"/api/v1/ideas/{idea.reference}/restore/").status_code == 200
    assert page(colleague).get(f"/ideas/{idea.reference}").status_code == 200


@pytest.mark.parametrize("door", ["page", "api"])
def test_a_hidden_comment_is_read_by_its_author_and_those_who_keep_watch(
    door, page, api, idea, said, author, colleague, analyst, auditor
):
    base = f"/ideas/{idea.reference}/comments/{said.pk}"
    about = {"idea": idea.reference, "comment": said.pk}
    if door == "page":
        assert page(colleague).post(f"{base}/report", {"reason": REASON}).status_code == 302
        assert page(analyst).post(f"{base}/hide", {"reason": REASON}).status_code == 302
    else:
        client, url = api(colleague), "/api/v1/idea-reports/"
        assert client.post(url, {**about, "reason": REASON}).status_code == 201
        sent = api(analyst).post(f"{url}hide-comment/", {**about, "reason": REASON})
        assert sent.status_code == 200, sent.content
    shown = text(page(colleague).get(f"/ideas/{idea.reference}"))
    assert "Elm Street" not in shown and "Hidden by the change office" in shown
    read = api(colleague).get(f"/api/v1/ideas/{idea.reference}/comments/").json()["results"]
    assert [(row["body"], row["hidden"]) for row in read] == [("", True)]
    for person in (author, analyst, auditor):
        assert "Elm Street" in text(page(person).get(f"/ideas/{idea.reference}"))
    assert REASON in Notification.objects.get(person=author).text
    again = page(colleague).post(f"/ideas/{idea.reference}/comments", {"body": "So?"},
                                 HTTP_HX_REQUEST="true")  # fmt: skip
    assert "Elm Street" not in text(again)
    assert page(analyst).post(f"{base}/restore").status_code == 302
    assert "Elm Street" in text(page(colleague).get(f"/ideas/{idea.reference}"))


def test_what_is_left_as_it_is_leaves_the_list_and_can_be_reported_anew(
    page, idea, colleague, analyst
):
    moderation.report(idea, by=colleague, reason=REASON)
    assert page(analyst).post(f"/ideas/{idea.reference}/leave").status_code == 302
    assert "Nothing is reported" in text(page(analyst).get("/ideas/reports"))
    with pytest.raises(NotNow):
        idea.leave_shown(by=analyst)
    moderation.report(idea, by=colleague, reason=REASON)
    assert Report.objects.filter(decided_at=None).count() == 1


def test_nobody_moderates_without_the_role_or_reports_their_own(
    page, idea, said, author, colleague
):
    base = f"/ideas/{idea.reference}"
    for act in ("hide", "leave", f"comments/{said.pk}/hide", f"comments/{said.pk}/leave"):
        assert page(colleague).post(f"{base}/{act}", {"reason": REASON}).status_code == 403, act
    assert (
        page(colleague).post(f"{base}/comments/999999/report", {"reason": REASON}).status_code
        == 404
    )
    assert page(colleague).post(f"{base}/report", {"reason": "x"}).status_code == 422
    with pytest.raises(Invalid):
        moderation.report(idea, by=author, reason=REASON)


def test_a_confidential_idea_is_reported_in_no_list_of_a_stranger(idea, author, analyst, colleague):
    moderation.report(idea, by=colleague, reason=REASON)
    Idea.objects.filter(pk=idea.pk).update(confidential=True)
    assert not moderation.open_reports(analyst).exists()


# how often ------------------------------------------------------------------------------------------
def test_who_acts_too_often_is_told_to_wait_by_page_and_api(
    page, api, settings, idea, colleague, manager
):
    settings.PACES = settings.PACES | {"comment": (2, 100), "vote": (2, 100), "report": (1, 1)}
    client, url = api(colleague), f"/api/v1/ideas/{idea.reference}"
    for n in range(2):
        assert client.post(f"{url}/comments/", {"body": f"Comment {n}"}).status_code == 201
    refused = client.post(f"{url}/comments/", {"body": "One more"})
    assert refused.status_code == 429 and refused["Retry-After"] == "60"
    assert refused["Content-Type"] == "application/problem+json"
    shown = page(colleague).post(f"/ideas/{idea.reference}/comments", {"body": "One more"})
    assert shown.status_code == 302 and idea.record.comments.count() == 2
    assert client.post(f"{url}/vote/").status_code == 200
    assert client.delete(f"{url}/vote/").status_code == 200
    assert client.post(f"{url}/vote/").status_code == 429
    shown = page(colleague).post(f"/ideas/{idea.reference}/vote")
    assert shown.status_code == 429 and "as many as one person may" in text(shown)
    assert page(manager).post(f"/ideas/{idea.reference}/vote").status_code == 302
    assert (
        page(manager).post(f"/ideas/{idea.reference}/report", {"reason": REASON}).status_code == 302
    )
    refused = page(manager).post(f"/ideas/{idea.reference}/report", {"reason": REASON})
    assert refused.status_code == 429 and REASON in text(refused)


def test_submitting_keeps_a_pace_and_what_was_typed(page, settings, colleague):
    settings.PACES = settings.PACES | {"submit": (1, 1)}
    given = {"title": "Tell people when it is late", "problem": PROBLEM, "go": "submit"}
    assert page(colleague).post("/ideas/new", given).status_code == 302
    refused = page(colleague).post("/ideas/new", given | {"title": "Tell people when it is early"})
    assert refused.status_code == 429 and "when it is early" in text(refused)
    assert Idea.objects.count() == 1


def test_the_portal_itself_keeps_no_pace(settings, idea, colleague):
    settings.PACES = settings.PACES | {"comment": (0, 0)}
    assert comment(idea, by=colleague, body="Through no door at all.")
    from changeoffice.core.record import acting

    with acting.through("page", ""), pytest.raises(TooOften):
        comment(idea, by=colleague, body="Through a page.")


def test_a_hidden_idea_becomes_no_demand_and_one_that_is_a_demand_leaves_its_trail(
    developed, page, api, analyst, author, stranger
):
    developed.hide(by=analyst, reason=REASON)
    with pytest.raises(NotNow, match="Show it again first"):
        promote_idea(developed, by=analyst)
    sent = page(analyst).post(f"/ideas/{developed.reference}/promote", {"type": "improvement"})
    assert sent.status_code == 409 and not Record.objects.filter(kind="demand").exists()
    developed.restore(by=analyst)
    demand = promote_idea(developed, by=analyst)
    demand.submit(by=author)
    shown = page(stranger).get(demand.get_absolute_url())
    assert developed.reference in text(shown)
    developed.refresh_from_db()
    developed.hide(by=analyst, reason=REASON)
    for door in (page(stranger).get(demand.get_absolute_url()),
                 api(stranger).get(f"/api/v1/demands/{demand.reference}/"),
                 page(stranger).get(f"/search?q={developed.reference}")):  # fmt: skip
        assert f"/ideas/{developed.reference}" not in text(door)
        assert f'"id":"{developed.reference}"' not in text(door)
    assert developed.reference in text(page(author).get(demand.get_absolute_url()))


@pytest.fixture
def both_restored(idea, said, analyst, colleague):
    """Hidden with a reason and shown again: everybody reads its history."""
    other = comment(idea, by=colleague, body="Mr Brown of Oak Lane rings as well.")
    idea.hide_comment(by=analyst, comment=other, reason="It names Mr Brown.")
    idea.restore_comment(by=analyst, comment=other)
    idea.hide(by=analyst, reason="It names Mrs Miller.")
    idea.restore(by=analyst)
    return idea


def test_why_something_was_hidden_is_read_by_who_wrote_it_and_who_keeps_watch(
    both_restored, page, api, author, stranger, leader, administrator, analyst, auditor
):
    at = f"/ideas/{both_restored.reference}"
    doors = [lambda who: page(who).get(at), lambda who: api(who).get(f"/api/v1{at}/history/"),
             lambda who: page(who).get("/ideas/mine")]  # fmt: skip
    for who in (stranger, leader, administrator):
        for door in doors:
            assert "It names" not in text(door(who)), who
    assert "hid" in text(doors[0](stranger))  # the act itself is no secret
    for door in doors[:2]:
        assert "It names Mrs Miller." in text(door(author))
        assert "It names Mr Brown." not in text(door(author))
        for who in (analyst, auditor):
            assert {
                "It names Mrs Miller." in text(door(who)),
                "It names Mr Brown." in text(door(who)),
            } == {True}
    event = both_restored.record.events.get(verb="hide")
    for who, reads in ((stranger, ""), (author, "It names Mrs Miller.")):
        assert EventSerializer(event, context={"person": who}).data["reason"] == reads
    for who, reads in ((auditor, True), (administrator, False)):
        assert ("It names Mr Brown." in text(page(who).get("/admin/trail"))) is reads


def test_whoever_is_named_on_a_hidden_idea_does_not_read_why(
    idea, page, author, colleague, analyst
):
    idea.add_co_author(by=author, person=colleague)
    idea.hide(by=analyst, reason=REASON)
    assert REASON in text(page(author).get(f"/ideas/{idea.reference}"))
    shown = text(page(colleague).get(f"/ideas/{idea.reference}"))
    assert "Hidden by the change office" in shown and REASON not in shown
