"""Whoever is asked to approve may ask back or put it off: who, and what becomes of the approval."""

import pytest

from changeoffice.core.administration.delegates import set_delegate
from changeoffice.core.approvals.models import DECIDES_NOW, Approval, ApprovalPolicy
from changeoffice.core.notify.models import Notification
from changeoffice.core.outbox.relay import relay
from changeoffice.core.people.models import Person
from changeoffice.core.record import acting, clock
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow
from demand.models import Demand
from demand.tasks import escalations, reminders, returns
from tests.demand.deciding import DAY, QUESTION, demand, fresh, states, step_of  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_turn(policies) -> None:
    """The manager first, and the sponsor after."""
    ApprovalPolicy.objects.all().delete()
    ApprovalPolicy.objects.create(
        kind="demand", name="In turn", steps=[{"kinds": ["manager"]}, {"kinds": ["sponsor"]}]
    )


def may(person: Person, demand: Demand) -> set[str]:
    """What somebody may do of the two, asked as a page asks and as the database does."""
    person, demand = fresh(person), Demand.objects.get(pk=demand.pk)
    found = {offer.verb.name for offer in demand.open_verbs(person)} & {"ask", "defer"}
    for name in ("ask", "defer"):
        rule = Demand.verbs()[name].who
        in_sql = Demand.objects.filter(rule.q(person), pk=demand.pk).exists()
        assert in_sql == rule.holds(person, demand)
    return found


# who may ------------------------------------------------------------------------------------------
def test_only_an_analyst_and_whoever_is_asked_may_ask_back_or_defer(
    demand, finance, sponsor, analyst, author, stranger, colleague, page, api
):
    for person in (finance, sponsor, analyst):
        assert may(person, demand) == {"ask", "defer"}, person
    for person in (author, stranger, colleague):
        assert may(person, demand) == set(), person
        url = f"/api/v1{demand.get_absolute_url()}"
        sent = {"question": QUESTION}
        assert api(person).post(f"{url}/ask/", sent, format="json").status_code == 403
        assert page(person).post(f"{demand.get_absolute_url()}/ask", sent).status_code == 403
        sent = {"revisit_on": str(clock.today() + 9 * DAY), "reason": "Not now."}
        assert api(person).post(f"{url}/defer/", sent, format="json").status_code == 403
    assert Demand.objects.get().state == "approval"


def test_an_answer_given_ends_the_right_to_ask(demand, sponsor, finance):
    step_of(demand, "sponsor").approve(by=sponsor)
    assert may(sponsor, demand) == set() and may(finance, demand) == {"ask", "defer"}
    with pytest.raises(NotAllowed, match="an approver whose decision is due"):
        Demand.objects.get().ask(by=fresh(sponsor), question=QUESTION)


def test_a_step_that_has_not_come_yet_gives_no_right(in_turn, make_demand, manager, sponsor):
    demand = make_demand("ready")
    demand.request_approval(by=demand.owner)
    assert may(sponsor, demand) == set()
    step_of(demand, "manager").approve(by=manager)
    assert may(sponsor, demand) == {"ask", "defer"}


def test_an_approver_of_one_demand_has_no_right_on_another(demand, make_demand, finance):
    other = make_demand("ready", title="Another demand of ours")
    assert may(finance, other) == set()
    other.request_approval(by=other.owner)
    assert may(finance, other) == set() and may(finance, demand) == {"ask", "defer"}


def test_four_eyes_hold_for_asking_and_deferring(demand, finance, author, colleague):
    """Whoever raised it stands in for nobody, so has no part in the decision at all."""
    today = clock.today()
    given = {
        "by": finance,
        "person": finance,
        "from_on": today,
        "until_on": today,
        "reason": "Leave",
    }
    set_delegate(delegate=author, **given)
    assert may(author, demand) == set()
    Approval.objects.filter(record_id=demand.pk, kind="finance").update(approver=colleague)
    assert not DECIDES_NOW.holds(fresh(author), demand)
    Approval.objects.filter(record_id=demand.pk, kind="finance").update(requester=colleague)
    assert not Approval.objects.decidable_by(colleague).exists()


def test_a_delegate_asks_and_defers_only_while_somebody_is_away(demand, finance, colleague):
    today = clock.today()
    set_delegate(by=finance, person=finance, delegate=colleague, from_on=today, until_on=today + DAY,
                 kinds=["finance"], reason="Leave")  # fmt: skip
    assert may(colleague, demand) == {"ask", "defer"}
    with clock.set_clock(clock.now() + 3 * DAY):
        assert may(colleague, demand) == set()
    demand.ask(by=fresh(colleague), question=QUESTION)
    assert demand.record.events.get(verb="ask").actor == colleague
    assert may(colleague, demand) == set()


