"""Finding records one may see: by reference, by words, by likeness of a title."""

import re
from collections.abc import Collection, Iterable
from itertools import combinations
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramSimilarity
from django.db import connection, transaction
from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    FloatField,
    Func,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.functions import Concat, RowNumber

from changeoffice.core.record import at_once
from changeoffice.core.record.models import Record, query_of, work_model
from changeoffice.core.record.prepared import prepared

REFERENCE = re.compile(r"^\s*([A-Za-z]{2,4})[\s-]*(\d{1,12})\s*$")
WORD = re.compile(r"[^\W_]{3,}")
MOST_WORDS, MOST_WEIGHED = 12, 1000
GONE = ("draft", "merged", "withdrawn")
# From here on, likeness (0 to 1) is called by the word; what is less alike is noise. Measured on twelve
# known pairs of duplicates asked from both sides: 17 of 24 pass, and of all that passes half is one.
VERY_CLOSE, CLOSE, RELATED = 0.6, 0.42, 0.3
BESIDE_THE_BEST = 0.7  # what is alike by less than this part of the closest is not worth reading
LETTERS, WORDS = 0.5, 0.6  # what shared letters and shared words count
SPELLED_ALIKE, COMPARED = 0.55, 100


def by_reference(person, typed: str) -> Record | None:
    """The record a typed reference names, however it is spelled: DMD-0123, dmd 123, DMD123."""
    found = REFERENCE.match(typed)
    if not found:
        return None
    prefix, number = found[1].upper(), found[2].lstrip("0") or "0"
    spelled = {f"{prefix}-{number.zfill(width)}" for width in (1, 3, 4)}
    return Record.objects.visible_to(person).filter(reference__in=spelled).first()


def by_words(person, words: str) -> QuerySet:
    """Best first among the newest thousand that match: weighing more would make people wait."""
    matching = Record.objects.visible_to(person).filter(search=query_of(words)).order_by("-id")
    newest = Record.objects.filter(pk__in=matching[:MOST_WEIGHED].values("pk"))
    return newest.select_related("unit", "owner").search(words[:200])


def kinds_of(found: QuerySet) -> list[dict[str, Any]]:
    """How many hits each kind has, most first."""
    counts = found.order_by().values("kind").annotate(n=Count("id")).order_by("-n", "kind")
    return [
        {"kind": row["kind"], "n": row["n"], "label": kind_label(row["kind"])} for row in counts
    ]


def best_of_each(found: QuerySet, most: int) -> list[Record]:
    """The best few of every kind, in one query."""
    place = Window(
        RowNumber(), partition_by=F("kind"), order_by=[F("closeness").desc(), F("id").desc()]
    )
    return [described(row) for row in found.annotate(place=place).filter(place__lte=most)]


def quickly(person, typed: str, most: int) -> list[Record]:
    """A few records for the palette, while words are still being typed."""
    words = _words(typed)
    if not words:
        return []
    query = _query(words)
    rows = Record.objects.visible_to(person).filter(search=query)
    begins = Case(When(title__istartswith=typed.strip(), then=1), default=0)
    ranked = rows.annotate(begins=begins, closeness=SearchRank("search", query))
    ranked = ranked.order_by("-begins", "-closeness", "-id")
    return [described(row) for row in ranked[:most]]


def similar(person, title: str, kinds: Iterable[str], limit: int = 5) -> list[Record]:
    """Open records whose title says nearly the same: shared words, or shared letters in a row.

    Comparing letters is slow, so it is done for the titles sharing most words, and for those an
    index of letters finds. A common word is shared by a quarter of all titles and says little: two
    of those are asked for, so 25,000 titles are answered within a pause in typing.
    """
    with transaction.atomic():
        words = _telling(_words(title))
        asked = [_worth_a_look(words), *(f"{word}:*A" for word in words)] if words else []
        found = at_once.fetch_named(_alike(person, title, *asked, kinds=tuple(kinds), limit=limit))
    both = {row.pk: row for part in found.values() for row in part}
    ranked = sorted(both.values(), key=lambda row: (-row.closeness, -row.pk))
    return [described(row) for row in ranked[:limit] if row.closeness >= RELATED]


