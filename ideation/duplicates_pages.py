"""The page on which an analyst merges what the portal takes for the same, or tells it apart."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from changeoffice.core.doors.pages import undoing
from changeoffice.core.doors.pages.work import seen
from changeoffice.core.record.errors import Invalid
from ideation import duplicates
from ideation.models import Idea

HERE, MOST_KEYS = "/ideas/duplicates", 2**62


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    duplicates.need_analyst(request.user)
    found = duplicates.open_to(request.user)
    return render(request, "ideation/duplicates.html", {"proposals": found})


@require_POST
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    duplicates.need_analyst(request.user)
    try:
        into = seen(Idea, request.POST.get("into", ""), request.user)
        others = duplicates.merge(min(pk, MOST_KEYS), by=request.user, into=into)
    except Invalid as error:
        messages.error(request, str(error))
        return redirect(HERE)
    words = f"{', '.join(idea.reference for idea in others)} merged into {into.reference}."
    messages.success(request, words, extra_tags=undoing.offer(others))
    return redirect(HERE)


@require_POST
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    duplicates.dismiss(min(pk, MOST_KEYS), by=request.user)
    messages.success(request, "Kept apart. You are asked again only when another idea joins them.")
    return redirect(HERE)
