"""My work: what needs this person now and why, and what became of what they set going."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from changeoffice.calendar.kept import working_days
from changeoffice.core import ports
from changeoffice.core.access.grants import grants_of
from changeoffice.core.doors.templatetags import formats
from changeoffice.core.ports import Ask, Waiting
from changeoffice.core.record import at_once, clock
from changeoffice.core.record.history import about_told
from changeoffice.core.record.models import Event, work_model
from changeoffice.core.talk.models import Follower
from changeoffice.insight import selectors
from changeoffice.insight.asking import FORTNIGHT
from changeoffice.insight.dashboard import Dashboard, count_words
from demand.models import Demand
from ideation.models import Idea
from portfolio.models import Project

OVERDUE, ASKED, UNDATED = "Overdue", "Somebody waits for your answer", "Without a date"
GROUPS = (OVERDUE, ASKED, "Today", "This week", "Later", UNDATED)
SHOWN = 3
TASKS_SHOWN = 10  # of each group, until all are asked for
EVENTS_SHOWN, EVENTS_READ = 6, 60
KINDS = {
    "approval": "Approvals", "idea": "Ideas", "campaign": "Campaigns", "demand": "Demands", "dependency": "Dependencies",
    "intervention": "Interventions", "milestone": "Milestones", "project": "Projects",
    "gate": "Gates", "action": "Actions", "risk": "Risks", "issue": "Issues",
}  # fmt: skip
SEES_PULSE = ("leadership", "service_owner")


def page(person, asked: dict[str, str]) -> dict[str, Any]:
    today, asks = clock.today(), asks_of(person)
    working_days()  # whether anything is late or not, so that a page costs the same
    mine = _mine(person)
    found = at_once.fetch(*(ask.rows for ask in asks), *mine.values())
    own = dict(zip(mine, found[len(asks) :], strict=True))
    waiting = sorted(_told(asks, found), key=_order)
    show = asked.get("show", "")
    shown = [one for one in waiting if one.kind == show] if show else waiting
    return {
        "today": today, "answer": answer(waiting, today), "count": len(waiting),
        "groups": groups(shown, today, None if "all" in asked else TASKS_SHOWN),
        "segments": segments(waiting, show), "show": show,
        "ideas": ideas_from(own["ideas"], own["became"]), "demands": _few(own["demands"]),
        "projects": _few(own["projects"]), "events": events_from(own["events"], _listed(waiting, own), person),
        "pulse": pulse(person, today),
    }  # fmt: skip


# ── what needs me ────────────────────────────────────────────────────────────────────────────
def asks_of(person) -> list[Ask]:
    return [ask for asked in ports.waiting.values() for ask in asked(person)]


def waiting_for(person) -> list[Waiting]:
    asks = asks_of(person)
    return _told(asks, at_once.fetch(*(ask.rows for ask in asks)))


def _told(asks: list[Ask], found: list[list]) -> list[Waiting]:
    return [ask.tell(row) for ask, rows in zip(asks, found, strict=False) for row in rows]


def answer(waiting: list[Waiting], today: date) -> str:
    day = formats.long_day(today)
    if not waiting:
        return f"{today:%A} {day}. Nothing needs you now."
    late = sum(1 for one in waiting if _is_late(one, today))
    due = sum(1 for one in waiting if _group(one, today) == "Today")
    parts = [f"{count_words(n)} {'is' if n == 1 else 'are'} {words}"
             for n, words in ((late, "overdue"), (due, "due today")) if n]  # fmt: skip
    n = len(waiting)
    things = f"{count_words(n).capitalize()} thing{' needs' if n == 1 else 's need'} you"
    return f"{today:%A} {day}. {things}{'; ' + ' and '.join(parts) if parts else ''}."


def groups(
    waiting: Iterable[Waiting], today: date, most: int | None = None
) -> list[dict[str, Any]]:
    """What is late, what somebody waits for without a date, then by day; last what only waits."""
    named: dict[str, list] = {label: [] for label in GROUPS}
    for one in waiting:
        named[_group(one, today)].append(_task(one, today))
    return [
        {"label": label, "tasks": tasks[:most], "count": len(tasks), "is_late": label == OVERDUE}
        for label, tasks in named.items()
        if tasks
    ]


def _group(one: Waiting, today: date) -> str:
    if one.due is None:
        return ASKED if one.by_person else UNDATED
    if _is_late(one, today):
        return OVERDUE
    if one.due <= today:
        return "Today"
    return "This week" if one.due <= today + timedelta(days=6) else "Later"


def _order(one: Waiting) -> tuple:
    """By day, what somebody asks first; without a day, whatever has waited longest."""
    asked = one.since or clock.now()
    return one.due or date.max, not one.by_person, asked, one.reference


def _is_late(one: Waiting, today: date) -> bool:
    """By the calendar of the stage clocks: a day off counts as the next working day."""
    return bool(one.due and one.due < today and working_days().slip(one.due, today) > 0)


def _when(one: Waiting, today: date) -> str:
    if one.due:
        return formats.due(one.due, today)
    begun = formats.local_day(one.since)
    waited = working_days().slip(begun, today) if begun else 0
    return f"waits {waited} wd" if waited > 0 else ""


def _task(one: Waiting, today: date) -> dict[str, Any]:
    """As the task component draws it; the title says what, the line beneath why."""
    late = _is_late(one, today)
    because = one.because[:1].upper() + one.because[1:]
    what = one.what if one.what.endswith(("?", ".", "!")) else f"{one.what}."
    return {
        "kind": one.kind, "title": one.title, "url": one.url, "reference": one.reference,
        "icon": "stamp" if one.kind == "approval" else "", "is_late": late,
        "why": f"{what} {because}.", "due": _when(one, today),
        "actions": _actions(one),
    }  # fmt: skip


def _actions(one: Waiting) -> list[dict[str, Any]]:
    """What is done in place, the last of them first in weight; else the door to where it is done."""
    if not one.acts:
        return [{"label": one.action_label, "url": one.url, "primary": True}]
    found: list[dict[str, Any]] = [
        {"label": label, "url": url, "dialog": True} for label, url in one.acts
    ]
    found[-1] |= {"primary": True, "key": "a"}
    return found


def segments(waiting: list[Waiting], show: str) -> list[dict[str, Any]]:
    """A filter for each kind of thing, the most frequent first; at most four beside All."""
    counts: dict[str, int] = {}
    for one in waiting:
        counts[one.kind] = counts.get(one.kind, 0) + 1
    kinds = sorted(counts, key=lambda kind: -counts[kind])[:4]
    if show and show not in kinds:
        kinds.append(show)
    every = {"label": "All", "count": len(waiting), "url": "/", "current": not show}
    return [every] + [
        {"label": KINDS.get(kind, kind.capitalize()), "count": counts.get(kind, 0),
         "url": f"/?show={kind}", "current": show == kind}
        for kind in kinds
    ]  # fmt: skip


# ── what became of mine ──────────────────────────────────────────────────────────────────────
def _mine(person) -> dict[str, QuerySet]:
    """The person's own ideas, demands and projects, and what happened to what they follow."""
    ideas = Idea.objects.filter(owner=person).select_related("merged_into")
    ideas = ideas.annotate(brought_by=_brought_by(person)).order_by("-updated_at", "-pk")[
        : SHOWN + 1
    ]
    demands, projects = Demand.objects.visible_to(person), Project.objects.visible_to(person)
    part = Q(owner=person) | Q(sponsor=person)
    return {
        "ideas": ideas, "became": demands.filter(idea__in=ideas.values("pk")),
        "demands": demands.filter(part | Q(requester=person)).open()
        .order_by("-updated_at", "-pk")[: SHOWN + 1],
        "projects": projects.filter(part).open().select_related("reading")
        .order_by("-reading__overall", "-pk")[: SHOWN + 1],
        "events": _followed(person),
    }  # fmt: skip


