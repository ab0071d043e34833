"""What a dependency holds up in turn, and how each side keeps its promises."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from portfolio import propagation
from portfolio.models import Dependency, Milestone, Project
from portfolio.network import Network

CHAIN_LENGTH = 6
LOOKED_AT = 200


def follows_from(link: Dependency, person) -> list[dict[str, Any]]:
    """The giver, the getter and what the getter holds up, as far as this person may see."""
    drawn = propagation.draw_below([link.giver_id, link.getter_id])
    chain = [link.giver_id]
    if link.getter_id in drawn.network.ids:
        chain += _held_up(drawn.network, link.getter_id)
    rows = Milestone.objects.visible_to(person).filter(pk__in=chain).with_expected()
    known = {row.pk: row for row in rows}
    steps = []
    for pk in chain:
        if pk not in known:
            break
        steps.append({"milestone": known[pk], "slip": known[pk].expected_slip})
    return steps


def _held_up(network: Network, start: int) -> list[int]:
    """From one node along the links that decide the next one's date, the latest first."""
    found, row = [start], network.row(start)
    while len(found) < CHAIN_LENGTH:
        following = [
            int(network.getter[at]) for at in network.leaving.of(row)
            if network.deciding[network.getter[at]] == at
        ]  # fmt: skip
        if not following:
            return found
        row = max(following, key=lambda at: int(network.expected[at] - network.start[at]))
        found.append(int(network.ids[row]))
    return found


def promises_given(projects: Iterable[Project], person) -> QuerySet:
    """What these projects have delivered to others, the latest first."""
    rows = Dependency.objects.visible_to(person).with_ends().binding()
    return rows.filter(giver__project__in=projects, giver__state="met").order_by("-pk")[:LOOKED_AT]


def promises_kept(given: Iterable[Dependency]) -> list[dict[str, Any]]:
    """Of what each project has delivered to others, how much came within its tolerance."""
    found: dict[int, dict[str, Any]] = {}
    for row in given:
        project = row.giver.project
        count = found.setdefault(project.pk, {"project": project, "kept": 0, "given": 0})
        count["kept"] += row.tolerance_used <= 100
        count["given"] += 1
    return list(found.values())
