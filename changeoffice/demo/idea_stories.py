"""Which ideas there are: each with its author, its day, and what is to become of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from random import Random

from changeoffice.demo.content.demands import DEMANDS
from changeoffice.demo.content.people import COLLEAGUES, SIGN_INS
from changeoffice.demo.play import YEAR, Play
from ideation.models import Idea

SILENT = {"supplier", "integration", "auditor", "administrator"}
HOME = {
    "Payments": "payments", "Cards": "payments", "Digital": "retail", "Branches": "branches",
    "Lending": "lending", "Fraud and risk": "financial-crime", "Data and reporting": "finance",
    "Technology": "technology", "Workplace": "operations", "Contact centre": "contact-centre",
    "Business banking": "business", "Sustainability": "operations",
}  # fmt: skip
# What becomes of an idea that no demand comes from, by its age in days: (older than, chances).
FATES = (
    (120, {"open": 30, "declined": 22, "parked": 14, "developed": 7, "vetting": 4, "under_review": 3, "more_information": 1}),
    (30, {"open": 42, "declined": 12, "parked": 9, "developed": 9, "vetting": 9, "under_review": 8, "more_information": 7}),
    (0, {"open": 80, "declined": 2, "parked": 1, "vetting": 2, "under_review": 9, "more_information": 5, "draft": 4}),
)  # fmt: skip


@dataclass
class Story:
    """One idea as the demo means it to go."""

    title: str
    problem: str
    proposal: str
    theme: str
    services: list[str]
    fate: str = "open"
    ago: int = 0
    author: str = ""
    popularity: float = 1.0
    into: str = ""
    developed_by: date | None = None
    made: Idea | None = field(default=None, repr=False)


def told(play: Play, scale: float, wanted: set[str] | None) -> list[Story]:
    """Every idea with its fate, its day and its author; fewer of those nothing comes from."""
    dice = play.dice("ideas")
    found = _written() + _families()
    needed = {spec.idea for spec in DEMANDS if spec.idea and (wanted is None or spec.key in wanted)}
    fixed = [story for story in found if story.title in needed]
    free = [story for story in found if story.title not in needed]
    dice.shuffle(free)
    free = free[: max(12, round(len(free) * scale))]
    for story in fixed:
        _from_demand(play, dice, story)
    for n, story in enumerate(free):
        _free(dice, story, n / len(free))
    known = {story.title: story for story in fixed + free}
    repeats = [row for row in _repeats(dice) if row.into in known]
    for story in repeats:
        story.ago = max(4, known[story.into].ago - dice.randint(1, 4))
    return _staffs_own(dice, fixed + free + repeats)


def _lines(name: str) -> list[str]:
    text = files("changeoffice.demo.content").joinpath(name).read_text("utf-8")
    return [line.strip() for line in text.splitlines() if line.strip()]


def _written() -> list[Story]:
    found, theme, services = [], "", []
    for line in _lines("ideas.txt"):
        if line.startswith("#"):
            theme, _, named = line.lstrip("# ").partition(" | ")
            services = named.split(",")
            continue
        title, problem, proposal, *more = [part.strip() for part in line.split("|")]
        found.append(Story(title, problem, proposal, theme, [*services, *more]))
    return found


def _families() -> list[Story]:
    themes = ["Branches", "Branches", "Workplace", "Data and reporting", "Workplace", "Digital",
              "Workplace", "Lending"]  # fmt: skip
    found = []
    for line, theme in zip(_lines("families.txt")[1:], themes, strict=True):
        title, problem, proposal, subjects = [part.strip() for part in line.split(" | ")]
        for subject in subjects.split(";"):
            subject = subject.partition("/")[0]
            made = [_sentence(text.replace("{a}", subject)) for text in (title, problem, proposal)]
            if title.startswith("Automatic"):
                made[0] = f"Automatic reminder for {subject[0].lower()}{subject[1:]}"
            found.append(Story(*made, theme, ["workplace" if theme == "Workplace" else "branch"]))
    return found


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def _repeats(dice: Random) -> list[Story]:
    found = []
    for line in _lines("duplicates.txt")[1:]:
        into, title, problem = [part.strip() for part in line.split(" | ")]
        story = Story(title, problem, "", "Digital", [], fate="merged", into=into)
        story.author, story.popularity = _somebody(dice, "branches"), 0.6
        found.append(story)
    return found


def _from_demand(play: Play, dice: Random, story: Story) -> None:
    spec = next(spec for spec in DEMANDS if spec.idea == story.title)
    story.fate, story.author = "developed", spec.requester
    story.ago = min(YEAR - 4, spec.raised + dice.randint(18, 45))
    story.developed_by, story.popularity = play.day(spec.raised + 3), dice.uniform(1.6, 3.2)


def _free(dice: Random, story: Story, place: float) -> None:
    story.ago = max(1, round(YEAR - 5 - (YEAR - 6) * place**0.9) - dice.randint(0, 3))
    chances = next(found for older, found in FATES if story.ago > older)
    story.fate = dice.choices(list(chances), list(chances.values()))[0]
    story.author = _somebody(dice, HOME[story.theme])
    story.popularity = min(3.0, dice.lognormvariate(-0.1, 0.75))
    if story.fate == "open" and story.ago > 15 and story.popularity > 0.9 and dice.random() < 0.85:
        story.popularity = dice.uniform(0.35, 0.95)  # what many vote for has been taken up


def _somebody(dice: Random, unit: str) -> str:
    inside = [row for row in SIGN_INS + COLLEAGUES if row[0] not in SILENT]
    near = [row[0] for row in inside if row[3] == unit and not row[4]]
    return dice.choice(near if near and dice.random() < 0.6 else [row[0] for row in inside])


def _staffs_own(dice: Random, stories: list[Story]) -> list[Story]:
    """The person of staff one may sign in as has a few of every kind."""
    wanted = ["more_information", "open", "vetting", "declined", "parked", "open", "draft"]
    for fate in wanted:
        found = [s for s in stories if s.fate == fate and s.author != "staff" and not s.into]
        if found:
            dice.choice(found).author = "staff"
    return stories