def _brought_by(person) -> Subquery:
    """The name of whoever brought it to where it stands, where that is somebody else."""
    steps = Event.objects.filter(record_id=OuterRef("pk"), after=OuterRef("state"))
    others = steps.exclude(before=OuterRef("state")).exclude(actor=person)
    return Subquery(others.order_by("-id").values("actor__name")[:1])


def _few(rows: list) -> dict[str, Any]:
    return {"rows": rows[:SHOWN], "more": len(rows) > SHOWN}


def ideas_from(ideas: list[Idea], became: list[Demand]) -> dict[str, Any]:
    after = {demand.idea_id: demand for demand in became}
    found = _few(ideas)
    return found | {"rows": [_idea(idea, after.get(idea.pk)) for idea in found["rows"]]}


def _idea(idea: Idea, demand: Demand | None) -> dict[str, Any]:
    at = idea.resume_state if idea.state in ("more_information", "parked") else idea.state
    done = Idea.steps.index(at) + 1 if at in Idea.steps else 0
    return {"idea": idea, "done": done, "of": len(Idea.steps), "is_running": done < len(Idea.steps),
            "words": _became(idea, demand)}  # fmt: skip


def _became(idea: Idea, demand: Demand | None) -> str:
    since = formats.short_day(idea.state_since)
    if demand:
        return f"Became {demand.reference}, now {demand.state_label.lower()}"
    if idea.state == "more_information":
        return "You have been asked a question"
    if idea.is_withdrawn:
        return f"Withdrawn on {since}"
    if idea.state == "declined":
        return f"Declined on {since}: {idea.get_decline_code_display().lower()}"
    if idea.state == "parked":
        return f"Parked until {formats.short_day(idea.revisit_on)}"
    if idea.state == "merged" and idea.merged_into:
        return f"Merged into {idea.merged_into.reference}"
    by = f", by {idea.brought_by}" if idea.brought_by else ""
    return f"{idea.state_label} since {since}{by}"


def _followed(person) -> QuerySet:
    """What others did lately to what this person follows."""
    records = Follower.objects.filter(person=person).values("record_id")
    rows = Event.objects.visible_to(person).filter(record_id__in=records).exclude(actor=person)
    rows = rows.told().exclude(verb="edit_comment")
    return rows.select_related("actor", "record").order_by("-at", "-id")[:EVENTS_READ]


def _listed(waiting: list[Waiting], own: dict[str, list]) -> set[str]:
    """What the page names already."""
    mine = (row.reference for name in ("ideas", "demands", "projects") for row in own[name][:SHOWN])
    return {one.reference for one in waiting} | set(mine)


def events_from(rows: list[Event], listed: set[str], person) -> list[dict[str, Any]]:
    """The latest of each item that does not stand on the page already."""
    latest: dict[str, Event] = {}
    for event in rows:
        latest.setdefault(event.record.reference, event)
    shown = [event for name, event in latest.items() if name not in listed]
    return [
        {"actor": event.actor, "words": event.words, "about": about_told(event, event.record, person),
         "record": event.record, "at": event.at,
         "url": work_model(event.record.kind).url_for(event.record.reference)}
        for event in shown[:EVENTS_SHOWN]
    ]  # fmt: skip


# ── the pulse ────────────────────────────────────────────────────────────────────────────────
def pulse(person, today: date) -> Dashboard | None:
    """The portfolio at a glance, for leaders and service owners."""
    if not grants_of(person).has(*SEES_PULSE) or not selectors.sees_totals(person):
        return None
    return Dashboard(person, selectors.Chosen(), today, today - FORTNIGHT, lists=False)
