"""Comments on demands: reported, hidden with a reason, shown again, in the one queue of reports."""

import pytest

from changeoffice.core.notify.models import Notification
from changeoffice.core.record.errors import Invalid, NotNow
from changeoffice.core.talk.models import comment
from ideation import moderation
from ideation.models import Idea, Report
from tests.ideation.conftest import PROBLEM

pytestmark = pytest.mark.django_db
REASON = "It names a customer."
SAID = "Mrs Miller of Elm Street rings daily."


def text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def demand(make_demand):
    return make_demand("screening")


@pytest.fixture
def said(demand, colleague):
    return comment(demand, by=colleague, body=SAID)


@pytest.mark.parametrize("door", ["page", "api"])
def test_a_reported_comment_waits_in_the_queue_until_it_is_hidden_and_shown_again(
    door, page, api, demand, said, analyst, author, colleague, stranger
):
    at, reports = f"{demand.get_absolute_url()}/comments/{said.pk}", "/api/v1/idea-reports/"
    about = {"comment": said.pk}
    assert f"{at}/report" in text(page(stranger).get(demand.get_absolute_url()))
    if door == "page":
        assert page(stranger).get(f"{at}/report").status_code == 200
        assert page(stranger).post(f"{at}/report", {"reason": REASON}).status_code == 302
    else:
        made = api(stranger).post(reports, about | {"reason": REASON}, format="json")
        assert made.status_code == 201 and made.json()["about"] == demand.reference
    listed = text(page(analyst).get("/ideas/reports"))
    assert SAID in listed and demand.reference in listed and REASON in listed
    assert "Decide on a report" in text(page(analyst).get("/"))
    assert api(analyst).get(reports).json()["results"][0]["comment"] == said.pk
    if door == "page":
        assert page(analyst).post(f"{at}/hide", {"reason": REASON}).status_code == 302
    else:
        sent = about | {"reason": REASON}
        assert api(analyst).post(f"{reports}hide-comment/", sent, format="json").status_code == 200
    assert not moderation.open_reports(analyst).exists()
    for person, reads in ((stranger, False), (author, False), (colleague, True), (analyst, True)):
        shown = text(page(person).get(demand.get_absolute_url()))
        assert (SAID in shown, REASON in shown) == (reads, reads), person
        told = text(api(person).get(f"/api/v1/demands/{demand.reference}/comments/"))
        assert (SAID in told) is reads
        history = text(api(person).get(f"/api/v1/demands/{demand.reference}/history/"))
        assert (REASON in history) is (person == analyst)
    notice = Notification.objects.get(person=colleague, because="you wrote it")
    assert REASON in notice.text
    if door == "page":
        assert page(analyst).post(f"{at}/restore").status_code == 302
    else:
        assert (
            api(analyst).post(f"{reports}restore-comment/", about, format="json").status_code == 200
        )
    assert SAID in text(page(stranger).get(demand.get_absolute_url()))


def test_a_report_that_is_left_as_it_is_is_answered(page, demand, said, analyst, stranger):
    moderation.report(demand, by=stranger, reason=REASON, comment=said)
    moderation.report(demand, by=stranger, reason=REASON, comment=said)
    assert Report.objects.count() == 1
    at = f"{demand.get_absolute_url()}/comments/{said.pk}"
    assert page(stranger).post(f"{at}/leave").status_code == 403
    assert page(analyst).post(f"{at}/leave").status_code == 302
    assert Report.objects.get().decided_by == analyst
    with pytest.raises(NotNow):
        demand.leave_shown(by=analyst, comment=said)


def test_only_comments_of_a_demand_are_reported_by_others_and_hidden_by_who_keeps_watch(
    api, page, demand, said, colleague, stranger, auditor, author, idea_of_its_own
):
    at, reports = f"{demand.get_absolute_url()}/comments/{said.pk}", "/api/v1/idea-reports/"
    with pytest.raises(Invalid):
        moderation.report(demand, by=stranger, reason=REASON)
    with pytest.raises(Invalid):
        moderation.report(demand, by=colleague, reason=REASON, comment=said)
    for person in (stranger, auditor, colleague):
        for act in ("hide", "restore"):
            assert page(person).post(f"{at}/{act}", {"reason": REASON}).status_code == 403
        sent = {"comment": said.pk, "reason": REASON}
        assert api(person).post(f"{reports}hide-comment/", sent, format="json").status_code == 403
    other = {"comment": said.pk, "idea": idea_of_its_own.reference, "reason": REASON}
    assert api(stranger).post(reports, other, format="json").status_code == 404
    for wrong in ({"reason": REASON}, {"comment": 0, "reason": REASON}):
        assert api(stranger).post(reports, wrong, format="json").status_code == 400, wrong
    nothing = {"comment": 2**61, "reason": REASON}
    assert api(stranger).post(reports, nothing, format="json").status_code == 404
    assert not Report.objects.exists()


@pytest.fixture
def idea_of_its_own(author) -> Idea:
    idea = Idea.propose(by=author, title="Call back in their own slot", problem=PROBLEM)
    return idea.submit(by=author)


def test_a_report_about_a_confidential_demand_is_for_those_named_on_it(
    page, api, demand, said, author, stranger, make_person, manager
):
    other = make_person("Lea Analyst", "analyst")
    moderation.report(demand, by=stranger, reason=REASON, comment=said)
    assert demand.reference in text(page(other).get("/ideas/reports"))
    demand.restrict(by=author, people=[manager])
    assert demand.reference not in text(page(other).get("/ideas/reports"))
    assert demand.reference in text(page(manager).get("/ideas/reports"))
    assert "Decide on a report" not in text(page(other).get("/"))
    sent = {"comment": said.pk, "reason": REASON}
    for person, path in ((stranger, ""), (other, "hide-comment/")):
        answer = api(person).post(f"/api/v1/idea-reports/{path}", sent, format="json")
        assert answer.status_code == 404
