"""The whole year, from the first morning to last night."""

from collections.abc import Callable
from datetime import date

from changeoffice.core.people.models import kept_for_request
from changeoffice.demo import (
    backlog,
    cast,
    consent,
    demands,
    ideas,
    improvements,
    organisation,
    outcomes,
    projects,
    worker,
)
from changeoffice.demo.content.demands import DEMANDS
from changeoffice.demo.play import YEAR, Play
from changeoffice.insight import rollup


def play_year(
    today: date, seed: str, scale: float, password: str, tell: Callable[[str], None]
) -> Play:
    cast.open_office()
    play = Play(today, f"{seed}:{today.isoformat()}", tell)
    play.at(play.opening(0), cast.found_bank, play, password)
    organisation.set_up(play)
    consent.set_up(play)
    improvements.set_up(play)
    wanted = part_of(scale)
    ideas.set_up(play, scale, wanted)
    backlog.set_up(play)
    demands.set_up(play, backlog.from_demand, wanted)
    projects.set_up(play, wanted)
    outcomes.set_up(play)
    with worker.reads_in_the_evening(), kept_for_request():
        play.perform()
    return play


def add_up(today: date) -> None:
    """The daily facts of the year; a run that is stopped here is completed by the portal's own job."""
    rollup.compute([*rollup.days_to_fill(today, 2 * YEAR), today])


# Kept in the smallest demo: what others are merged into, and each way a project can fare.
ALWAYS = {"confirm", "region", "held", "certs", "deal", "iso", "status", "callcheck", "ledger",
          "screening", "leasing", "income", "knowledge", "store",
          "push", "splitbill", "oldtls"}  # fmt: skip


def part_of(scale: float) -> set[str] | None:
    """Demands and projects of a smaller demo, every state among them; None is all."""
    if scale >= 1:
        return None
    ends: dict[str, list[str]] = {}
    for spec in DEMANDS:
        ends.setdefault(spec.ends, []).append(spec.key)
    some = {key for keys in ends.values() for key in keys[: max(1, round(len(keys) * scale))]}
    return some | ALWAYS
