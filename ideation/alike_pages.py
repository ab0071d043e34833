"""What already says nearly the same: while a title is typed, and beside an idea under review."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from changeoffice.core.access.rules import ANALYST
from changeoffice.core.doors.pages.work import seen
from changeoffice.core.record.models import Record
from changeoffice.core.search import selectors
from ideation import board, delivered, story
from ideation.models import Idea
from ideation.models.merging import MERGEABLE
from ideation.models.voting import OPEN_TO_VOTES

SIMILAR_FROM, SHOWN = 12, 5
KINDS = ("idea", "demand", "project")
DELIVERED = {("demand", "completed"), ("project", "closed")}


@require_GET
def similar(request: HttpRequest) -> HttpResponse:
    """What already says nearly the same as the title being typed."""
    typed = (request.GET.get("title") or request.GET.get("q") or "").strip()[:200]
    found = []
    if len(typed) >= SIMILAR_FROM:
        found = selectors.similar(request.user, typed, KINDS, SHOWN)
    return render(request, "components/similar.html", {"found": _with_votes(found, request.user)})


@require_GET
def alike(request: HttpRequest, reference: str) -> HttpResponse:
    """What says nearly the same as this idea, for the card on its page, and as a page of its own."""
    idea = seen(Idea, reference, request.user)
    found = selectors.similar(request.user, idea.title, KINDS, SHOWN + 1)
    found = told([row for row in found if row.pk != idea.pk][:SHOWN], request.user)
    may_merge = idea.state in MERGEABLE and ANALYST.holds(request.user, idea)
    for row in found:
        row.can_merge = may_merge and row.kind == "idea" and row.state in OPEN_TO_VOTES
    template = "components/alike.html" if request.htmx else "doors/alike.html"
    return render(request, template, {"record": idea, "found": found})


def told(found: list[Record], person) -> list[Record]:
    """With the closeness in words, and with what is delivered called so."""
    keys = [row.pk for row in found if row.kind == "idea" and row.state == "promoted"]
    done = (
        set(delivered.ideas(person).filter(pk__in=keys).values_list("pk", flat=True))
        if keys
        else ()
    )
    for row in found:
        row.closeness_words = selectors.closeness_words(row.closeness)
        row.is_delivered = row.pk in done or (row.kind, row.state) in DELIVERED
        if row.is_delivered:
            row.state_label = "Delivered"
    return found


def _with_votes(found: list[Record], person) -> list[dict[str, Any]]:
    keys = [row.pk for row in found if row.kind == "idea"]
    ideas = Idea.objects.with_my_vote(person).in_bulk(keys) if keys else {}
    return [_alike(row, ideas.get(row.pk)) for row in told(found, person)]


def _alike(row: Record, idea: Idea | None) -> dict[str, Any]:
    found = {
        "title": row.title, "url": row.get_absolute_url(), "reference": row.reference,
        "closeness": row.closeness_words, "is_delivered": row.is_delivered, "state_label": row.state_label,
        "is_close": row.closeness >= selectors.VERY_CLOSE,
    }  # fmt: skip
    if idea is None:
        return found
    url = "" if story.vote_lock(idea) else board.vote_url(idea.reference, idea.is_voted, "small")
    return found | {"votes": idea.vote_count, "voted": idea.is_voted, "vote_url": url}
