"""Search, the command palette, and people to mention or to choose."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from changeoffice.core.access.grants import grants_of
from changeoffice.core.doors.pages import parts
from changeoffice.core.people.models import Person
from changeoffice.core.record.models import Record, work_model
from changeoffice.core.search import selectors

OF_EACH_KIND, PAGE_SIZE, MOST_PAGES = 5, 20, 50
IN_PALETTE, VERBS_IN_PALETTE, PEOPLE_SHOWN = 6, 5, 12


def search(request: HttpRequest) -> HttpResponse:
    """A typed reference goes straight there; words list what they find, kind by kind."""
    typed = request.GET.get("q", "").strip()[:200]
    if (record := selectors.by_reference(request.user, typed)) is not None:
        return redirect(record)
    context = {"q": typed, "kind": request.GET.get("kind", "")[:24]}
    if typed:
        context |= _found(request, typed, context["kind"])
    return render(request, "search/search.html", context)


def _found(request: HttpRequest, typed: str, kind: str) -> dict:
    found = selectors.by_words(request.user, typed)
    kinds = selectors.kinds_of(found)
    total = sum(row["n"] for row in kinds)
    context = {"kinds": kinds, "total": total, "is_capped": total >= selectors.MOST_WEIGHED}
    if kind:
        rows = found.filter(kind=kind)[: PAGE_SIZE * MOST_PAGES]
        page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
        return context | {"page": page, "rows": [selectors.described(row) for row in page]}
    best = selectors.best_of_each(found, OF_EACH_KIND)
    groups = [{**row, "rows": [hit for hit in best if hit.kind == row["kind"]]} for row in kinds]
    return context | {"groups": groups}


def palette(request: HttpRequest) -> HttpResponse:
    """While typing: the record named, what one may do with it, records found, pages."""
    typed = request.GET.get("q", "").strip()[:200]
    record = selectors.by_reference(request.user, typed)
    hits = [] if record else selectors.quickly(request.user, typed, IN_PALETTE)
    context = {
        "q": typed, "hits": hits, "record": record and selectors.described(record),
        "acts": _acts(record, request.user) if record else [],
    }  # fmt: skip
    return render(request, "search/_palette.html", context)


def _acts(record: Record, person: Person) -> list[dict]:
    """The verbs open to this person on the record just named, the next step first."""
    work = work_model(record.kind).objects.visible_to(person).get(pk=record.pk)
    offers = [offer for offer in work.open_verbs(person) if offer.is_open]
    offers.sort(key=lambda offer: offer.verb.tone != "primary")
    return [parts.button(work, offer) for offer in offers[:VERBS_IN_PALETTE]]


def people(request: HttpRequest) -> JsonResponse:
    """Colleagues whose name or user name contains what was typed, after an @ or in a field."""
    typed = request.GET.get("q", "").strip()[:60]
    found = []
    if typed and grants_of(request.user).is_staff:
        found = Person.objects.staff().named(typed).select_related("unit")[:PEOPLE_SHOWN]
    return JsonResponse({"results": [
        {"handle": one.username, "name": one.name, "detail": one.unit.name if one.unit else ""}
        for one in found
    ]})  # fmt: skip
