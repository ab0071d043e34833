"""The inbox: what is new, what asks for an answer, grouped by item."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from changeoffice.core.doors.lists import Ordering, fingerprint_of, page_of, whole
from changeoffice.core.notify.feed import HUGE
from changeoffice.core.notify.grouping import grouped
from changeoffice.core.notify.models import NoticeKind, Notification
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotSeen
from changeoffice.core.record.models import SAID, work_model
from changeoffice.core.talk.models import Comment, comment

NEWEST = {"newest": Ordering("Newest", "at")}
ROWS = 60
WHEN = {"immediate": "at once", "digest": "daily", "never": "off"}
KEPT_NEW = timedelta(days=30)
VIEWS = {
    "all": ("All", Q(read_at=None)), "asks": ("Asks you", Q(read_at=None, asks=True)),
    "news": ("For information", Q(read_at=None, asks=False)), "done": ("Done", Q(read_at__isnull=False)),
}  # fmt: skip


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    view = request.GET.get("view", "all")
    view = view if view in VIEWS else "all"
    kind = request.GET.get("kind", "")[:24].replace("\x00", "")
    mine = Notification.objects.inbox_of(request.user)
    counts = _counts(mine)
    rows = (
        mine.filter(VIEWS[view][1]).select_related("record__home", "event").with_home(request.user)
    )
    if kind:
        rows = rows.filter(record__kind=kind)
    page = _page(rows, request.GET.get("cursor", ""), fingerprint_of({"view": view, "kind": kind}))
    context = {
        "groups": grouped(page.rows), "page": page, "view": view, "kind": kind, "counts": counts,
        "in_inbox": True, "hearing": hearing_of(request.user), "answer": answer_words(counts),
        "segments": [{"label": label, "url": f"/inbox?view={name}" + (f"&kind={kind}" if kind else ""),
                      "count": counts.get(name), "current": name == view}
                     for name, (label, _) in VIEWS.items()],
        "kinds": kinds_of(mine, kind),
    }  # fmt: skip
    return render(request, "notify/inbox.html", context)


def hearing_of(person) -> list[dict[str, Any]]:
    """By kind of notice: when it comes by e-mail, and whether to the chat."""
    return [{"label": kind.label, "mail": WHEN[person.mail_for(kind)], "chat": kind in person.chat_kinds}
            for kind in NoticeKind]  # fmt: skip


def _page(rows, cursor: str, fingerprint: str):
    options = {"ordering": "newest", "size": ROWS, "fingerprint": fingerprint}
    try:
        return page_of(rows, NEWEST, cursor=cursor, **options)
    except Invalid:  # an old link: begin at the newest
        return page_of(rows, NEWEST, **options)


def _counts(mine) -> dict[str, int]:
    month = clock.now() - timedelta(days=30)
    found = mine.order_by().aggregate(
        **{
            f"n_{name}": Count("pk", filter=keep)
            for name, (_, keep) in VIEWS.items()
            if name != "done"
        },
        n_month=Count("pk", filter=Q(at__gte=month)),
        n_month_asks=Count("pk", filter=Q(at__gte=month, asks=True)),
    )
    return {name.removeprefix("n_"): number for name, number in found.items()}


def kinds_of(mine, chosen: str) -> list[dict[str, Any]]:
    found = (
        mine.exclude(record=None).order_by("record__kind").values_list("record__kind", flat=True)
    )
    options = [
        {"value": kind, "label": kind.replace("_", " ").capitalize(), "selected": kind == chosen}
        for kind in found.distinct()
    ]
    label = chosen.replace("_", " ").capitalize()
    return [{"name": "kind", "label": "Kind", "kind": "choice", "icon": "", "options": options,
             "is_set": bool(chosen), "value_label": label}]  # fmt: skip


def answer_words(counts: dict[str, int]) -> str:
    if not counts["all"]:
        return "Nothing new."
    news = f"{counts['all']} new."
    if not counts["asks"]:
        return f"{news} Nothing asks for your answer."
    asks = "One asks" if counts["asks"] == 1 else f"{counts['asks']} ask"
    return f"{news} {asks} something of you; the rest can wait."


def _mine(request: HttpRequest, pk: int) -> Notification:
    rows = Notification.objects.inbox_of(request.user).select_related("record", "event")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotSeen("There is no such notice.")
    return found


@require_GET
def opened(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to what the notice is about; it has been read then."""
    notice = _mine(request, pk)
    _read(Notification.objects.filter(pk=notice.pk))
    return redirect(notice)


@require_POST
def mark_read(request: HttpRequest) -> HttpResponse:
    """One notice with those that say the same, all that are mere news, or everything."""
    rows = Notification.objects.filter(person=request.user)
    which = request.POST.get("notice", "")
    some = [whole(one, HUGE) for one in request.POST.getlist("notice")[:ROWS]]
    if some and None not in some:
        rows = rows.filter(pk__in=some)
    elif which == "news":
        rows = rows.filter(asks=False)
    elif which != "all":
        raise Invalid(notice="Say which notice was read.")
    read = _read(rows)
    if which in ("news", "all"):
        messages.success(request, f"{read} marked as read.")
    return redirect(_back(request))


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a mention where it stands: a reply in the thread of the item."""
    notice = _mine(request, pk)
    if notice.event is None or notice.event.verb not in SAID:
        raise NotSeen("This notice is answered on the item's own page.")
    work = work_model(notice.record.kind).objects.get(pk=notice.record_id)
    above = Comment.objects.filter(pk=notice.event.data.get("comment"), record_id=work.pk).first()
    try:
        comment(work, by=request.user, body=request.POST.get("body", ""),
                reply_to=above and (above.reply_to or above))  # fmt: skip
    except Invalid as error:
        messages.error(request, str(error))
        return redirect(f"/inbox#notice-{pk}")
    _read(Notification.objects.filter(pk=pk))
    messages.success(request, f"Your answer stands on {work.reference}.")
    return redirect("inbox")


def _read(rows) -> int:
    return rows.filter(read_at=None).update(read_at=timezone.now())


def _back(request: HttpRequest) -> str:
    view = request.POST.get("view", "all")
    return f"/inbox?view={view}" if view in VIEWS and view != "all" else "/inbox"
