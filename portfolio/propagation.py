"""From typed forecasts and agreed dependencies to what is expected, set by set.

A pass writes `Expectation` rows beside the forecasts and never touches a forecast. For a few projects
their givers elsewhere stand fixed at what is expected of them already; whoever they give to is told
through the outbox, so that one change reaches as far as it has to and no further.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import QuerySet

from changeoffice.calendar.working_days import day_date, day_number
from portfolio.columns_in_sql import among
from portfolio.days import working_days
from portfolio.models import Dependency, Expectation, Milestone
from portfolio.models.dependency import STANDING
from portfolio.network import Links, Network, Nodes

Ids = Iterable[int] | None


@dataclass(frozen=True)
class Point:
    """A milestone as the network needs it."""

    pk: int
    project_id: int
    finish: date
    fixed: bool


@dataclass(frozen=True)
class Drawn:
    """The network of some projects, the points in it, and which of them are theirs to write."""

    network: Network
    points: dict[int, Point]
    own: set[int]


def draw(project_ids: Ids = None) -> Drawn:
    """The network of agreed dependencies into these projects, or of all (None)."""
    rows = Dependency.objects.filter(state="agreed")
    if project_ids is None:
        return _drawn(rows, (), lambda pk, project: True)
    ids = set(project_ids)
    return _drawn(rows.filter(getter__project_id__in=ids), (), lambda pk, project: project in ids)


BELOW = """
    WITH RECURSIVE below(id) AS (
        SELECT unnest(%s::bigint[])
        UNION SELECT d.getter_id FROM below b
        JOIN portfolio_dependency d ON d.giver_id = b.id AND d.state = 'agreed'
    ) SELECT id FROM below"""


def draw_below(milestone_ids: Iterable[int]) -> Drawn:
    """The part of the network that these milestones can move; what enters it from elsewhere
    stands fixed at what is expected of it already."""
    with connection.cursor() as cursor:
        cursor.execute(BELOW, [list(milestone_ids)])
        below = {pk for (pk,) in cursor.fetchall()}
    rows = Dependency.objects.filter(among("getter_id", below), state="agreed")
    return _drawn(rows, below, lambda pk, project: pk in below)


def _drawn(rows: QuerySet, also: Iterable[int], is_own: Callable[[int, int], bool]) -> Drawn:
    links = list(rows.order_by("pk").values_list("pk", "giver_id", "getter_id", "lag"))
    wanted = {end for _, giver, getter, _ in links for end in (giver, getter)} | set(also)
    points = _points(wanted, is_own)
    links = [link for link in links if link[1] in points and link[2] in points]
    columns = list(zip(*links, strict=True)) or [(), (), (), ()]
    network = Network.build(
        working_days(),
        Nodes(ids=list(points), finish=[day_number(p.finish) for p in points.values()],
              fixed=[p.fixed for p in points.values()]),
        Links(ids=columns[0], giver=columns[1], getter=columns[2], lag=columns[3]),
    )  # fmt: skip
    own = {p.pk for p in points.values() if is_own(p.pk, p.project_id)}
    return Drawn(network, points, own)


def _points(wanted: set[int], is_own: Callable[[int, int], bool]) -> dict[int, Point]:
    rows = Milestone.objects.filter(among("id", wanted)).exclude(state="dropped").values_list(
        "pk", "project_id", "forecast_on", "actual_on", "expectation__expected_on"
    )  # fmt: skip
    found = {}
    for pk, project, forecast, actual, expected in rows.order_by("pk"):
        outside = not is_own(pk, project)
        finish = actual or (max(forecast, expected) if outside and expected else forecast)
        found[pk] = Point(pk, project, finish, bool(actual) or outside)
    return found


def expect(project_ids: Ids) -> set[int]:
    """Write what is expected of these projects' milestones; answers the milestones that moved."""
    drawn = draw(project_ids)
    now = _expected(drawn)
    rows = Expectation.objects.all()
    if project_ids is not None:
        rows = rows.filter(milestone__project_id__in=list(project_ids))
    before = {row.milestone_id: row for row in rows}
    changed = {
        pk: found for pk, found in now.items()
        if pk not in before or (before[pk].expected_on, before[pk].because_id) != found
    }  # fmt: skip
    gone = set(before) - set(now)
    Expectation.objects.filter(pk__in=gone).delete()
    Expectation.objects.bulk_create(
        [Expectation(milestone_id=pk, expected_on=day, because_id=link)
         for pk, (day, link) in changed.items()],
        update_conflicts=True, unique_fields=["milestone"],
        update_fields=["expected_on", "because"],
    )  # fmt: skip
    return gone | set(changed)


def _expected(drawn: Drawn) -> dict[int, tuple[date, int]]:
    """Day and deciding dependency of each own milestone that is later than its forecast."""
    network = drawn.network
    days, deciding = network.expected_on.tolist(), network.deciding.tolist()
    ids, links = network.ids.tolist(), network.link_ids.tolist()
    return {
        pk: (day_date(days[row]), links[deciding[row]])
        for row, pk in enumerate(ids)
        if pk in drawn.own and deciding[row] >= 0
    }


def getters_elsewhere(milestone_ids: Iterable[int]) -> set[int]:
    """Projects that get something from these milestones."""
    rows = Dependency.objects.filter(state__in=STANDING, giver_id__in=list(milestone_ids))
    return set(rows.values_list("getter__project_id", flat=True))


def loop_closed_by(giver: int, getter: int) -> list[int] | None:
    """Milestones of the loop a new dependency would close, first = last; None when none."""
    rows = Dependency.objects.filter(state__in=STANDING).values_list("pk", "giver_id", "getter_id")
    links = list(rows.order_by("pk"))
    nodes = sorted({end for _, a, b in links for end in (a, b)} | {giver, getter})
    columns = list(zip(*links, strict=True)) or [(), (), ()]
    network = Network.build(
        working_days(), Nodes(ids=nodes, finish=[0] * len(nodes)),
        Links(ids=columns[0], giver=columns[1], getter=columns[2]),
    )  # fmt: skip
    return network.loop_closed_by(giver, getter)


def name_loop(loop: list[int], person) -> str:
    """The loop in words, without naming what this person may not see."""
    rows = Milestone.objects.filter(pk__in=loop)
    if person is not None:
        rows = rows.visible_to(person)
    names = {row.pk: f"{row.reference} {row.title}" for row in rows}
    return " → ".join(names.get(pk, "a confidential milestone") for pk in loop)
