"""What a demand's verbs do, and when they refuse."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from changeoffice.core.approvals.models import Round
from changeoffice.core.record import acting, clock
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow, Stale
from changeoffice.core.talk.models import Follower
from demand.commands import promote_idea
from demand.models import Demand, StageLimit
from demand.stages import StageClock
from demand.tasks import reminders, returns
from ideation.models import Idea
from tests.demand.conftest import SCORES

pytestmark = pytest.mark.django_db


def test_a_demand_goes_all_the_way_to_scheduled(make_demand, manager):
    demand = make_demand("scheduled")
    assert demand.state == "scheduled"
    assert demand.wsjf == Decimal("6.00")
    assert demand.cost_likely == Decimal(12_000)
    assert demand.standing.rank == 1
    assert Round.objects.get().state == "approved"


def test_a_draft_is_only_its_requesters(make_demand, author, colleague):
    demand = make_demand("draft")
    assert Demand.objects.visible_to(author).count() == 1
    assert not Demand.objects.visible_to(colleague).exists()
    demand.submit(by=author)
    assert Demand.objects.visible_to(colleague).count() == 1
    assert demand.owner is None


@pytest.mark.parametrize(("state", "verb"), [
    ("submitted", "screen"), ("screening", "assess"), ("assessment", "close_round"),
    ("ready", "request_approval"), ("approval", "send_back"), ("submitted", "reject"),
])  # fmt: skip
def test_shaping_verbs_are_the_analysts(make_demand, manager, colleague, state, verb):
    demand = make_demand(state)
    with pytest.raises(NotAllowed):
        getattr(demand, verb)(by=colleague)


def test_a_verb_refuses_in_another_state(make_demand, analyst):
    with pytest.raises(NotNow, match="submitted"):
        make_demand("submitted").assess(by=analyst)


def test_a_stale_edit_changes_nothing(make_demand, analyst, author):
    demand = make_demand("screening")
    opened = demand.version
    demand.revise(by=author, title="A better title for it")
    with pytest.raises(Stale) as refused:
        demand.revise(by=analyst, at_version=opened, title="Another title for it")
    assert [item["field"] for item in refused.value.changes] == ["title"]


def test_approval_cannot_be_requested_before_everything_is_there(make_demand, analyst, sponsor):
    demand = make_demand("assessment", sponsor=None)
    with pytest.raises(NotNow) as refused:
        demand.request_approval(by=analyst)
    assert len(refused.value.reasons) == 4


def test_a_question_stops_the_clock_and_its_answer_starts_it(make_demand, analyst, author):
    noon = clock.now().replace(hour=12)
    with clock.set_clock(noon - timedelta(days=40)):
        demand = make_demand("screening")
    with clock.set_clock(noon - timedelta(days=38)):
        demand.ask(by=analyst, question="How many customers call?")
        assert demand.due_on is None
    assert StageClock().age(demand).days <= 2
    demand.reply(by=author, answer="About a thousand.")
    assert demand.state == "screening"
    assert StageClock().age(demand).days <= 2
    assert demand.due_on >= clock.today()


def test_a_refusal_brings_it_back_to_assessment_with_the_comment(make_demand, manager):
    demand = make_demand("approval")
    step = demand.record.approvals.get()
    with pytest.raises(Invalid):
        step.refuse(by=manager, comment="  ")
    step.refuse(by=manager, comment="The benefit is not clear.")
    demand.refresh_from_db()
    assert demand.state == "assessment"
    event = demand.record.events.get(verb="turn_down")
    assert (event.actor, event.reason) == (manager, "The benefit is not clear.")


def test_scores_close_the_round_when_all_are_in(make_demand, analyst, manager):
    demand = make_demand("screening")
    demand.assess(by=analyst, scores_wanted=2)
    demand.score(by=analyst, **SCORES)
    assert demand.wsjf is None
    demand.score(by=manager, **SCORES | {"value": 4})
    assert demand.mean_value == Decimal("6.00")
    assert demand.wsjf == Decimal("5.33")
    with pytest.raises(NotNow):
        demand.score(by=manager, **SCORES)


def test_only_named_assessors_score(make_demand, analyst, manager, colleague):
    demand = make_demand("screening")
    demand.assess(by=analyst, assessors=[colleague])
    with pytest.raises(NotAllowed):
        demand.score(by=manager, **SCORES)
    demand.score(by=colleague, **SCORES)
    assert demand.wsjf is not None


def test_ranks_put_near_mandatory_dates_first_and_hand_moves_where_they_say(
    make_demand, manager, analyst
):
    soon = clock.today() + timedelta(days=90)
    best = make_demand("ready")
    bound = make_demand("ready", title="Report incidents in four hours", mandatory_on=soon)
    assert (_rank(bound), _rank(best)) == (1, 2)
    best.move_rank(by=analyst, place=1, reason="The regulator gave us more time.")
    assert (_rank(best), _rank(bound)) == (1, 2)
    best.release_rank(by=analyst)
    assert (_rank(bound), _rank(best)) == (1, 2)
    bound.reject(by=analyst, answer="The law was withdrawn, nothing to do.")
    assert (_rank(bound), _rank(best)) == (None, 1)


def _rank(demand) -> int | None:
    return Demand.objects.get(pk=demand.pk).rank


def test_a_deferred_demand_returns_by_itself(make_demand, manager, analyst):
    demand = make_demand("approval")
    demand.defer(by=analyst, revisit_on=clock.today() + timedelta(days=7), reason="No budget.")
    assert Round.objects.get().state == "withdrawn"
    later = clock.now() + timedelta(days=8)
    with clock.set_clock(later), acting.through("job"):
        assert returns(later)["returned"] == 1
        assert returns(later)["returned"] == 0
    demand.refresh_from_db()
    assert demand.state == "assessment"


def test_a_reminder_goes_out_once_per_level(make_demand, analyst):
    with clock.set_clock(clock.now() - timedelta(days=30)):
        demand = make_demand("screening")
    for _ in range(2):
        assert reminders(clock.now())["late"] == 1
    assert [n.text for n in analyst.notifications.all()] == [
        f"{demand.reference} {demand.title} has waited {StageClock().age(demand).days} of 5 working days in screening"
    ]  # fmt: skip


def test_a_merged_demand_leaves_its_followers(make_demand, analyst, colleague, author):
    one, other = make_demand("submitted"), make_demand("submitted", title="The same need again")
    Follower.objects.create(record_id=one.pk, person=colleague)
    one.merge(by=analyst, into=other)
    assert one.state == "merged"
    assert Follower.objects.filter(record_id=other.pk, person=colleague).exists()


def test_an_idea_becomes_a_demand_its_voters_follow(policies, author, colleague, analyst, service):
    idea = Idea.propose(by=author, title="Show why a payment is held", benefit="Fewer calls.",
                        problem="Customers call because nothing explains it.", services=[service])  # fmt: skip
    idea.submit(by=author)
    idea.vote(by=colleague)
    idea.review(by=analyst)
    idea.vet(by=analyst)
    idea.score(
        by=analyst, value=4, feasibility=4, strategic_fit=4, effort=2, rationale="Worth it, surely."
    )
    idea.develop(by=analyst, benefit="Fewer calls.")
    demand = promote_idea(idea, by=analyst)
    assert (demand.state, demand.requester, demand.owner, demand.idea) == (
        "draft",
        author,
        analyst,
        idea,
    )
    assert list(demand.services.all()) == [service]
    followers = set(
        Follower.objects.filter(record_id=demand.pk).values_list("person_id", flat=True)
    )
    assert {author.pk, colleague.pk} <= followers
    assert Demand.objects.visible_to(colleague).exists()
    idea.refresh_from_db()
    assert idea.state == "promoted"
    with pytest.raises(NotNow):
        promote_idea(idea, by=analyst)


def test_an_administrators_limit_counts(make_demand, analyst):
    StageLimit.objects.filter(state="screening").update(working_days=2)
    demand = make_demand("screening")
    assert StageClock(StageLimit.of_all()).age(demand).limit == 2
    assert (demand.due_on - clock.today()).days <= 6


def test_dates_of_a_schedule_go_forward(make_demand, manager, analyst):
    demand = make_demand("approved")
    with pytest.raises(Invalid):
        demand.schedule(by=analyst, starts_on=date(2027, 3, 1), finishes_on=date(2027, 3, 1))


def test_a_demand_without_source_or_type_gets_the_usual_ones(policies, author):
    made = Demand.raise_new(
        by=author, title="Something we need", need="Because.", source="", type=""
    )
    assert (made.source, made.type) == ("business_unit", "improvement")
    with pytest.raises(Invalid):
        made.revise(by=author, type="")


def test_delivery_is_mirrored_by_the_portal_alone(make_demand, manager, analyst):
    demand = make_demand("scheduled")
    demand.hand_over(by=analyst)
    with pytest.raises(NotAllowed):
        demand.complete(by=analyst)
    with acting.through("job"):
        demand.mirror(by=None, progress=40)
        demand.refresh_from_db()
        assert demand.progress == 40
        demand.complete(by=None)
    assert (demand.state, demand.progress) == ("completed", 100)
