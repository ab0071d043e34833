"""How a dependency looks on a page: its colour, and one line that says why."""

from collections.abc import Iterable

from portfolio.dependency import Level
from portfolio.models import Dependency

PILLS = {"red": "red", "amber": "amber", "green": "green"}


def dress(links: Iterable[Dependency]) -> list[Dependency]:
    found = list(links)
    for link in found:
        link.colour, link.words = look_of(link)
        link.pill = PILLS.get(link.colour, "outline")
        link.late_by = max(link.slip, 0)
        link.word = "Proposed" if link.state == "proposed" else ""
    return found


def look_of(link: Dependency) -> tuple[str, str]:
    if link.state == "met":
        return "complete", "met"
    if link.state == "withdrawn":
        return "not_rated", "withdrawn"
    slip, used = link.slip, link.tolerance_used
    words = f"{slip} wd late, tolerance {link.tolerance}" if slip > 0 else "on time"
    if link.state == "proposed":
        return "not_rated", words
    if used > Level.ALL:
        return "red", words
    return ("amber" if used >= Level.MOST else "green"), words
