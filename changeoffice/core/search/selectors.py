"""Finding records one may see: by reference, by words, by likeness of a title."""

import re
from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramSimilarity
from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from changeoffice.core.record.models import Record, work_model

REFERENCE = re.compile(r"^\s*([A-Za-z]{2,4})[\s-]*(\d{1,12})\s*$")
WORD = re.compile(r"[^\W_]{3,}")
MOST_WORDS = 12
GONE = ("draft", "merged", "withdrawn")
# From here on, likeness (0 to 1) is called by the word.
VERY_CLOSE, CLOSE, RELATED = 0.5, 0.3, 0.14


def by_reference(person, typed: str) -> Record | None:
    """The record a typed reference names, however it is spelled: DMD-0123, dmd 123, DMD123."""
    found = REFERENCE.match(typed)
    if not found:
        return None
    prefix, number = found[1].upper(), found[2].lstrip("0") or "0"
    spelled = {f"{prefix}-{number.zfill(width)}" for width in (1, 3, 4)}
    return Record.objects.visible_to(person).filter(reference__in=spelled).first()


def by_words(person, words: str) -> QuerySet:
    return Record.objects.visible_to(person).select_related("unit", "owner").search(words[:200])


def kinds_of(found: QuerySet) -> list[dict[str, Any]]:
    """How many hits each kind has, most first."""
    counts = found.order_by().values("kind").annotate(n=Count("id")).order_by("-n", "kind")
    return [{"kind": row["kind"], "n": row["n"], "label": kind_label(row["kind"])} for row in counts]


def best_of_each(found: QuerySet, most: int) -> list[Record]:
    """The best few of every kind, in one query."""
    place = Window(RowNumber(), partition_by=F("kind"), order_by=[F("closeness").desc(), F("id").desc()])
    return [described(row) for row in found.annotate(place=place).filter(place__lte=most)]


def quickly(person, typed: str, most: int) -> list[Record]:
    """A few records for the palette, while words are still being typed."""
    query = _any_of(typed, every=True)
    if query is None:
        return []
    rows = Record.objects.visible_to(person).filter(search=query)
    ranked = rows.annotate(closeness=SearchRank("search", query)).order_by("-closeness", "-id")
    return [described(row) for row in ranked[:most]]


def similar(person, title: str, kinds: Iterable[str], limit: int = 5) -> list[Record]:
    """Open records whose title says nearly the same: shared words, or shared letters in a row."""
    query = _any_of(title)
    likeness = TrigramSimilarity("title", title)
    alike = Q(title__trigram_similar=title) | (Q(search=query) if query else Q())
    shared = SearchRank("search", query, normalization=0) if query else likeness * 0
    rows = (
        Record.objects.visible_to(person).filter(alike, kind__in=list(kinds)).exclude(state__in=GONE)
        .annotate(closeness=likeness * 0.75 + shared * 0.5).filter(closeness__gte=RELATED)
        .order_by("-closeness", "-id")
    )  # fmt: skip
    return [described(row) for row in rows[:limit]]


def closeness_words(closeness: float) -> str:
    if closeness >= VERY_CLOSE:
        return "Very close"
    return "Close" if closeness >= CLOSE else "Related"


def kind_label(kind: str) -> str:
    return work_model(kind).plural.replace("-", " ").capitalize()


def described(row: Record) -> Record:
    """A header with its kind's own words for the state."""
    state = work_model(row.kind).states.get(row.state)
    row.state_label = state.label if state else row.state
    row.state_tone = state.tone if state else ""
    return row


def _any_of(text: str, every: bool = False) -> SearchQuery | None:
    """Words of a title as a query on titles; the last word may still be unfinished."""
    words = list(dict.fromkeys(word.lower() for word in WORD.findall(text)))[:MOST_WORDS]
    if not words:
        return None
    terms = [f"{word}:A" for word in words[:-1]] + [f"{words[-1]}:*A"]
    glue = " & " if every else " | "
    return SearchQuery(glue.join(terms), search_type="raw", config="office")
