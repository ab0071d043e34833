"""What already says nearly the same: while a title is typed, and beside an idea under review."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from changeoffice.core import ports
from changeoffice.core.access.rules import ANALYST
from changeoffice.core.doors.pages.work import seen
from changeoffice.core.record import at_once
from changeoffice.core.record.models import Record
from changeoffice.core.search import chains, selectors
from ideation import board, delivered, story
from ideation.models import Idea
from ideation.models.merging import MERGEABLE
from ideation.models.voting import OPEN_TO_VOTES

SIMILAR_FROM, SHOWN = 12, 5
LOOKED_THROUGH, MORE = 20, 3
NUMBERS = ("No", "One", "Two", "Three")
FURTHEST_FIRST = ("project", "demand", "idea")
DELIVERED = {("demand", "completed"), ("project", "closed")}


@require_GET
def similar(request: HttpRequest) -> HttpResponse:
    """What already says nearly the same as the title being typed."""
    typed = (request.GET.get("title") or request.GET.get("q") or "").strip()[:200]
    found = looked_up(request.user, typed) if len(typed) >= SIMILAR_FROM else []
    return render(request, "components/similar.html", {"found": [_alike(row) for row in found]})


@require_GET
def alike(request: HttpRequest, reference: str) -> HttpResponse:
    """What says nearly the same as this idea, for the card on its page, and as a page of its own."""
    idea = seen(Idea, reference, request.user)
    found = looked_up(request.user, idea.title, but=idea.pk)
    may_merge = idea.state in MERGEABLE and ANALYST.holds(request.user, idea)
    for row in found:
        row.can_merge = may_merge and row.kind == "idea" and row.state in OPEN_TO_VOTES
    template = "components/alike.html" if request.htmx else "doors/alike.html"
    return render(request, template, {"record": idea, "found": found})


@require_GET
def more_like_it(request: HttpRequest, reference: str) -> HttpResponse:
    """A card for the page of a delivered idea; nothing where nothing like it is open."""
    idea = seen(Idea, reference, request.user)
    found = open_alike(request.user, idea)
    number = NUMBERS[len(found)]
    return render(request, "ideation/_more_like_it.html", {"found": found, "number": number})


def open_alike(person, idea: Idea) -> list[Record]:
    """The closest ideas one can still vote for, each with its votes."""
    near = selectors.similar(person, idea.title, ["idea"], LOOKED_THROUGH)
    keys = [row.pk for row in near if row.pk != idea.pk]
    open_ones = Idea.objects.visible_to(person).filter(pk__in=keys, state__in=OPEN_TO_VOTES)
    votes = dict(open_ones.values_list("pk", "vote_count"))
    found = selectors.worth_reading([row for row in near if row.pk in votes])[:MORE]
    for row in found:
        row.votes = votes[row.pk]
    return found


def looked_up(person, title: str, *, but: int = 0) -> list[Record]:
    """The closest stories, each told once, without that of the record `but`."""
    found = selectors.similar(person, title, FURTHEST_FIRST, len(FURTHEST_FIRST) * (SHOWN + 1))
    keys = [row.pk for row in found]
    done, voted, *lines = at_once.fetch(
        delivered.ideas(person).filter(pk__in=keys).values_list("pk", flat=True),
        Idea.objects.with_my_vote(person).filter(pk__in=[row.pk for row in found if row.kind == "idea"]),
        *(ask(keys, person) for ask in ports.lineage),
    )  # fmt: skip
    rows = chains.folded(found, [line for part in lines for line in part], FURTHEST_FIRST)
    near = selectors.worth_reading([row for row in rows if but not in row.story])
    ideas = {idea.pk: idea for idea in voted}
    return [_told(row, ideas, set(done)) for row in near[:SHOWN]]


def _told(row: Record, ideas: dict[int, Idea], done: set[int]) -> Record:
    """With the closeness in words, and with what is delivered called so."""
    row.idea = ideas.get(row.pk)
    row.closeness_words = selectors.closeness_words(row.closeness)
    row.is_delivered = row.pk in done or (row.kind, row.state) in DELIVERED
    if row.is_delivered:
        row.state_label = "Delivered"
    return row


def _alike(row: Record) -> dict[str, Any]:
    idea: Idea | None = row.idea
    found = {
        "title": row.title, "url": row.get_absolute_url(), "reference": row.reference,
        "closeness": row.closeness_words, "is_delivered": row.is_delivered, "state_label": row.state_label,
        "is_close": row.closeness >= selectors.VERY_CLOSE, "came_from": row.came_from,
    }  # fmt: skip
    if idea is None:
        return found
    url = "" if story.vote_lock(idea) else board.vote_url(idea.reference, idea.is_voted, "small")
    return found | {"votes": idea.vote_count, "voted": idea.is_voted, "vote_url": url}
