"""From typed forecasts and agreed dependencies to what is expected, set by set.

A pass writes `Expectation` rows beside the forecasts and never touches a forecast. For a few projects
their givers elsewhere stand fixed at what is expected of them already; whoever they give to is told
through the outbox, so that one change reaches as far as it has to and no further.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from django.db.models import QuerySet

from changeoffice.calendar.kept import working_days
from changeoffice.calendar.working_days import day_date
from portfolio.columns import Flags
from portfolio.columns_in_sql import (
    NOTHING,
    among,
    columns_of,
    columns_of_each,
    days_since,
    or_nothing,
)
from portfolio.graph import Ints
from portfolio.models import Dependency, Expectation, Milestone
from portfolio.models.dependency import STANDING
from portfolio.network import Links, Network, Nodes

Ids = Iterable[int] | None


class Ends(NamedTuple):
    """Milestones as the network needs them, a column each; days are days since 1970-01-01."""

    ids: Ints
    project: Ints
    forecast: Ints
    actual: Ints
    expected: Ints


@dataclass(frozen=True)
class Drawn:
    """The network of some projects, the project of each point, and which are theirs to write."""

    network: Network
    project: Ints
    own: Flags

    def projects_of(self, milestone_ids: Iterable[int]) -> set[int]:
        return {int(self.project[self.network.row(pk)]) for pk in milestone_ids}


# What is read, each a statement made once --------------------------------------------------------
def _end(at: str = "") -> tuple[Any, ...]:
    return (
        f"{at}project_id", days_since(f"{at}forecast_on"), or_nothing(days_since(f"{at}actual_on")),
        or_nothing(days_since(f"{at}expectation__expected_on")),
    )  # fmt: skip


def _links(ids: str, into: str) -> QuerySet:
    """Agreed dependencies into these getters or their projects, or all, with both their ends."""
    there = {f"{end}__state__in": ("planned", "met") for end in ("giver", "getter")}
    rows = Dependency.objects.filter(state="agreed", **there)
    rows = rows.filter(among(into, ids)) if into else rows
    return rows.order_by("pk").values_list(
        "pk", "lag", "giver_id", *_end("giver__"), "getter_id", *_end("getter__")
    )


def _alone(ids: str) -> QuerySet:
    rows = Milestone.objects.filter(among("id", ids)).exclude(state="dropped")
    return rows.order_by("pk").values_list("pk", *_end())


def _kept(ids: str, of_all: bool) -> QuerySet:
    rows = Expectation.objects.all()
    rows = rows if of_all else rows.filter(among("milestone__project_id", ids))
    return rows.order_by().values_list("pk", days_since("expected_on"), or_nothing("because_id"))


def _getters(ids: str) -> QuerySet:
    rows = Dependency.objects.filter(among("giver_id", ids), state__in=STANDING)
    return rows.order_by().values_list("getter__project_id")


# Drawing -------------------------------------------------------------------------------------------
def draw() -> Drawn:
    """The network of all agreed dependencies."""
    return _drawn(columns_of(_links, (), ""), None)


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
        below = [pk for (pk,) in cursor.fetchall()]
    links, alone = columns_of_each(below, (_links, "getter_id"), (_alone,))
    return _drawn(links, lambda ends: np.isin(ends.ids, below), alone)


def _drawn(
    links: list[Ints], is_own: Callable[[Ends], Flags] | None, alone: list[Ints] | None = None
) -> Drawn:
    """What is not own stands fixed where it is expected; without `is_own` all of it is own."""
    pk, lag, width = links[0], links[1], len(Ends._fields)
    givers, getters = links[2 : 2 + width], links[2 + width :]
    blocks = [block for block in (givers, getters, alone) if block is not None]
    every = [np.concatenate(columns) for columns in zip(*blocks, strict=True)]
    _, first = np.unique(every[0], return_index=True)
    ends = Ends(*(column[first] for column in every))
    own = np.ones(len(ends.ids), dtype=bool) if is_own is None else is_own(ends)
    met = ends.actual != NOTHING
    # NOTHING is less than any day.
    finish = np.where(own, ends.forecast, np.maximum(ends.forecast, ends.expected))
    network = Network.build(
        working_days(),
        Nodes(ids=ends.ids, finish=np.where(met, ends.actual, finish), fixed=met | ~own),
        Links(ids=pk, giver=givers[0], getter=getters[0], lag=lag),
    )
    return Drawn(network, ends.project, own)


def expect(project_ids: Ids) -> set[int]:
    """Write what is expected of these projects' milestones; answers the milestones that moved."""
    of_all = project_ids is None
    ids = None if project_ids is None else list(project_ids)
    into = "" if of_all else "getter__project_id"
    links, kept = columns_of_each(ids, (_links, into), (_kept, of_all))
    drawn = _drawn(links, None if ids is None else lambda ends: np.isin(ends.project, ids))
    now, columns = _expected(drawn), [column.tolist() for column in kept]
    before = {pk: (day, because) for pk, day, because in zip(*columns, strict=True)}
    changed = {pk: found for pk, found in now.items() if before.get(pk) != found}
    gone = set(before) - set(now)
    Expectation.objects.filter(pk__in=gone).delete()
    Expectation.objects.bulk_create(
        [Expectation(milestone_id=pk, expected_on=day_date(day), because_id=link)
         for pk, (day, link) in changed.items()],
        update_conflicts=True, unique_fields=["milestone"],
        update_fields=["expected_on", "because"],
    )  # fmt: skip
    return gone | set(changed)


def _expected(drawn: Drawn) -> dict[int, tuple[int, int]]:
    """Day and deciding dependency of each own milestone that is later than its forecast."""
    network = drawn.network
    rows = np.flatnonzero(drawn.own & (network.deciding >= 0))
    days, links = network.expected_on[rows], network.link_ids[network.deciding[rows]]
    return dict(
        zip(
            network.ids[rows].tolist(), zip(days.tolist(), links.tolist(), strict=True), strict=True
        )
    )


def getters_elsewhere(milestone_ids: Iterable[int]) -> set[int]:
    """Projects that get something from these milestones."""
    ids = list(milestone_ids)
    return set(columns_of(_getters, ids)[0].tolist()) if ids else set()


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
