"""The whole year, from the first morning to last night."""

from collections.abc import Callable
from datetime import date

from changeoffice.core.people.models import kept_for_request
from changeoffice.demo import cast, demands, ideas, organisation, projects, worker
from changeoffice.demo.play import YEAR, Play
from changeoffice.insight import rollup


def play_year(today: date, seed: str, scale: float, password: str, tell: Callable[[str], None]) -> Play:
    cast.open_office()
    play = Play(today, f"{seed}:{today.isoformat()}", tell)
    play.at(play.opening(0), cast.found_bank, play, password)
    organisation.set_up(play)
    ideas.set_up(play, scale)
    demands.set_up(play, delivers=projects.from_demand)
    projects.set_up(play)
    with worker.reads_in_the_evening(), kept_for_request():
        play.perform()
    return play


def add_up(today: date) -> None:
    """The daily facts of the year; a run that is stopped here is completed by the portal's own job."""
    rollup.compute([*rollup.days_to_fill(today, 2 * YEAR), today])
