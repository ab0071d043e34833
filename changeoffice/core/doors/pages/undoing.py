"""Undo of one's own last acts, as the toast after them offers it."""

from collections.abc import Iterable

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_POST

from changeoffice.core.doors.addresses import came_from
from changeoffice.core.doors.lists import whole
from changeoffice.core.record import undo
from changeoffice.core.record.errors import NotSeen, Refused
from changeoffice.core.record.models import Event, Work, work_model

MOST_AT_ONCE = 100


def offer(records: Iterable[Work]) -> str:
    """The tag of a message that makes its toast offer to take back what was just done to these;
    nothing where one of them would refuse it, since then none is taken back."""
    done = [(record, event) for record in records if (event := record.last_event)]
    if not all(record.stands_again(event.after, event.before) for record, event in done):
        return ""
    keys = ",".join(str(event.pk) for _, event in done)
    return f"undo:/undo?events={keys}" if keys else ""


@require_POST
def taken_back(request: HttpRequest) -> HttpResponse:
    """Take back all of the acts named, or none of them."""
    asked = request.GET.get("events", "").split(",")[:MOST_AT_ONCE]
    keys = {key for text in asked if (key := whole(text, 2**63 - 1))}
    try:
        with transaction.atomic():
            records = [_take_back(event, request.user) for event in _own(keys, request.user)]
    except Refused as error:
        messages.error(request, f"Nothing was taken back. {error}")
        return redirect(came_from(request) or "/")
    words = records[0].reference if len(records) == 1 else f"{len(records)} {records[0].plural}"
    messages.success(request, f"Taken back: {words} as before.")
    return redirect(came_from(request) or records[0].get_absolute_url())


def _own(keys: set[int], person) -> list[Event]:
    found = list(
        Event.objects.visible_to(person)
        .filter(pk__in=keys, actor=person).select_related("record").order_by("record_id")
    )  # fmt: skip
    if not found or len(found) != len(keys):
        raise NotSeen("There is no such act of yours.")
    return found


def _take_back(event: Event, person) -> Work:
    work = work_model(event.record.kind).objects.visible_to(person).get(pk=event.record_id)
    verb = work.verbs().get(event.verb)  # a birth and what was said are none
    if verb and verb.undone_by:
        undo.last_act(work, event.pk, person)
        getattr(work, verb.undone_by)(by=person)
    else:
        work.take_back(by=person, event=event.pk)
    return work


urlpatterns = [path("undo", taken_back, name="undo")]
