"""Data that cannot be right, or that nobody answers for: each check is one condition on records."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from changeoffice.core.record import clock
from changeoffice.core.record.database import work_models
from changeoffice.core.record.models import Reach, Record
from demand.models import Demand, KpiEffect
from demand.models.facts import DECIDED_ON
from portfolio.models import Dependency, Milestone, Project
from portfolio.models.rag import Colour

# Kinds somebody has to answer for, whatever their state as long as they are open.
OWNED = ("action", "benefit", "business_kpi", "intervention", "issue", "objective", "portfolio",
         "programme", "project", "risk", "service")  # fmt: skip
LIVE = ("active", "proposed", "on_hold")
LOOKED_AT = ("screening", "assessment", *DECIDED_ON)


@dataclass(frozen=True)
class Check:
    """`wrong(today)` is true of the records that fail it."""

    slug: str
    title: str
    mend: str
    icon: str
    wrong: Callable[[date], Q]

    def rows(self, person) -> QuerySet[Record]:
        """What fails, as far as this person may see it."""
        found = Record.objects.visible_to(person).exclude(reach=Reach.OWN)
        return found.filter(self.wrong(clock.today())).select_related("owner", "unit")


def _open() -> Q:
    """Records that are not closed, by the states each kind declares as closed."""
    found = Q(pk__in=[])
    for work in work_models():
        found |= Q(kind=work.kind) & ~Q(state__in=work.closed_states())
    return found


def _of(rows: QuerySet) -> Q:
    return Q(pk__in=rows.values("pk"))


def _no_owner(today: date) -> Q:
    late_demands = Q(kind="demand", state__in=(*LOOKED_AT, "in_delivery"))
    return Q(owner=None) & ((Q(kind__in=OWNED) & _open()) | late_demands)


def _owner_left(today: date) -> Q:
    return Q(owner__is_active=False) & _open()


def _no_kpi(today: date) -> Q:
    named = KpiEffect.objects.filter(demand=OuterRef("pk"))
    demands = Demand.objects.filter(~Exists(named), state__in=LOOKED_AT)
    return _of(demands) | _of(Project.objects.filter(state__in=LIVE).untethered())


def _stale(today: date) -> Q:
    return _of(Project.objects.filter(state__in=LIVE, reading__overall=Colour.STALE))


def _passed(today: date) -> Q:
    planned = Milestone.objects.filter(state="planned", project__state__in=LIVE)
    return _of(planned.filter(forecast_on__lt=today))


def _against_each_other(today: date) -> Q:
    """Dates of one item, or of an item and what it belongs to, that cannot both be true."""
    start = Q(forecast_finish__lt=F("planned_start")) | Q(actual_finish__lt=F("actual_start"))
    projects = Project.objects.filter(start, state__in=LIVE)
    after = Milestone.objects.filter(state="planned", project__state__in=LIVE,
                                     forecast_on__gt=F("project__forecast_finish"))  # fmt: skip
    ahead = Milestone.objects.filter(actual_on__gt=today)
    demands = Demand.objects.filter(state__in=LOOKED_AT, finishes_on__gt=F("mandatory_on"))
    return _of(projects) | _of(after) | _of(ahead) | _of(demands)


def _nobody_agreed(today: date) -> Q:
    """A promise is due and still only proposed."""
    return _of(Dependency.objects.filter(state="proposed", need_by__lt=today))


CHECKS = {check.slug: check for check in (
    Check("no-owner", "Nobody owns it", "Open it and name an owner.", "user-x", _no_owner),
    Check("owner-left", "Its owner's account is closed",
          "Name another owner, or ask an administrator to hand over all of that person's items.",
          "user-minus", _owner_left),
    Check("no-kpi", "It names no KPI", "Say which KPI it moves, by how much and until when.",
          "chart-line", _no_kpi),
    Check("stale", "Not confirmed lately", "Its project manager sends an update; until then it is not rated.",
          "clock-alert", _stale),
    Check("passed", "The forecast has passed", "Say on which day it was met, or forecast again.",
          "calendar-x", _passed),
    Check("dates", "Dates that cannot both be true",
          "A finish before a start, a milestone after its project, a day met that is still to come, a schedule "
          "after the mandatory date: one of the two is wrong.", "calendar-range", _against_each_other),
    Check("not-agreed", "Needed already, and never agreed", "Both owners agree it, or withdraw it.",
          "link-2-off", _nobody_agreed),
)}  # fmt: skip
