"""What it really took, what it costs to wait for it, and what less of it would be."""

from decimal import Decimal as Amount

from django.db.models import Sum

from changeoffice.core.access.rules import ANALYST, OWNER, SEES_FIGURES, role
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.workflow import guard, transition
from demand import accuracy
from demand.cost_of_delay import DATED
from demand.inputs import ACTUAL_INPUTS, SMALLER_INPUTS, WAITING_INPUTS
from demand.models.facts import BEFORE_APPROVAL, OPEN
from demand.models.ordering import Ordering
from demand.rules import EDITORS

UNDECIDED = ("draft", *BEFORE_APPROVAL, "more_information", "deferred", "approval")
RECORDS = ANALYST | OWNER | role("project_manager")


@guard("Nobody said what waiting costs.", moot=True)
def costs_to_wait(demand) -> bool:
    return demand.waiting_cost is not None


@guard("Nobody said what a smaller version would be.", moot=True)
def could_be_smaller(demand) -> bool:
    return bool(demand.less_without)


class Measuring(Ordering):
    class Meta(Ordering.Meta):
        abstract = True

    @transition(("in_delivery", "completed"), None, who=RECORDS, noted=False, about="skill", told="recorded actuals of",
                label="Record actuals", asks=ACTUAL_INPUTS)  # fmt: skip
    def record_actuals(self, *, by, month, skill=None, days=None, cost=None, source="", said=None):
        """Put or correct the person-days of one skill in one month, and what they cost."""
        month, days = month.replace(day=1), days or Amount(0)
        if month > clock.today():
            raise Invalid(month="This month has not begun.")
        if skill is None and days:
            raise Invalid(skill="Say of which skill the days are.")
        if cost is None:
            cost = self._usual_cost(skill, days)
        self.actuals.update_or_create(
            skill=skill, month=month,
            defaults={"days": days, "cost": cost, "by": by, "at": clock.now()}
            | ({"source": source, "said": said} if source else {}),
        )  # fmt: skip
        self._measure()

    @transition((*OPEN, "draft"), None, who=EDITORS & SEES_FIGURES, noted=False, label="Say what waiting costs",
                told="said what waiting costs for", asks=WAITING_INPUTS)  # fmt: skip
    def say_waiting_cost(self, *, by, waiting_cost, waiting_profile, waiting_on=None):
        """Money lost for every month it waits, and how that comes about."""
        if waiting_profile in DATED and waiting_on is None:
            raise Invalid(waiting_on="Give the date on which it changes.")
        self.waiting_cost, self.waiting_profile = waiting_cost, waiting_profile
        self.waiting_on = waiting_on if waiting_profile in DATED else None

    @transition((*OPEN, "draft"), None, who=EDITORS & SEES_FIGURES, guards=[costs_to_wait],
                label="Take back the cost of waiting", told="took back the cost of waiting of")  # fmt: skip
    def drop_waiting_cost(self, *, by):
        """Nobody knows what waiting costs after all."""
        self.waiting_cost, self.waiting_profile, self.waiting_on = None, "", None

    @transition(UNDECIDED, None, who=EDITORS & SEES_FIGURES, noted=False, label="Describe a smaller version",
                told="described a smaller version of", asks=SMALLER_INPUTS)  # fmt: skip
    def say_smaller(self, *, by, less_without, less_cost, less_effect):
        """What could be left out, what the rest would cost and bring: whoever decides reads it beside
        the whole. Again to change it."""
        if self.cost_likely is not None and less_cost >= self.cost_likely:
            raise Invalid(less_cost="A smaller version costs less than the whole.")
        self.less_without, self.less_cost, self.less_effect = less_without, less_cost, less_effect

    @transition(UNDECIDED, None, who=EDITORS & SEES_FIGURES, guards=[could_be_smaller],
                label="Take back the smaller version", told="took back the smaller version of")  # fmt: skip
    def drop_smaller(self, *, by):
        """It is the whole or nothing after all."""
        self.less_without, self.less_cost, self.less_effect = "", None, ""

    # inner ---------------------------------------------------------------------------------------
    def _usual_cost(self, skill, days: Amount) -> Amount:
        """At the rate it was estimated with, else the skill's own; other costs have to be given."""
        if skill is None:
            raise Invalid(cost="Give the cost, or a skill and its days.")
        line = self.estimate_lines.filter(skill=skill).first()
        return (days * (line.day_rate if line else skill.day_rate)).quantize(Amount("0.01"))

    def _measure(self) -> None:
        """The sums, and what they are of the estimate, kept for lists and KPIs."""
        spent = self.actuals.aggregate(days=Sum("days"), cost=Sum("cost"))
        likely = self.estimate_lines.aggregate(days=Sum("likely_days"))["days"]
        self.actual_days, self.actual_cost = spent["days"], spent["cost"]
        self.effort_ratio = accuracy.ratio(self.actual_days, likely)
        self.cost_ratio = accuracy.ratio(self.actual_cost, self.cost_likely)
