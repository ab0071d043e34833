"""The ideas of the year: who had them, who voted, what was said, and what became of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from changeoffice.core.people.models import Person
from changeoffice.core.record import acting
from changeoffice.core.talk.models import comment
from changeoffice.demo import campaigns
from changeoffice.demo.content import words
from changeoffice.demo.idea_stories import HOME, SILENT, Story, told
from changeoffice.demo.play import Play
from ideation import vetting
from ideation.keeping import keep_policy
from ideation.models import Idea, Theme

ANALYSTS = ("analyst", "wanjiru.odell", "callum.brathwaite", "sorcha.mulqueen")


def set_up(play: Play, scale: float, wanted: set[str] | None) -> None:
    stories = told(play, scale, wanted)
    play.at(play.opening(20), _themes)
    play.at(play.opening(25), _policy, play)
    campaigns.set_up(play)
    for story in stories:
        play.things[f"idea:{story.title}"] = story
        play.at(play.day(story.ago), _propose, play, story)


def _themes() -> None:
    for name in HOME:
        Theme.objects.create(name=name, review_at_votes=20 if name != "Digital" else 30)


def _policy(play: Play) -> None:
    """Value and strategy weigh most here, and one reviewer is not enough."""
    weights = {"value": 3, "feasibility": 2, "strategic_fit": 3, "effort": 2}
    criteria = [replace(one, weight=weights[one.code]) for one in vetting.USUAL]
    keep_policy(by=play.who("manager"), criteria=vetting.kept(criteria), scores_wanted=2,
                review_at_votes=25)  # fmt: skip


def _tags(play: Play, story: Story) -> list[str]:
    dice = play.dice(f"tags {story.title}")
    return dice.sample(words.TAGS[story.theme], dice.choice((0, 1, 1, 2)))


# what happens ------------------------------------------------------------------------------------
def _propose(play: Play, story: Story) -> None:
    author = play.who(story.author)
    story.made = Idea.propose(
        by=author, title=story.title, problem=story.problem, proposal=story.proposal,
        benefit=play.dice(story.title).choice(words.BENEFITS[story.theme]),
        theme=Theme.objects.get(name=story.theme), unit=author.unit,
        services=[play.things[f"service:{key}"] for key in dict.fromkeys(story.services)],
        campaign=campaigns.open_for(play, story.theme), tags=_tags(play, story),
    )  # fmt: skip
    if story.fate == "draft":
        return
    story.made.submit(by=author)
    _together(play, story, author)
    _gather(play, story, author)
    _take_up(play, story)


def _together(play: Play, story: Story, author: Person) -> None:
    """One idea in ten was had by two people of a unit."""
    dice = play.dice(f"together {story.title}")
    near = [p for name, p in play.people.items()
            if name not in SILENT and p != author and p.unit_id == author.unit_id]  # fmt: skip
    if near and dice.random() < 0.1:
        play.soon(9, _join, story, author, dice.choice(near))


def _join(story: Story, author: Person, other: Person) -> None:
    story.made.add_co_author(by=author, person=other)


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
    service = play.things[f"service:{story.services[0]}"]
    reviewers = [play.who(name) for name in dice.sample(ANALYSTS, 2)]
    authors = {
        story.made.owner_id,
        *story.made.named("co_author").values_list("person_id", flat=True),
    }
    if service.owner:
        reviewers.append(service.owner)
    reviewers = [person for person in reviewers if person.pk not in authors]
    story.made.vet(by=analyst, reviewers=reviewers)
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
