"""What every record page carries: next steps, trail, timeline, talk, files, followers."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import Truncator
from django.views.decorators.http import require_POST

from changeoffice.core import ports
from changeoffice.core.access.grants import reads_trail
from changeoffice.core.access.rules import SEES_FIGURES
from changeoffice.core.doors.lists import whole
from changeoffice.core.doors.pages.seeing import seen
from changeoffice.core.doors.perform import asks_of
from changeoffice.core.doors.templatetags.formats import long_day, moment
from changeoffice.core.people.models import Person
from changeoffice.core.record.at_once import Queries
from changeoffice.core.record.choosing import SEARCHED_AT
from changeoffice.core.record.errors import Invalid, Stale, TooOften
from changeoffice.core.record.history import about_told, changes_of, reason_told, states_of
from changeoffice.core.record.models import BALLOT, SAID, Event, Work
from changeoffice.core.record.prepared import prepared
from changeoffice.core.record.workflow import Offer
from changeoffice.core.talk import files
from changeoffice.core.talk.models import (
    Attachment,
    Comment,
    Follower,
    as_read_by,
    comment,
    follow,
    unfollow,
)

EVENTS_SHOWN = 30
COMMENTS_SHOWN = 200
TOLD_ELSEWHERE = (*BALLOT, *SAID, "thank")  # beside the timeline, or to nobody
BOOKKEEPING = {"state", "reach"}


@prepared()
def around(record: Work, person) -> Queries:
    """What every record page reads beside the record."""
    return {
        "talk": comment_rows(record), "told": event_rows(record), "states": states_of(record),
        "attached": Attachment.objects.filter(record_id=record.pk).select_related("by"),
        "mine": Follower.objects.filter(record_id=record.pk, person=person),
    }  # fmt: skip


def of(record: Work, person, found: dict[str, Any]) -> dict[str, Any]:
    """Context for a record page, from what was read around it."""
    offers = record.open_verbs(person)
    thread = threads(as_read_by(person, found["talk"], record))
    buttons = [button(record, offer) for offer in offers]
    first = next((b for b in buttons if b["available"] and b["tone"] == "primary"), None)
    return {
        "offers": offers,
        "next_offer": next((o for o in offers if o.is_open and o.verb.tone == "primary"), None),
        "buttons": buttons,
        "first_button": first,
        "more_buttons": rest_of(buttons, first),
        "can_edit": record.editors.holds(person, record) and not record.is_closed,
        "sees_figures": SEES_FIGURES.holds(person, record),
        "trail": trail_of(record, person),
        "timeline": timeline(record, person, found["told"], found["states"]),
        "trail_url": f"/admin/trail?about={record.reference}" if reads_trail(person) else "",
        **talk_of(record, thread),
        "comments": thread,
        "comment_total": len(thread) + sum(len(top.replies) for top in thread),
        "attachments": found["attached"],
        "is_following": bool(found["mine"]),
    }


def rest_of(buttons: list[dict], first: dict | None) -> list[dict]:
    """What the menu offers, heading by heading: first all that can be done now, then what cannot,
    with its reason."""
    rest = (b for b in buttons if b is not first)
    return sorted(rest, key=lambda b: (b["place"], not b["available"]))


def button(record: Work, offer: Offer) -> dict[str, Any]:
    """A verb as the `verbs` component draws it; one that asks or warns opens its own page."""
    verb = offer.verb
    headings = enumerate(record.menu.items(), 1)
    place, heading = next(
        ((n, name) for n, (name, verbs) in headings if verb.name in verbs), (0, "")
    )
    return {
        "name": verb.name, "label": verb.label, "tone": verb.tone, "reasons": offer.reasons,
        "available": offer.is_open, "url": f"{record.get_absolute_url()}/{verb.slug}",
        "needs_form": bool(asks_of(type(record), verb) or verb.confirm),
        "place": place, "heading": heading,
    }  # fmt: skip


def who_changed(stale: Stale) -> str:
    """The name of whoever saved first, for the banner of an edit conflict."""
    wrote = [item["context"].get("by") for item in stale.changes]
    found = Person.objects.filter(pk=wrote[-1]).first() if wrote and wrote[-1] else None
    return found.name if found else ""


def trail_of(record: Work, person) -> list[ports.TrailStep]:
    draw = ports.trail.get(record.kind)
    return draw(record, person) if draw else []


def event_rows(record: Work) -> QuerySet:
    rows = Event.objects.filter(record_id=record.pk).exclude(verb__in=TOLD_ELSEWHERE)
    return rows.select_related("actor", "on_behalf_of").order_by("-at", "-id")[:EVENTS_SHOWN]


def timeline(record: Work, person, events=None, states=None) -> list[dict[str, Any]]:
    """Newest first: each event with the fields it changed; figures only for those who may see them."""
    events = event_rows(record) if events is None else events
    changed = changes_of(record, person, states)
    hidden = _kept_silent(type(record))
    return [_told(event, changed.get(event.context_id, []), hidden, record, person)
            for event in events]  # fmt: skip


def _kept_silent(work: type[Work]) -> set[str]:
    """Fields a verb fills in by itself; the verb's own words say it already."""
    return BOOKKEEPING | {field.name for field in work._meta.concrete_fields if not field.editable}


