"""An approval covers cost up to its P80, and is asked again for more or for something else."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changeoffice.core.access.models import RoleAssignment
from changeoffice.core.approvals.models import Approval, Patience, Round
from changeoffice.core.approvals.passing import escalate
from changeoffice.core.notify.models import Notification
from changeoffice.core.outbox.relay import relay
from changeoffice.core.people.models import Person
from changeoffice.core.record import acting, clock
from changeoffice.core.record.errors import NotNow, Refused
from changeoffice.core.record.models import Event
from demand import tasks
from demand.consent import Consent, broken, changed_facts, exceeds
from demand.models import Demand
from tests.crowd import Crowd

COSTS = st.one_of(st.none(), st.integers(0, 10**11).map(lambda pence: Decimal(pence) / 100))
FACTS = st.dictionaries(
    st.sampled_from(["title", "risk", "type", "security", "compliance_flags"]),
    st.sampled_from([None, "", "high", "low", [], ["dora"], ["dora", "gdpr"], ["gdpr", "dora"]]),
)  # fmt: skip


@given(COSTS, COSTS, COSTS, FACTS)
def test_a_ceiling_covers_what_is_below_it_and_nothing_above(ceiling, one, other, facts):
    covers = Consent(ceiling, "GBP", facts)
    known = [cost for cost in (one, other) if cost is not None]
    for cost in known:
        beyond = exceeds(covers, Consent(cost, "GBP", facts))
        assert beyond == (ceiling is None or cost > ceiling)
        assert bool(broken(covers, Consent(cost, "GBP", facts))) == beyond
    if len(known) == 2 and exceeds(covers, Consent(min(known), "GBP", facts)):
        assert exceeds(covers, Consent(max(known), "GBP", facts))
    assert ceiling is None or exceeds(covers, Consent(ceiling, "EUR", facts))


@given(COSTS, FACTS, FACTS)
def test_only_a_changed_fact_breaks_it_at_the_same_cost(cost, before, after):
    changed = changed_facts(before, after)
    assert changed == changed_facts(after, before) and changed_facts(before, before) == []
    found = broken(Consent(cost, "GBP", before), Consent(cost, "GBP", after))
    assert bool(found) == bool(changed)
    if found and changed == ["risk"]:
        assert "risk" not in found.openly and "risk" in found.words


pytestmark = pytest.mark.django_db


@pytest.fixture
def estimated(make_demand, analyst, skill, sponsor, finance, manager):
    """estimated("approved"): 100 to 300 days, likely 200, which is 120,000 and a P80 of 136,832."""

    def make(state: str) -> Demand:
        demand = make_demand("ready")
        demand.estimate(by=analyst, skill=skill, low_days=100, likely_days=200, high_days=300)
        demand.request_approval(by=analyst)
        if state == "approved":
            for step in demand.record.approvals.all():
                step.approve(by=step.approver)
            demand.refresh_from_db()
        return demand

    return make


@pytest.mark.parametrize("state", ["approval", "approved"])
def test_an_estimate_within_the_ceiling_keeps_the_approval(estimated, analyst, skill, state):
    demand = estimated(state)
    (round_,) = Round.objects.all()
    assert round_.ceiling == Decimal("136832.00") and round_.amount == 120_000
    demand.estimate(by=analyst, skill=skill, low_days=150, likely_days=215, high_days=260)
    assert demand.cost_likely == 129_000 and demand.state == state
    assert list(Round.objects.all()) == [round_]


@pytest.mark.parametrize("state", ["approval", "approved"])
def test_an_estimate_beyond_it_asks_again_and_says_why(
    estimated, analyst, skill, state, page, author, api
):
    demand = estimated(state)
    demand.estimate(by=analyst, skill=skill, low_days=100, likely_days=220, high_days=400)
    assert demand.state == "approval"
    newest, before = Round.objects.order_by("-id")
    assert before.state == ("approved" if state == "approved" else "withdrawn")
    assert newest.state == "open"
    assert newest.because == "Approved up to £137k; now £163k (P80)."
    shown, unseen = (
        page(one).get(demand.get_absolute_url()).content.decode() for one in (analyst, author)
    )
    assert newest.because in shown and "£163k" not in unseen and "rested on has changed" in unseen
    event = Event.objects.get(record_id=demand.pk, verb="reopen")
    assert event.reason == "its cost goes beyond what was approved"
    step = demand.record.approvals.filter(state="asked").first()
    assert api(author).get(f"/api/v1/approvals/{step.pk}/").json().get("because") is None
    assert api(analyst).get(f"/api/v1/approvals/{step.pk}/").json()["ceiling"] == str(
        newest.ceiling
    )


@pytest.mark.parametrize(("change", "words"), [
    ({"title": "Tell customers why, and until when"}, "title"), ({"type": "regulatory"}, "type"),
    ({"need": "Another need altogether, said at length."}, "what is needed"), ({"risk": "high"}, "risk"),
    ({"compliance_flags": ["dora"]}, "control frameworks"), ({"security": "Keys in a vault."}, "security"),
])  # fmt: skip
def test_a_material_change_asks_again(make_demand, manager, approver, analyst, change, words):
    demand = make_demand("approved")
    demand.revise(by=analyst, **change)
    demand.refresh_from_db()
    assert demand.state == "approval"
    newest = Round.objects.order_by("-id").first()
    assert (
        newest.state == "open"
        and newest.because == f"Changed: {words}{' requirement' if words == 'security' else ''}."
    )
    relay()
    asked = Notification.objects.filter(asks=True, text__contains="asked again for approval of")
    assert set(asked.values_list("person", flat=True)) == {
        step.approver_id for step in newest.steps.all() if step.state == "asked"
    }


def test_the_requesters_own_edit_frees_nobody_to_approve_what_they_asked_for(
    make_demand, manager, author, analyst
):
    demand = make_demand("approved")
    demand.revise(by=author, need="Another need altogether, said at length.")
    newest = Round.objects.order_by("-id").first()
    assert newest.requested_by == analyst and newest.requester == author
    assert {step.requested_by for step in newest.steps.all()} == {analyst}


def test_another_sponsor_is_asked_where_the_sponsor_signs(estimated, analyst, colleague):
    demand = estimated("approved")
    demand.revise(by=analyst, sponsor=colleague)
    assert demand.record.approvals.get(state="asked", kind="sponsor").approver == colleague


def test_what_it_does_not_rest_on_changes_freely(make_demand, manager, analyst):
    demand = make_demand("approved")
    demand.revise(by=analyst, source="incident_problem", mandatory_on=clock.today())
    assert demand.state == "approved" and Round.objects.count() == 1


def test_a_change_that_nobody_could_approve_is_refused_whole(make_demand, manager, analyst):
    demand = make_demand("approved")
    RoleAssignment.objects.filter(role="approver").delete()
    with pytest.raises(NotNow, match="Compliance approval"):
        demand.revise(by=analyst, type="regulatory")
    demand.refresh_from_db()
    assert (demand.state, demand.type) == ("approved", "improvement")


# Late, and left ------------------------------------------------------------------------------------
def run(after: int) -> dict[str, int]:
    with (
        acting.through("job", "approval_escalation"),
        clock.set_clock(clock.now() + timedelta(days=after)),
    ):
        return tasks.escalations(clock.now())


def test_a_late_approval_goes_up_the_line_once(
    make_demand, make_person, unit, manager, analyst, page
):
    here = make_person("Hugo Here", "manager", scope=unit)
    demand = make_demand("approval")
    step = demand.record.approvals.get()
    assert step.approver == here
    assert run(after=15)["escalated"] == 0  # past its limit of ten working days, not for three more
    assert run(after=40) == {"passed on": 0, "escalated": 1, "nobody else": 0}
    step.refresh_from_db()
    assert (step.approver, step.escalated_from, step.state) == (manager, here, "asked")
    assert run(after=80)["escalated"] == 0
    relay()
    told = Notification.objects.filter(text__contains="went to Marek Manager")
    assert set(told.values_list("person__name", flat=True)) == {here.name, analyst.name}
    assert Notification.objects.filter(person=manager, asks=True, record_id=demand.pk).exists()
    assert Event.objects.filter(verb="escalate").count() == 1
    assert (
        "Asked instead of Hugo Here"
        in page(analyst).get(demand.get_absolute_url()).content.decode()
    )
    Approval.objects.get(pk=step.pk).approve(by=manager)
    assert Demand.objects.get().state == "approved"


def test_where_nobody_else_may_decide_it_stays_and_is_told_once(make_demand, manager, analyst):
    demand = make_demand("approval")
    assert run(after=40)["nobody else"] == 1 and run(after=41)["nobody else"] == 0
    assert demand.record.approvals.get().approver == manager
    assert (
        Notification.objects.filter(
            person=analyst, text__contains="nobody else may give it"
        ).count()
        == 1
    )


def test_how_long_it_waits_is_a_setting_with_its_reason(
    make_demand, make_person, unit, manager, auditor, page
):
    make_person("Hugo Here", "manager", scope=unit)
    make_demand("approval")
    url, sent = "/admin/policies/approvals/patience", {"working_days": 60, "reason": "Holidays."}
    assert page(auditor).post(url, sent).status_code == 403
    assert page(manager).post(url, sent | {"working_days": 0}).status_code == 422
    assert page(manager).post(url, sent).status_code == 302
    assert Patience.current().working_days == 60 and run(after=40)["escalated"] == 0
    assert "Holidays." in page(auditor).get("/admin/policies/approvals").content.decode()


def test_what_was_asked_of_somebody_who_left_is_asked_of_another(make_demand, make_person, manager):
    deputy = make_person("Dora Deputy", "manager")
    step = make_demand("approval").record.approvals.get()
    Person.objects.filter(pk=step.approver_id).update(is_active=False)
    assert run(after=0) == {"passed on": 1, "escalated": 0, "nobody else": 0}
    step.refresh_from_db()
    assert step.approver == deputy and step.state == "asked"
    relay()
    assert Notification.objects.filter(person=deputy, asks=True).exists()


@pytest.mark.django_db(transaction=True)
def test_of_a_decision_and_an_escalation_at_once_one_holds(make_demand, make_person, manager):
    make_person("Dora Deputy", "manager")
    with Crowd(24) as crowd:
        demand = make_demand("approval")
        step = demand.record.approvals.get()
        first = step.approver

        def act(n):
            mine = Approval.objects.get(pk=step.pk)
            return mine.approve(by=Person.objects.get(pk=first.pk)) if n % 2 else escalate(mine)

        answers = crowd.at_once([lambda n=n: act(n) for n in range(24)])
        faults = [a for a in answers if isinstance(a, Exception) and not isinstance(a, Refused)]
        step.refresh_from_db()
        demand.refresh_from_db()
        assert not faults and (demand.state, step.state) in {
            ("approved", "approved"),
            ("approval", "asked"),
        }
        assert (step.escalated_at is None) == (step.state == "approved")
