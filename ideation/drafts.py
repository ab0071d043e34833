"""The form of a new idea, kept on the server while it is typed."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.views.decorators.http import require_POST

from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.workflow import need_staff
from ideation.models import Idea, IdeaDraft

LONGEST_KEPT = 8000


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Whatever is in the form, finished or not; nothing in it, or `discard`, ends the draft."""
    need_staff(request.user, "Suggesting ideas")
    typed = _typed(request.POST)
    if "discard" in request.POST or not any(typed.values()):
        IdeaDraft.forget(request.user)
        return JsonResponse({"saved": False})
    if _was_sent(request.user, typed):
        return JsonResponse({"saved": False})
    IdeaDraft.keep(request.user, typed)
    return JsonResponse({"saved": True})


def _was_sent(person: Person, typed: dict[str, Any]) -> bool:
    """A save that was still on its way when the form itself was sent comes after it."""
    lately = clock.now() - timedelta(minutes=1)
    sent = Idea.objects.filter(owner=person, created_at__gte=lately)
    return sent.filter(title=typed.get("title", "")).exists()


def _typed(given: QueryDict) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, asked in Idea.profile.items():
        if name not in given:
            continue
        several = [
            value.replace("\x00", "")[:LONGEST_KEPT] for value in given.getlist(name) if value
        ]
        is_list = getattr(asked, "many", False) and name != "tags"
        found[name] = several[:50] if is_list else (several or [""])[0]
    return found