def _told(
    event: Event, changes: list[dict], hidden: set[str], record: Work, person
) -> dict[str, Any]:
    """One event as the timeline component draws it."""
    verb, about = record.verbs().get(event.verb), about_told(event, record, person)
    told_already = hidden | set(verb.tells if verb else ())  # a birth is no verb
    behalf = f", for {event.on_behalf_of.name}" if event.on_behalf_of else ""
    return {
        "event": event, "verb": event.verb, "at": event.at,
        "actor": event.actor.name if event.actor else "The portal",
        "text": f"{event.words} the {record.kind.replace('_', ' ').replace('kpi', 'KPI')}{behalf}"
        f"{f': {about}' if about else ''}",
        "changes": [
            {**item, "old": short(item["old"]), "new": short(item["new"])}
            for item in changes if item["field"] not in told_already
        ],
        "reason": reason_told(event, record, person),
    }  # fmt: skip


def short(value: Any) -> Any:
    """A value as a line of the timeline shows it."""
    if isinstance(value, str):
        return Truncator(value).chars(90)
    if isinstance(value, datetime):
        return moment(value)
    return long_day(value) if isinstance(value, date) else value


def comment_rows(record: Work) -> QuerySet:
    """The newest comments, newest first."""
    rows = Comment.objects.filter(record_id=record.pk).with_called()
    rows = rows.select_related("author", "author__unit")
    return rows.order_by("-at", "-id")[:COMMENTS_SHOWN]


def threads(newest: Iterable[Comment]) -> list[Comment]:
    """Threads in order: a comment, then its replies."""
    rows = list(newest)[::-1]
    tops = [row for row in rows if row.reply_to_id is None]
    known = {row.pk for row in tops}
    for top in tops:
        top.replies = [row for row in rows if row.reply_to_id == top.pk]
    orphans = [row for row in rows if row.reply_to_id and row.reply_to_id not in known]
    for row in orphans:
        row.replies = []
    return tops + orphans


def talk_of(record: Work, thread: list[Comment]) -> dict[str, Any]:
    """What the comments component needs to show a thread and take the next word."""
    return {"thread": thread, "post_url": f"{record.get_absolute_url()}/comments",
            "mentions_url": SEARCHED_AT}  # fmt: skip


def toast(text: str, *, changed: bool = False, **options: Any) -> dict[str, str]:
    """Headers that make htmx show a toast; `undo` is the address that takes the act back, `changed`
    lets what else the page tells of the record be read again."""
    also = {"record-changed": ""} if changed else {}
    return {"HX-Trigger": json.dumps({"toast": {"text": text, **options}} | also)}


def with_following(rows, person):
    mine = Follower.objects.filter(record_id=OuterRef("pk"), person=person)
    return rows.annotate(is_followed=Exists(mine))


def views_for(work: type[Work]) -> dict[str, Any]:
    """The small write doors every record has: comments, following, files."""

    return {
        "comments": partial(post_comment, work=work),
        "follow": partial(post_following, work=work),
        "attachments": partial(post_attachments, work=work),
    }


@require_POST
def post_comment(request: HttpRequest, reference: str, *, work: type[Work]) -> HttpResponse:
    record = seen(work, reference, request.user)
    above = Comment.objects.filter(
        pk=_number(request.POST.get("reply_to")), record_id=record.pk
    ).first()
    try:
        comment(record, by=request.user, body=request.POST.get("body", ""), reply_to=above)
    except (Invalid, TooOften) as error:
        if request.htmx:  # leave the page as it is, with what was typed
            return HttpResponse(status=204, headers=toast(str(error), wrong=True))
        messages.error(request, str(error))
    if request.htmx:
        thread = threads(as_read_by(request.user, comment_rows(record), record))
        answer = render(request, "components/comments.html", talk_of(record, thread))
        answer["HX-Trigger"] = "record-changed"
        return answer
    return redirect(f"{record.get_absolute_url()}#discussion")


@require_POST
def post_following(request: HttpRequest, reference: str, *, work: type[Work]) -> HttpResponse:
    record = seen(work, reference, request.user)
    on = request.POST.get("on") == "1"
    follow(record.pk, request.user) if on else unfollow(record.pk, request.user)
    if request.htmx:
        context = {"record": record, "is_following": on}
        return render(request, "components/follow.html", context)
    return redirect(record)


@require_POST
def post_attachments(request: HttpRequest, reference: str, *, work: type[Work]) -> HttpResponse:
    record = seen(work, reference, request.user)
    try:
        for upload in request.FILES.getlist("file")[:10]:
            files.attach(record, by=request.user, upload=upload)
    except Invalid as error:
        messages.error(request, str(error))
    return redirect(record)


def _number(text: str | None) -> int:
    return whole(text, 2**63 - 1) or 0
