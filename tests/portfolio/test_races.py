"""Many threads at one project: what there may be once is there once, and nobody waits in a circle."""

from datetime import date

import pytest

from changeoffice.core.record import acting, clock
from changeoffice.core.record.errors import Invalid, NotNow, Refused
from portfolio.models import Dependency, Intervention, Milestone, Project
from practices.finance.models import Budget, BudgetLine
from tests.crowd import Crowd

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 24
ROUNDS = 20


def refusals(answers: list, kind: type[Exception]) -> int:
    """How many were refused; anything else that was raised is a fault."""
    raised = [a for a in answers if isinstance(a, Exception)]
    assert all(isinstance(a, kind) for a in raised), raised
    return len(raised)


def test_one_cause_opens_one_intervention(project, project_manager):
    def open_one():
        with acting.through("job", "test"):
            return Intervention.raise_for(project, cause="schedule:1", since=clock.today(),
                                          title="It slips", person=project_manager)  # fmt: skip

    with Crowd(THREADS) as crowd:
        answers = crowd.at_once([open_one] * THREADS)
    assert refusals(answers, Invalid) == THREADS - 1
    assert Intervention.objects.count() == 1
    assert Intervention.objects.get().record.events.count() == 1


def test_a_project_has_one_budget_and_a_month_one_line(project, finance):
    with Crowd(THREADS) as crowd:
        begin = [lambda: Budget.open_for(by=finance, project=project)] * THREADS
        assert refusals(crowd.at_once(begin), Invalid) == THREADS - 1
        budget = Budget.objects.get()

        def grant(n: int):
            return Budget.objects.get().grant(by=finance, month=date(2027, 1, 5), cost_kind="opex",
                                              category="people", amount=n)  # fmt: skip

        answers = crowd.at_once([lambda n=n: grant(n) for n in range(THREADS)])
    assert refusals(answers, Refused) == 0
    assert BudgetLine.objects.count() == 1
    assert budget.record.events.filter(verb="grant").count() == THREADS


def test_promises_asked_for_in_both_directions_at_once_never_close_a_circle(
    make_project, make_milestone, project_manager
):
    one, other = make_project("One"), make_project("Other")

    def propose(giver: Milestone, getter: Milestone):
        return Dependency.propose(by=project_manager, giver=giver, getter=getter, title="Interface")

    with Crowd(8) as crowd:
        for n in range(ROUNDS):
            a = make_milestone(one, title=f"A{n}")
            b = make_milestone(other, title=f"B{n}")
            acts = [lambda a=a, b=b: propose(a, b), lambda a=a, b=b: propose(b, a)] * 4
            assert refusals(crowd.at_once(acts), Refused) == 7
    assert Dependency.objects.count() == ROUNDS


def test_of_many_who_hold_a_project_one_does(make_project, sponsor):
    def hold(pk: int):
        return Project.objects.get(pk=pk).hold(by=sponsor, reason="It waits for the law.")

    with Crowd(THREADS) as crowd:
        for n in range(ROUNDS):
            made = make_project(f"Project {n}")
            answers = crowd.at_once([lambda pk=made.pk: hold(pk)] * THREADS)
            assert refusals(answers, NotNow) == THREADS - 1
            assert made.record.events.filter(verb="hold").count() == 1