# a question ---------------------------------------------------------------------------------------
def test_a_question_stops_the_clock_and_what_was_approved_stays(
    demand, sponsor, finance, author, page
):
    step_of(demand, "sponsor").approve(by=sponsor)
    demand.ask(by=fresh(finance), question=QUESTION)
    assert (demand.state, demand.stage, demand.due_on) == ("more_information", "approval", None)
    assert states(demand) == {"sponsor": "approved", "finance": "waiting"}
    assert not Approval.objects.asked_of(finance).exists()
    with pytest.raises(NotNow, match="not asked yet"):
        step_of(demand, "finance").approve(by=fresh(finance))
    html = page(author).get(demand.get_absolute_url()).content.decode()
    assert "You are asked" in html and QUESTION in html and finance.name in html
    with clock.set_clock(clock.now() + 60 * DAY):
        assert reminders(clock.now()) == {"near": 0, "late": 0}
        assert escalations(clock.now())["escalated"] == 0
        demand.reply(by=author, answer="The branch does.")
        assert demand.state == "approval" and demand.due_on > clock.today()
        assert states(demand)["sponsor"] == "approved" and states(demand)["finance"] == "asked"
        step = step_of(demand, "finance")
        assert step.due_on == demand.due_on
        step.approve(by=fresh(finance))


def test_whoever_has_not_answered_yet_hears_that_it_goes_on(demand, finance, sponsor, author):
    step_of(demand, "sponsor").approve(by=sponsor)
    demand.ask(by=fresh(finance), question=QUESTION)
    relay()
    asked = Notification.objects.get(person=author, event__verb="ask")
    assert asked.asks and finance.name in asked.text
    Demand.objects.get().reply(by=author, answer="The branch does.")
    relay()
    told = Notification.objects.get(person=finance, event__verb="reply")
    assert told.asks and told.get_absolute_url().endswith("/decide")
    assert not Notification.objects.filter(person=sponsor, event__verb="reply", asks=True).exists()


def test_in_turn_the_same_one_is_asked_again_and_nobody_is_passed_over(
    in_turn, make_demand, manager, sponsor, author
):
    demand = make_demand("ready")
    demand.request_approval(by=demand.owner)
    demand.ask(by=fresh(manager), question=QUESTION)
    demand.reply(by=author, answer="The branch does.")
    assert states(demand) == {"manager": "asked", "sponsor": "waiting"}


def test_what_approvals_rest_on_changed_during_a_question_and_all_are_asked_again(
    demand, sponsor, finance, author, analyst
):
    step_of(demand, "sponsor").approve(by=sponsor)
    demand.ask(by=fresh(finance), question=QUESTION)
    demand.revise(by=author, need="Customers call us, and now the regulator does as well.")
    assert demand.state == "more_information" and "asked" not in states(demand).values()
    assert step_of(demand, "sponsor").state == "waiting"
    demand.reply(by=author, answer="I wrote it into the demand.")
    assert set(states(demand).values()) == {"asked"}
    newest = demand.record.approval_rounds.latest("id")
    assert "what is needed" in newest.because and newest.requested_by == analyst


def test_what_nothing_rests_on_may_change_during_a_question(demand, sponsor, finance, author):
    step_of(demand, "sponsor").approve(by=sponsor)
    demand.ask(by=fresh(finance), question=QUESTION)
    demand.revise(by=author, mandatory_on=clock.today() + 90 * DAY)
    demand.reply(by=author, answer="By law.")
    assert states(demand)["sponsor"] == "approved"


def test_a_demand_withdrawn_during_a_question_asks_nobody_any_more(demand, finance, author):
    demand.ask(by=fresh(finance), question=QUESTION)
    demand.withdraw(by=author, reason="It is settled.")
    assert set(states(demand).values()) == {"withdrawn"}


# a date -------------------------------------------------------------------------------------------
def test_a_deferred_demand_comes_back_to_assessment_by_itself_and_no_approval_outlives_it(
    demand, sponsor, finance
):
    step_of(demand, "sponsor").approve(by=sponsor)
    later = clock.today() + 30 * DAY
    with pytest.raises(Invalid, match="after today"):
        demand.defer(by=fresh(finance), revisit_on=clock.today(), reason="Not now.")
    demand.defer(by=fresh(finance), revisit_on=later, reason="After the audit.")
    assert (demand.state, demand.due_on, demand.answer) == ("deferred", None, "After the audit.")
    assert not Approval.objects.filter(record_id=demand.pk, state__in=("asked", "waiting")).exists()
    assert may(finance, demand) == set()
    with clock.set_clock(clock.now() + 31 * DAY), acting.through("job"):
        assert returns(clock.now())["returned"] == 1
    assert Demand.objects.get().state == "assessment"
