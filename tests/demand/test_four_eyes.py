"""Nobody judges a wish of their own: neither whoever wants it nor whoever raised it for them."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from changeoffice.core.administration.delegates import set_delegate
from changeoffice.core.approvals.models import Approval
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow
from demand.models import Demand
from practices.improvement.models import Improvement
from tests.demand.conftest import SCORES

pytestmark = pytest.mark.django_db


def test_whoever_wants_it_is_not_named_its_assessor(
    make_demand, page, api, analyst, author, colleague
):
    demand = make_demand("screening")
    with pytest.raises(Invalid) as refused:
        demand.assess(by=analyst, assessors=[author, colleague])
    assert refused.value.errors == {
        "assessors": [f"{author.name} asks for it, so others score it."]
    }
    at, sent = demand.get_absolute_url(), {"assessors": [author.username]}
    answer = page(analyst).post(f"{at}/assess", sent | {"version": demand.version})
    assert answer.status_code == 422 and b"others score it" in answer.content
    assert api(analyst).post(f"/api/v1{at}/assess/", sent, format="json").status_code == 400
    demand.refresh_from_db()
    assert demand.state == "screening"


def test_an_analyst_does_not_score_what_they_want_themselves(policies, analyst, manager, skill):
    mine = Demand.raise_new(by=analyst, title="A second screen for every analyst",
                            need="Two records side by side, please.")  # fmt: skip
    mine.submit(by=analyst)
    mine.screen(by=manager)
    mine.assess(by=manager)
    with pytest.raises(NotAllowed, match="somebody else than the requester"):
        mine.score(by=analyst, **SCORES)
    assert "score" not in {offer.verb.name for offer in mine.open_verbs(analyst)}
    assert "score" in {offer.verb.name for offer in mine.open_verbs(manager)}
    mine.score(by=manager, **SCORES)
    assert mine.score_index is not None


@pytest.fixture
def raised_for(policies, author, manager, analyst, sponsor, skill, kpi):
    """A manager raises for somebody else what that person had noted, up to the request for approval."""

    def make(by=manager) -> Demand:
        noted = Improvement.note_down(by=author, title="Scan passports at the desk",
                                      description="Staff copy every passport by hand.")  # fmt: skip
        noted.raise_demand(by=by)
        made = noted.demand
        made.revise(by=analyst, sponsor=sponsor)
        made.screen(by=analyst)
        made.assess(by=analyst)
        made.estimate(by=analyst, skill=skill, low_days=1, likely_days=2, high_days=4)
        made.add_kpi_effect(by=analyst, kpi=kpi, change=-100, by_on=date(2027, 8, 31))
        made.score(by=analyst, **SCORES)
        return made

    return make


def test_whoever_raised_it_for_somebody_else_is_not_asked_to_approve_it(
    raised_for, manager, author, analyst, make_person
):
    made = raised_for(by=manager)
    assert (made.requester, made.raised_by) == (author, manager)
    with pytest.raises(NotNow, match="Nobody else is manager"):
        made.request_approval(by=analyst)
    other = make_person("Mona Manager", "manager")
    made.request_approval(by=analyst)
    assert made.record.approvals.get().approver == other


def test_the_database_keeps_the_raiser_from_deciding_also_as_a_delegate(
    raised_for, manager, analyst, make_person, api
):
    other = make_person("Mona Manager", "manager")
    made = raised_for(by=manager)
    made.request_approval(by=analyst)
    step = made.record.approvals.get()
    today = clock.today()
    set_delegate(by=other, person=other, delegate=manager, from_on=today, until_on=today,
                 reason="Leave")  # fmt: skip
    assert not step.may_decide(manager) and not Approval.objects.asked_of(manager).exists()
    assert api(manager).post(f"/api/v1/approvals/{step.pk}/approve/").status_code == 403
    with pytest.raises(IntegrityError, match="four_eyes_of_the_raiser"), transaction.atomic():
        Approval.objects.filter(pk=step.pk).update(approver=manager, decided_by=manager,
                                                   decided_at=clock.now(), state="approved")  # fmt: skip


def test_a_part_split_off_has_the_raiser_of_the_whole(raised_for, manager, analyst):
    made = raised_for(by=manager)
    part = made.split(
        by=analyst, title="Only the scanners", need="A scanner at every desk of a branch."
    )
    assert part.raised_by == manager


def test_an_edit_by_the_raiser_that_asks_again_keeps_whoever_asked_before_out(
    raised_for, manager, analyst, make_person
):
    make_person("Mona Manager", "manager")
    made = raised_for(by=manager)
    made.request_approval(by=analyst)
    made.revise(by=manager, need="Staff copy every passport by hand, and every visa too.")
    assert {step.requested_by for step in made.record.approvals.all()} == {analyst}


def test_who_would_approve_this_leaves_out_whoever_raised_it(raised_for, manager, auditor, page):
    made = raised_for(by=manager)
    shown = page(auditor).get(f"/admin/policies/approvals/try?reference={made.reference}")
    assert manager in shown.context["people"]
    assert "Nobody else is manager" in shown.content.decode()
