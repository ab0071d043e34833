"""The ideas of the year: who had them, who voted, what was said, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.resources import files
from random import Random

from changeoffice.core.people.models import Person
from changeoffice.core.record import acting
from changeoffice.core.talk.models import comment
from changeoffice.demo.content import words
from changeoffice.demo.content.demands import DEMANDS
from changeoffice.demo.play import YEAR, Play
from ideation.models import Idea, Theme

ANALYSTS = ("analyst", "wanjiru.odell", "callum.brathwaite", "sorcha.mulqueen")
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


def set_up(play: Play, scale: float, wanted: set[str] | None) -> None:
    stories = told(play, scale, wanted)
    play.at(play.opening(20), _themes)
    for story in stories:
        play.things[f"idea:{story.title}"] = story
        play.at(play.day(story.ago), _propose, play, story)


def _themes() -> None:
    for name in HOME:
        Theme.objects.create(name=name, review_at_votes=20 if name != "Digital" else 30)


# what is written down ----------------------------------------------------------------------------
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
    from changeoffice.demo.content.people import COLLEAGUES, SIGN_INS

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


# what happens ------------------------------------------------------------------------------------
def _propose(play: Play, story: Story) -> None:
    author = play.who(story.author)
    story.made = Idea.propose(
        by=author, title=story.title, problem=story.problem, proposal=story.proposal,
        benefit=play.dice(story.title).choice(words.BENEFITS[story.theme]),
        theme=Theme.objects.get(name=story.theme), unit=author.unit,
        services=[play.things[f"service:{key}"] for key in dict.fromkeys(story.services)],
    )  # fmt: skip
    if story.fate == "draft":
        return
    story.made.submit(by=author)
    _gather(play, story, author)
    _take_up(play, story)


def _gather(play: Play, story: Story, author: Person) -> None:
    """Votes come fast at first and trickle later; some people also say something."""
    dice = play.dice(f"votes {story.title}")
    people = [p for name, p in play.people.items() if name not in SILENT and p != author]
    near = [p for p in people if p.unit_id == author.unit_id]
    votes = min(len(people) - 2, round(17 * story.popularity * dice.uniform(0.6, 1.3)))
    chosen = list(dict.fromkeys(dice.sample(near, min(len(near), votes // 3))
                                + dice.sample(people, votes)))[:votes]  # fmt: skip
    by_day: dict[date, list[Person]] = {}
    for person in chosen:
        lag = dice.expovariate(1 / 16)
        by_day.setdefault(play.day_now + timedelta(days=int(lag)), []).append(person)
    for day, voters in sorted(by_day.items()):
        play.at(play.moment(day), _vote, story, voters)
    if chosen and dice.random() < 0.06:
        play.at(play.day_now + timedelta(days=30), _unvote, story, chosen[-1])
    for _ in range(_how_many(dice, story.popularity)):
        later = play.day_now + timedelta(days=int(dice.expovariate(1 / 14)))
        play.at(play.moment(play.days.next_working(later)), _say, play, story, dice)


def _how_many(dice: Random, popularity: float) -> int:
    return min(9, int(dice.expovariate(1 / (1.6 * popularity))))


def _vote(story: Story, voters: list[Person]) -> None:
    for person in voters:
        if story.made.takes_votes:
            story.made.vote(by=person)


def _unvote(story: Story, person: Person) -> None:
    if story.made.takes_votes:
        story.made.withdraw_vote(by=person)


def _say(play: Play, story: Story, dice: Random) -> None:
    if story.made.state == "merged":
        return
    people = [p for name, p in play.people.items() if name not in SILENT]
    speaker, other = dice.sample(people, 2)
    if dice.random() < 0.18:
        place = dice.randrange(len(words.MENTIONS))
        body = words.MENTIONS[place].format(name=other.username)
        said = comment(story.made, by=speaker, body=body)
        play.at(play.working(play.day_now, 1), _reply, story, other, words.REPLIES[place], said)
        return
    left = [text for text in words.COMMENTS if (story.title, text) not in _said(play)]
    text = dice.choice(left or words.COMMENTS)
    _said(play).add((story.title, text))
    comment(story.made, by=speaker, body=text)


def _said(play: Play) -> set[tuple[str, str]]:
    return play.things.setdefault("said", set())


def _reply(story: Story, person: Person, body: str, said) -> None:
    said.refresh_from_db(fields=["record"])  # a merge may have moved it
    if said.record_id == story.made.pk:
        comment(story.made, by=person, body=body, reply_to=said)


# what the change office does ---------------------------------------------------------------------
def _take_up(play: Play, story: Story) -> None:
    dice = play.dice(f"fate {story.title}")
    analyst = play.who(dice.choice(ANALYSTS))
    if story.fate == "merged":
        play.at(play.working(play.day_now, dice.randint(1, 2)), _merge, play, story, analyst)
    elif story.fate != "open":
        day = play.working(play.day_now, dice.randint(1, 8))
        if story.developed_by:
            day = min(day, play.working(story.developed_by, -9))
        play.at(max(day, play.day_now), _review, play, story, analyst, dice)


def _merge(play: Play, story: Story, analyst: Person) -> None:
    other = play.things[f"idea:{story.into}"].made
    if other and other.takes_votes:
        story.made.merge(by=analyst, into=other)
    elif other:
        story.made.decline(by=analyst, code="duplicate", answer=words.DECLINES["duplicate"])


def _review(play: Play, story: Story, analyst: Person, dice: Random) -> None:
    story.made.review(by=analyst)
    then = play.working(play.day_now, dice.randint(1, 4))
    if story.fate == "more_information":
        play.at(then, _ask, play, story, analyst, dice, answered=False)
    elif story.fate == "under_review":
        return
    elif dice.random() < 0.15 and not story.developed_by:
        play.at(then, _ask, play, story, analyst, dice, answered=True)
    elif story.fate == "declined":
        play.at(then, _decline, story, analyst, dice)
    else:
        play.at(then, _vet, play, story, analyst, dice)


def _ask(play: Play, story: Story, analyst: Person, dice: Random, *, answered: bool) -> None:
    place = dice.randrange(len(words.QUESTIONS))
    story.made.ask(by=analyst, question=words.QUESTIONS[place])
    if answered:
        day = play.working(play.day_now, dice.randint(1, 6))
        play.at(day, _answer, play, story, analyst, dice, words.ANSWERS[place])


def _answer(play: Play, story: Story, analyst: Person, dice: Random, text: str) -> None:
    story.made.reply(by=play.who(story.author), answer=text)
    then = play.working(play.day_now, dice.randint(1, 3))
    if story.fate == "declined":
        play.at(then, _decline, story, analyst, dice)
    else:
        play.at(then, _vet, play, story, analyst, dice)


def _decline(story: Story, analyst: Person, dice: Random) -> None:
    code = dice.choice([code for code in words.DECLINES if code != "duplicate"])
    story.made.decline(by=analyst, code=code, answer=words.DECLINES[code])


def _vet(play: Play, story: Story, analyst: Person, dice: Random) -> None:
    story.made.vet(by=analyst)
    service = play.things[f"service:{story.services[0]}"]
    reviewers = [play.who(name) for name in dice.sample(ANALYSTS, 2)]
    if "service_owner" in _roles(service.owner) and service.owner.unit_id == story.made.unit_id:
        reviewers.append(service.owner)
    if story.fate == "vetting":
        reviewers = reviewers[:1]
    day = play.day_now
    for reviewer in reviewers:
        day = play.working(day, 1)
        play.at(day, _score, story, reviewer, dice)
    if story.fate == "developed":
        play.at(play.working(day, 1), _develop, story, analyst)
    elif story.fate == "parked":
        play.at(play.working(day, 2), _park, play, story, analyst, dice)


def _roles(person: Person) -> set[str]:
    return set(person.role_assignments.values_list("role", flat=True))


def _score(story: Story, reviewer: Person, dice: Random) -> None:
    high = 1 if story.fate == "developed" else 0
    story.made.score(
        by=reviewer, value=min(5, dice.randint(2, 4) + high), feasibility=min(5, dice.randint(2, 4) + high),
        strategic_fit=min(5, dice.randint(2, 4) + high), effort=dice.randint(1, 4),
        rationale=dice.choice(words.RATIONALES),
    )  # fmt: skip


def _develop(story: Story, analyst: Person) -> None:
    story.made.develop(by=analyst, benefit=story.made.benefit)


def _park(play: Play, story: Story, analyst: Person, dice: Random) -> None:
    back = play.day_now + timedelta(days=dice.randint(60, 240))
    story.made.park(by=analyst, revisit_on=back, reason=dice.choice(words.PARKED))
    play.at(play.days.next_working(back), _resume, play, story, analyst, dice)


def _resume(play: Play, story: Story, analyst: Person, dice: Random) -> None:
    """The day has come: the portal's own job takes it up, and an analyst decides."""
    with acting.through("job", "parked ideas"):
        story.made.resume(by=None)
    if dice.random() < 0.5:
        play.at(play.working(play.day_now, 3), _decline, story, analyst, dice)
    else:
        play.at(play.working(play.day_now, 4), _develop, story, analyst)
