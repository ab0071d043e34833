"""What a dependency holds up in turn, and how each side keeps its promises."""

from collections.abc import Iterable
from typing import Any

from portfolio import propagation
from portfolio.models import Dependency, Milestone, Project
from portfolio.network import Network

CHAIN_LENGTH = 6
LOOKED_AT = 200


def follows_from(link: Dependency, person) -> list[dict[str, Any]]:
    """The giver, the getter and what the getter holds up, as far as this person may see."""
    drawn = propagation.draw_below([link.giver_id, link.getter_id])
    chain = [link.giver_id]
    if link.getter_id in drawn.points:
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


def promises_kept(projects: Iterable[Project], person) -> list[dict[str, Any]]:
    """Of what each project has delivered to others, how much came within its tolerance."""
    by_pk = {project.pk: project for project in projects}
    rows = Dependency.objects.visible_to(person).with_ends().binding()
    given = rows.filter(giver__project__in=by_pk, giver__state="met").order_by("-pk")[:LOOKED_AT]
    counts: dict[int, list[int]] = {}
    for row in given:
        count = counts.setdefault(row.giver.project_id, [0, 0])
        count[0] += row.tolerance_used <= 100
        count[1] += 1
    return [
        {"project": by_pk[pk], "kept": kept, "given": total} for pk, (kept, total) in counts.items()
    ]
