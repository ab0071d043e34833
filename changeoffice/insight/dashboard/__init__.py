"""The portfolio dashboard as data: every number with the address of the list that adds up to it."""

from changeoffice.insight.dashboard.answer import Answer, count_words
from changeoffice.insight.dashboard.attention import Attention
from changeoffice.insight.dashboard.breakdown import Breakdown
from changeoffice.insight.dashboard.changes import Changes, change_words
from changeoffice.insight.dashboard.health import Health
from changeoffice.insight.dashboard.number import Number
from changeoffice.insight.dashboard.spend import Spend

__all__ = ["Dashboard", "Number", "change_words", "count_words"]


class Dashboard(Answer, Health, Spend, Breakdown, Attention, Changes):
    """All panels of one page, and the counts in their headings."""

    @property
    def projects(self) -> Number:
        return self.number("projects")

    @property
    def overdue(self) -> Number:
        return self.number("interventions_overdue")

    @property
    def intervention_count(self) -> Number:
        return self.number("interventions")

    @property
    def milestone_count(self) -> Number:
        return self.number("milestones_due")

    @property
    def overdue_milestones(self) -> Number:
        return self.number("milestones_overdue")

    @property
    def risk_count(self) -> Number:
        return self.number("risks")

    @property
    def breach_count(self) -> Number:
        return self.number("dependencies_breached")

    @property
    def dependency_count(self) -> Number:
        return self.number("dependencies")

    @property
    def go_lives(self) -> Number:
        return self.number("go_lives")

    def numbers(self) -> list[Number]:
        """Every number of the page that is not 0 where 0 is left out, in its order."""
        found = [self.projects, *self.health]
        for stage in self.stages:
            found += [stage["total"], *stage["doors"]]
        found += [self.intervention_count, self.overdue, self.milestone_count,
                  self.overdue_milestones, self.go_lives, self.changed_count, self.dependency_count,
                  self.breach_count]  # fmt: skip
        if self.shows_figures:
            cells = [self.number(f"risks_{p}_{i}") for p in range(5, 0, -1) for i in range(1, 6)]
            found += [self.risk_count, *(cell for cell in cells if cell.value)]
            found += [n for block in (*self.spend, *self.plans) for n in block["numbers"]]
        return found
