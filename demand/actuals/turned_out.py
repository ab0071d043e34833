"""How estimates turned out: of demands alike, and of the person who estimates now."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import OuterRef, Q, Subquery, Sum

from changeoffice.core.access.rules import SEES_FIGURES
from demand.accuracy import Bias, Traits, bias, closest
from demand.models import Actual, Demand, EstimateLine

LOOKED_AT = 400  # of the demands completed last


def alike(demand: Demand, person) -> list[Demand]:
    """Completed demands like this one, with days and cost estimated and actual, the closest first;
    only those whose figures this person may see."""
    lines = EstimateLine.objects.filter(demand=OuterRef("pk")).order_by().values("demand")
    rows = Demand.objects.visible_to(person).filter(SEES_FIGURES.q(person), state="completed")
    rows = rows.filter(Q(actual_days__gt=0) | Q(actual_cost__gt=0)).exclude(pk=demand.pk).annotate(
        likely_days=Subquery(lines.annotate(n=Sum("likely_days")).values("n")),
        service_ids=ArrayAgg("services", filter=Q(services__isnull=False), default=[]),
    )  # fmt: skip
    found = list(rows.order_by("-state_since", "-pk")[:LOOKED_AT])
    here = _traits(demand, demand.services.values_list("pk", flat=True))
    near = closest(here, [_traits(row, row.service_ids) for row in found])
    return [found[place] for place in near]


def _traits(demand: Demand, services) -> Traits:
    return Traits(demand.title, frozenset(services), demand.type, demand.size)


def bias_of(person) -> Bias:
    """Of the skills this person estimated in demands since completed, per demand."""
    mine = Demand.objects.visible_to(person).filter(state="completed", actual_days__gt=0)
    lines = EstimateLine.objects.filter(by=person, demand__in=mine)
    spent: dict[tuple[int, int], Decimal] = {}
    took = Actual.objects.filter(demand__in=lines.values("demand"), skill__isnull=False).order_by()
    for demand, skill, days in took.values_list("demand", "skill").annotate(n=Sum("days")):
        spent[demand, skill] = days
    sums: dict[int, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for demand, skill, likely in lines.values_list("demand", "skill", "likely_days"):
        sums[demand][0] += spent.get((demand, skill), Decimal(0))
        sums[demand][1] += likely
    return bias(took / likely for took, likely in sums.values() if likely)


def told(demand: Demand, person) -> dict[str, Any]:
    """For the form of an estimate."""
    return {"alike": alike(demand, person), "bias": bias_of(person)}
