"""The whole year, from the first morning to last night."""

from collections.abc import Callable
from datetime import date

from changeoffice.demo import cast, demands, ideas, organisation
from changeoffice.demo.play import Play


def play_year(today: date, seed: str, scale: float, password: str, tell: Callable[[str], None]) -> Play:
    cast.open_office()
    play = Play(today, f"{seed}:{today.isoformat()}", tell)
    play.at(play.opening(0), cast.found_bank, play, password)
    organisation.set_up(play)
    ideas.set_up(play, scale)
    demands.set_up(play, delivers=lambda course: None)
    play.perform()
    return play
