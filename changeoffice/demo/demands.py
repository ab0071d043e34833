"""The demands of the year: each is raised, looked at, estimated, scored and decided as its spec says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from changeoffice.core import ports
from changeoffice.core.approvals.models import Approval
from changeoffice.core.people.models import Person
from changeoffice.core.record.models import NamedPerson
from changeoffice.core.talk.models import comment
from changeoffice.demo.content import words
from changeoffice.demo.content.deliveries import HANDED
from changeoffice.demo.content.demands import DEMANDS
from changeoffice.demo.content.organisation import SKILLS
from changeoffice.demo.demand_course import DAYS, STAYS, Course
from changeoffice.demo.ideas import ANALYSTS
from changeoffice.demo.play import Play
from demand.models import Demand, Scorecard


def set_up(play: Play, delivers: Callable[[Course], None], wanted: set[str] | None = None) -> None:
    play.at(play.day(20), _propose_a_card, play)
    for spec in (*DEMANDS, *HANDED):
        if wanted is None or spec.key in wanted:
            dice = play.dice(f"demand {spec.key}")
            names = [name for name in ANALYSTS if name != spec.requester]
            analyst = "sorcha.mulqueen" if spec.confidential else dice.choice(names)
            course = Course(play, spec, dice, analyst, delivers)
            play.things[f"demand:{spec.key}"] = course
            play.at(play.day(spec.raised), _raise, course)
            play.at(play.day(1), _look_back, course)
            for key, because in spec.needs:
                play.at(play.day(spec.raised // 2), _need, course, key, because)


def _propose_a_card(play: Play) -> None:
    """A manager tries another way to score, for what products ask for."""
    Scorecard.begin(by=play.who("manager"), method="rice", title="RICE for products",
                    about="Demands of product teams, where reach can be counted.")  # fmt: skip


def _look_back(course: Course) -> None:
    """What delivery took so far, month by month; and what waiting costs where somebody knows it."""
    if course.made is None:
        return
    made, dice, today = course.made_again(), course.dice, course.play.today
    if made.state == "approval" and dice.random() < 0.6:
        made.say_waiting_cost(by=course.analyst, waiting_cost=Decimal(dice.randint(2, 30) * 1000),
                              waiting_profile="linear")  # fmt: skip
    if made.state == "approval" and made.effects.exists() and dice.random() < 0.7:
        _offer_less(course, made)
    if made.state not in ("in_delivery", "completed"):
        return
    done = 1 if made.state == "completed" else max(made.progress, 10) / 100
    factor = done * dice.uniform(0.9, 1.45)
    for line in made.estimate_lines.select_related("skill"):
        for month in range(1, 3):
            made.record_actuals(
                by=course.analyst, month=(today - timedelta(days=31 * month)), skill=line.skill,
                days=round(line.likely_days * Decimal(factor) / 2, 1),
            )  # fmt: skip


def _offer_less(course: Course, made: Demand) -> None:
    """Two thirds of the cost bring half of the effect."""
    first = made.effects.select_related("kpi").first()
    made.say_smaller(
        by=course.analyst, less_without="the second of its two channels",
        less_cost=(made.cost_likely * 2 / 3).quantize(Decimal(1000)),
        less_effect=f"half of what it is to move in {first.kpi.title}",
    )  # fmt: skip


def _raise(course: Course) -> None:
    play, spec = course.play, course.spec
    course.made = _from_idea(course) if spec.idea else _from_person(course)
    kpi, change = spec.kpi
    by = course.analyst if spec.idea else play.who(spec.requester)
    course.made.add_kpi_effect(
        by=by, kpi=play.things[f"kpi:{kpi}"], change=Decimal(str(change)),
        by_on=play.today - timedelta(days=spec.raised) + timedelta(days=420),
    )  # fmt: skip
    if spec.ends != "draft":
        course.later(_submit, course, within=(0, 2) if spec.raised > 6 else (0, 0))


def _need(course: Course, key: str, because: str) -> None:
    other = course.play.things.get(f"demand:{key}")
    if other is not None and other.made is not None:
        course.made_again().add_prerequisite(
            by=course.analyst, needs=other.made_again(), because=because
        )


def _from_idea(course: Course) -> Demand:
    story = course.play.things[f"idea:{course.spec.idea}"]
    promote = ports.next_steps["idea", "promote"].command
    made = promote(story.made, by=course.analyst, type=course.spec.type,
                   sponsor=course.play.who(course.spec.sponsor))  # fmt: skip
    _revise(course, made, course.analyst)
    return made


def _from_person(course: Course) -> Demand:
    play, spec = course.play, course.spec
    requester = play.who(spec.requester)
    made = Demand.raise_new(
        by=requester, title=spec.title, need=spec.need, source=spec.source, type=spec.type,
        sponsor=play.who(spec.sponsor), unit=play.things[f"unit:{spec.unit}"],
        services=_services(course), confidential=spec.confidential,
    )  # fmt: skip
    if spec.confidential:
        names = ("analyst", "finance", "sponsor", course.analyst.username, "manager")
        NamedPerson.put(made.pk, *map(play.who, names))
    _revise(course, made, requester)
    return made


def _services(course: Course) -> list:
    return [course.play.things[f"service:{key}"] for key in course.spec.services.split(",")]


def _revise(course: Course, made: Demand, by: Person) -> None:
    play, spec = course.play, course.spec
    changes: dict[str, Any] = dict(spec.design)
    if spec.flags:
        changes["compliance_flags"] = list(spec.flags)
    if spec.mandatory:
        changes["mandatory_on"] = play.today + timedelta(days=spec.mandatory)
    if spec.idea:
        changes |= {"unit": play.things[f"unit:{spec.unit}"], "services": _services(course)}
    made.revise(by=by, risk=spec.risk, **changes)


def _submit(course: Course) -> None:
    requester = course.play.who(course.spec.requester)
    course.made.submit(by=course.analyst if course.spec.idea else requester)
    if course.spec.ends == "withdrawn":
        course.later(_withdraw, course, within=(3, 8))
    elif not course.stays("submitted"):
        course.step("submitted", lambda: _screen(course))


def _withdraw(course: Course) -> None:
    requester = course.play.who(course.spec.requester)
    course.made.withdraw(by=requester, reason=course.spec.reason)


def _screen(course: Course) -> None:
    course.made.screen(by=course.analyst)
    if course.made.owner_id != course.analyst.pk:
        course.made.assign(by=course.analyst, owner=course.analyst)
    course.made.set_size(by=course.analyst, size=course.spec.size)
    exits = {"more_information": _ask, "rejected": _reject, "merged": _merge}
    if course.spec.ends in exits:
        course.later(exits[course.spec.ends], course, within=(1, 4))
    elif not course.stays("screening"):
        if course.dice.random() < 0.2:
            course.later(_ask_and_hear, course)
        course.step("screening", lambda: _assess(course))


def _ask(course: Course) -> None:
    course.made.ask(by=course.analyst, question=course.dice.choice(words.QUESTIONS))


def _ask_and_hear(course: Course) -> None:
    if course.made.state == "screening":
        place = course.dice.randrange(len(words.QUESTIONS))
        course.made.ask(by=course.analyst, question=words.QUESTIONS[place])
        course.later(_hear, course, words.ANSWERS[place], within=(1, 1))


def _hear(course: Course, answer: str) -> None:
    course.made.reply(by=course.made.requester, answer=answer)


def _reject(course: Course) -> None:
    course.made.reject(by=course.analyst, answer=course.spec.reason)


def _merge(course: Course) -> None:
    other = course.play.things[f"demand:{course.spec.reason}"].made
    if other is not None:
        course.made.merge(by=course.analyst, into=other)


def _assess(course: Course) -> None:
    if course.made.state != "screening":  # a question is still open
        course.later(_assess, course)
        return
    assessors = _assessors(course)
    course.made.assess(by=course.analyst, assessors=assessors)
    left = assessors
    if course.stays("assessment") and course.spec.ends == "assessment":
        left = assessors[: course.dice.randint(0, len(assessors) - 1)]
    for person in left:
        course.later(_score, course, person, within=(1, 5))
    course.later(_estimate, course, within=(1, 4))
    if course.dice.random() < 0.7:
        course.later(_talk, course, within=(1, 6))
    if course.spec.ends == "deferred":
        course.later(_defer, course, within=(6, 9))
    elif not course.stays("assessment"):
        day = course.play.working(course.play.day_now, 6 + course.dice.randint(0, 4))
        course.play.at(_enters(course, "approval", day), _request, course)


def _enters(course: Course, stage: str, usual: date) -> date:
    """The day a stage begins: the usual one, or `late` working days before today."""
    if course.spec.late and course.stops_at == stage:
        return max(usual, course.play.working(course.play.today, -course.spec.late))
    return usual


def _assessors(course: Course) -> list[Person]:
    play, dice = course.play, course.dice
    owner = _services(course)[0].owner
    names = [name for name in ANALYSTS if play.who(name) != course.analyst]
    found = [
        owner,
        play.who(dice.choice(names)),
        play.who(dice.choice(["design-authority", "tamsin.rowntree", "finance"])),
    ]
    if course.spec.confidential:
        found = [play.who("analyst"), play.who("finance")]
    return [person for person in dict.fromkeys(found) if person != course.made.requester]


def _score(course: Course, person: Person) -> None:
    spec, dice = course.spec, course.dice
    if course.made.state != "assessment":
        return
    urgent = 2 if spec.type == "regulatory" or spec.mandatory else 0
    value = {"strategic": 7, "risk_reduction": 5}.get(spec.type, 6)
    size = {"XS": 1, "S": 2, "M": 4, "L": 7, "XL": 9}[spec.size]
    course.made.score(
        by=person, value=_near(dice, value), time_criticality=_near(dice, 4 + 2 * urgent),
        risk_reduction=_near(dice, 7 if spec.type == "risk_reduction" else 3 + urgent),
        job_size=_near(dice, size, 1), rationale=dice.choice(words.SCORE_REASONS),
    )  # fmt: skip


def _near(dice: Random, middle: int, spread: int = 2) -> int:
    return max(1, min(10, middle + dice.randint(-spread, spread)))


def _estimate(course: Course) -> None:
    total = DAYS[course.spec.size] * course.dice.uniform(0.85, 1.2)
    skills = course.dice.sample(
        [name for name, _ in SKILLS], 2 if course.spec.size in ("XS", "S") else 4
    )
    shares = [course.dice.uniform(0.5, 1.5) for _ in skills]
    for skill, share in zip(skills, shares, strict=True):
        likely = max(1, round(total * share / sum(shares)))
        course.made.estimate(
            by=course.analyst, skill=course.play.things[f"skill:{skill}"],
            low_days=Decimal(max(1, round(likely * 0.75))), likely_days=Decimal(likely),
            high_days=Decimal(round(likely * course.dice.uniform(1.25, 1.7)) + 1),
            confidence=course.dice.choice([50, 60, 70, 80]),
        )  # fmt: skip


def _talk(course: Course) -> None:
    comment(course.made, by=course.analyst, body=course.dice.choice(words.DEMAND_TALK))


def _defer(course: Course) -> None:
    back = course.play.today + timedelta(days=course.dice.randint(20, 90))
    course.made.defer(by=course.analyst, revisit_on=back, reason=course.spec.reason)


# deciding ----------------------------------------------------------------------------------------
def _request(course: Course) -> None:
    if not course.made.round_closed_at:
        course.made.close_round(by=course.analyst)
    course.made.request_approval(by=course.analyst)
    if not course.stays("approval"):
        refused = course.dice.random() < 0.18 and course.spec.raised > 90
        course.later(_decide, course, refused, within=STAYS["approval"])
    elif course.spec.key == "scamask":  # sponsor and finance have said yes, compliance has not
        course.later(_some_decide, course, within=(1, 2))


def _some_decide(course: Course) -> None:
    asked = _asked(course)
    for step in [step for step in asked if step.kind not in ("compliance", "design_authority")][:1]:
        step.approve(by=step.approver, comment="Value and figures are clear to me.")


def _decide(course: Course, refused: bool) -> None:
    """One approver after the other, each on a day of their own."""
    asked = _asked(course)
    if course.made.state != "approval" or not asked:
        return
    step = asked[0]
    if refused and len(asked) == 1:
        step.refuse(by=step.approver, comment=course.dice.choice(words.REFUSALS))
        course.later(_mend, course, within=(2, 4))
        return
    step.approve(by=step.approver, comment=course.dice.choice(words.APPROVAL_WORDS))
    if course.made_again().state == "approved":
        _go_on(course)
    else:
        course.later(_decide, course, refused, within=(0, 2))


def _asked(course: Course) -> list[Approval]:
    rows = Approval.objects.filter(record_id=course.made.pk, state="asked")
    people = {person.pk: person for person in course.play.people.values()}
    found = list(rows.order_by("id"))
    for step in found:
        step.approver = people[step.approver_id]
        step.approver.__dict__.pop("_grants", None)  # being asked is a role on this very demand
    return found


def _mend(course: Course) -> None:
    """What was refused is mended and asked again."""
    comment(
        course.made, by=course.analyst, body="The comment is taken up: training and support are in."
    )
    _estimate(course)
    course.made.request_approval(by=course.analyst)
    course.later(_decide, course, False, within=(1, 4))


def _go_on(course: Course) -> None:
    course.made_again()
    if not course.stays("approved"):
        course.step("approved", lambda: _schedule(course))


def _schedule(course: Course) -> None:
    starts = course.play.working(course.play.day_now, course.dice.randint(4, 9))
    length = {"XS": 60, "S": 110, "M": 190, "L": 260, "XL": 380}[course.spec.size]
    ends = course.play.things.get(f"project:{course.spec.key}")
    finishes = starts + timedelta(days=length)
    if ends is not None:
        finishes = course.play.today + timedelta(days=ends.spec.ends)
    course.made.schedule(by=course.analyst, starts_on=starts, finishes_on=finishes)
    if not course.stays("scheduled"):
        course.step("scheduled", lambda: course.delivers(course))