@prepared()
def _alike(
    person, title: str, look: str = "", *words: str, kinds: tuple[str, ...], limit: int
) -> at_once.Queries:
    """The closest by letters, and those by `look`, which asks for some of the words."""
    # Held against each title found, not looked up: the index of kinds lists a third of all records.
    of_kind = Concat("kind", Value(""), output_field=CharField())
    rows = Record.objects.visible_to(person).alias(of=of_kind)
    rows = rows.filter(of__in=kinds).exclude(state__in=GONE)
    close = TrigramSimilarity("title", title) * LETTERS + _shared(words) * WORDS
    parts: dict[str, QuerySet] = {"letters": rows.filter(title__trigram_similar=title)}
    if words:
        sharing = rows.filter(search=_raw(look)).annotate(shared=_shared(words))
        nearest = sharing.order_by("-shared", "-id")[:COMPARED].values("pk")
        parts["words"] = Record.objects.filter(pk__in=nearest)
    return {name: part.annotate(closeness=close).order_by("-closeness")[:limit]
            for name, part in parts.items()}  # fmt: skip


def _telling(words: list[str]) -> dict[str, int]:
    """Those that mean something ("with" and "the" do not), each with how many titles have it, counted
    no further than need be. What is spelled alike counts from here on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pg_trgm.similarity_threshold', %s, true), word, "
            "(SELECT count(*) FROM (SELECT 1 FROM record_record"
            " WHERE search @@ to_tsquery('office', word || ':A') LIMIT %s) few) "
            "FROM unnest(%s) WITH ORDINALITY given(word, place) "
            "WHERE numnode(to_tsquery('office', word)) > 0 ORDER BY place",
            [str(SPELLED_ALIKE), COMPARED, words],
        )
        return {word: titles for _, word, titles in cursor.fetchall()}


class Shared(Func):
    """How many of these queries a title meets."""

    template = "(SELECT count(*) FROM unnest(ARRAY[%(expressions)s]) word WHERE search @@ word)"
    output_field = FloatField()


def worth_reading(found: list[Record]) -> list[Record]:
    """Closest first: without those that fall far behind the closest."""
    least = found[0].closeness * BESIDE_THE_BEST if found else 0
    return [row for row in found if row.closeness >= least]


def _shared(queries: Collection[str]) -> Any:
    """Which part of these queries (0 to 1) the title meets."""
    if not queries:
        return Value(0.0)
    return Shared(*map(_raw, queries)) / float(len(queries))


def closeness_words(closeness: float) -> str:
    if closeness >= VERY_CLOSE:
        return "Very close"
    return "Close" if closeness >= CLOSE else "Related"


def kind_label(kind: str) -> str:
    words = work_model(kind).plural.replace("-", " ").capitalize()
    return words.replace("kpis", "KPIs").replace("Rag", "RAG")


def described(row: Record) -> Record:
    """A header with its kind's own words for the state."""
    state = work_model(row.kind).states.get(row.state)
    row.state_label = state.label if state else row.state
    row.state_tone = state.tone if state else ""
    return row


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(word.lower() for word in WORD.findall(text)))[:MOST_WORDS]


def _query(words: list[str], glue: str = " & ") -> SearchQuery:
    """Words as a query on titles; the last one may still be unfinished."""
    return _raw(glue.join(_terms(words)))


def _raw(query: str) -> SearchQuery:
    return SearchQuery(query, search_type="raw", config="office")


def _terms(words: list[str]) -> list[str]:
    return [f"{word}:A" for word in words[:-1]] + [f"{words[-1]}:*A"]


def _worth_a_look(words: dict[str, int]) -> str:
    """Titles with a word few have, or with two of the others."""
    terms = dict(zip(words, _terms(list(words)), strict=True))
    rare = [terms[word] for word, n in words.items() if n < COMPARED or len(words) < 3]
    pairs = [f"({one} & {other})" for one, other in combinations(terms.values(), 2)]
    return " | ".join(rare + pairs)
