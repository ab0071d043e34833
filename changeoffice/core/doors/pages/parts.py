"""What every record page carries: next steps, trail, timeline, talk, files, followers."""

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from changeoffice.core import ports
from changeoffice.core.access.rules import SEES_FIGURES
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.history import changes_of
from changeoffice.core.record.models import Event, Work
from changeoffice.core.talk import files
from changeoffice.core.talk.models import Attachment, Comment, Follower, comment, follow, unfollow

EVENTS_SHOWN = 30
COMMENTS_SHOWN = 200


def of(record: Work, person) -> dict[str, Any]:
    """Context for a record page; the same number of queries however much was said and done."""
    offers = record.open_verbs(person)
    return {
        "offers": offers,
        "next_offer": next((o for o in offers if o.is_open and o.verb.tone == "primary"), None),
        "can_edit": record.editors.holds(person, record) and not record.is_closed,
        "sees_figures": SEES_FIGURES.holds(person, record),
        "trail": trail_of(record, person),
        "timeline": timeline(record, person),
        "comments": comments_of(record),
        "attachments": list(Attachment.objects.filter(record_id=record.pk).select_related("by")),
        "is_following": Follower.objects.filter(record_id=record.pk, person=person).exists(),
    }


def trail_of(record: Work, person) -> list[ports.TrailStep]:
    draw = ports.trail.get(record.kind)
    return draw(record, person) if draw else []


def timeline(record: Work, person) -> list[dict[str, Any]]:
    """Newest first: each event with the fields it changed; figures only for those who may see."""
    events = list(
        Event.objects.filter(record_id=record.pk).exclude(verb__in=("vote", "withdraw_vote"))
        .select_related("actor", "on_behalf_of").order_by("-at", "-id")[:EVENTS_SHOWN]
    )  # fmt: skip
    changed = changes_of(record)
    hidden = set() if SEES_FIGURES.holds(person, record) else set(getattr(record, "figures", ()))
    shown = {"state", *hidden}
    return [
        {"event": event,
         "changes": [c for c in changed.get(event.context_id, []) if c["field"] not in shown]}
        for event in events
    ]  # fmt: skip


def comments_of(record: Work) -> list[Comment]:
    """Threads in order: a comment, then its replies."""
    rows = list(
        Comment.objects.filter(record_id=record.pk).select_related("author", "author__unit")
        .order_by("-at", "-id")[:COMMENTS_SHOWN]
    )[::-1]  # fmt: skip
    tops = [row for row in rows if row.reply_to_id is None]
    known = {row.pk for row in tops}
    for top in tops:
        top.replies = [row for row in rows if row.reply_to_id == top.pk]
    orphans = [row for row in rows if row.reply_to_id and row.reply_to_id not in known]
    for row in orphans:
        row.replies = []
    return tops + orphans


def with_following(rows, person):
    mine = Follower.objects.filter(record_id=OuterRef("pk"), person=person)
    return rows.annotate(is_followed=Exists(mine))


def views_for(work: type[Work]) -> dict[str, Any]:
    """The small write doors every record has: comments, following, files."""

    @require_POST
    def comments(request: HttpRequest, reference: str) -> HttpResponse:
        record = _seen(work, reference, request)
        above = Comment.objects.filter(
            pk=_number(request.POST.get("reply_to")), record_id=record.pk
        ).first()
        try:
            comment(record, by=request.user, body=request.POST.get("body", ""), reply_to=above)
        except Invalid as error:
            messages.error(request, str(error))
        if request.htmx:
            context = {"record": record, "comments": comments_of(record)}
            return render(request, "components/comments.html", context)
        return redirect(f"{record.get_absolute_url()}#discussion")

    @require_POST
    def following(request: HttpRequest, reference: str) -> HttpResponse:
        record = _seen(work, reference, request)
        on = request.POST.get("on") == "1"
        follow(record.pk, request.user) if on else unfollow(record.pk, request.user)
        if request.htmx:
            context = {"record": record, "is_following": on}
            return render(request, "components/follow.html", context)
        return redirect(record)

    @require_POST
    def attachments(request: HttpRequest, reference: str) -> HttpResponse:
        record = _seen(work, reference, request)
        try:
            for upload in request.FILES.getlist("file")[:10]:
                files.attach(record, by=request.user, upload=upload)
        except Invalid as error:
            messages.error(request, str(error))
        return redirect(record)

    return {"comments": comments, "follow": following, "attachments": attachments}


def _seen(work: type[Work], reference: str, request: HttpRequest) -> Work:
    from changeoffice.core.doors.pages.work import seen

    return seen(work, reference, request.user)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 18 else 0
