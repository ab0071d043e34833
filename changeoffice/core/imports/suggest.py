"""A first mapping for a table nobody has mapped yet, or what is left to ask of a remembered one.

A column goes to the field whose name, label or synonym it resembles most, where what it holds can
be read by the field's rule. What a person must decide is asked, never guessed.
"""

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from changeoffice.core.imports.looks import DAY, EMPTY, PROSE, SUM, purity
from changeoffice.core.imports.mapping import Mapping
from changeoffice.core.imports.patterns import bare
from changeoffice.core.imports.reading import Table
from changeoffice.core.imports.values import RULES, Directory, Unusable, order_of
from changeoffice.core.imports.values.cells import columns_of
from changeoffice.core.imports.values.dates import AMBIGUOUS, ORDERS

LOOKED_AT = 2_000  # rows
EXAMPLES = 3
LIKE = 0.72  # how alike two names must be
MOST_MEANINGS = 50  # different texts a choice may have before it is no choice
RULE_OF = {
    "text": "text", "long_text": "long_text", "date": "date", "money": "money", "number": "number",
    "choice": "choice", "person": "person", "reference": "text", "flag": "flag", "code": "code",
}  # fmt: skip
LOOKS = {"date": {DAY}, "money": {SUM}, "number": {SUM}}
IDENTITY = (
    "id",
    "identifier",
    "reference",
    "ref",
    "number",
    "no",
    "key",
    "code",
    "uid",
    "external id",
)
NOTHING = (
    "#N/A",
    "N/A",
    "NULL",
    "TBD",
    "TBC",
    "None",
    "-",
    "–",
    "Not available",
    "To be confirmed",
)
REMEMBERED, SUGGESTED, LEFT_OUT = "remembered", "suggested", "left_out"


@dataclass(frozen=True)
class Question:
    """What a person must decide about a column."""

    kind: str  # order | values | unreadable
    words: str
    values: dict[str, int] = dataclasses.field(
        default_factory=dict
    )  # texts in question, with their rows


@dataclass(frozen=True)
class Column:
    name: str
    letter: str
    examples: list[str]
    origin: str  # remembered | suggested | left_out
    field: str = ""
    identity: bool = False
    questions: list[Question] = dataclasses.field(default_factory=list)


@dataclass(frozen=True)
class Draft:
    mapping: Mapping
    columns: list[Column]

    @property
    def needs_person(self) -> list[Column]:
        return [column for column in self.columns if column.questions]


def suggest(
    kind: Any, table: Table, remembered: Mapping | None = None, people: Directory | None = None
) -> Draft:
    """A mapping for this table, and per column where it goes, why, and what it asks.

    What is remembered stays; the rest is suggested by names and by what the columns hold.
    """
    fields = {one.name: one for one in kind.fields}
    kept = _remembered(remembered, table, set(fields))
    taken = {column for spec in kept.values() for column in columns_of(spec)}
    free = [one for one in fields.values() if one.name not in kept]
    guessed = (
        {} if remembered else _matched(free, [c for c in table.columns if c not in taken], table)
    )
    specs = kept | {name: _spec(fields[name], column, table) for name, column in guessed.items()}
    mapping = Mapping(
        name=remembered.name if remembered else "",
        title=remembered.title if remembered else "",
        kind=kind.name,
        source=remembered.source if remembered else "",
        identity=remembered.identity if remembered else _identity(table, guessed, fields),
        fields=specs,
        constants=dict(remembered.constants) if remembered else {},
    )
    return Draft(mapping, _columns(table, mapping, set(kept), people))


def _remembered(
    mapping: Mapping | None, table: Table, known: set[str]
) -> dict[str, dict[str, Any]]:
    """The remembered specs whose columns this table has, under the table's own names."""
    if mapping is None:
        return {}
    resolved = mapping.resolved(table)
    return {
        name: spec
        for name, spec in resolved.fields.items()
        if name in known and name not in resolved.missing
    }


def _matched(fields: list[Any], columns: list[str], table: Table) -> dict[str, str]:
    """The best pairs of field and column, each used once."""
    pairs = []
    for one in fields:
        if one.type not in RULE_OF:
            continue
        for column in columns:
            likeness = max(_likeness(name, column) for name in (one.name, one.label, *one.synonyms))
            if likeness >= LIKE and _holds(one.type, _texts(table, column)):
                pairs.append((likeness, one.required, -columns.index(column), one.name, column))
    found: dict[str, str] = {}
    for *_, name, column in sorted(pairs, reverse=True):
        if name not in found and column not in found.values():
            found[name] = column
    return found


def _likeness(name: str, column: str) -> float:
    """1 for the same name in any spelling, 0.9 where one is whole words of the other."""
    wanted, given = bare(name), bare(column)
    if wanted == given:
        return 1.0
    mine, theirs = _words(name), _words(column)
    if mine and theirs and (mine <= theirs or theirs <= mine):
        return 0.75 + 0.15 * min(len(mine), len(theirs)) / max(len(mine), len(theirs))
    return 0.95 * SequenceMatcher(None, wanted, given, autojunk=False).ratio()


def _words(name: str) -> set[str]:
    """The words of a name, also of one written LikeThis or like_this."""
    parts = re.findall(r"[^\W\d_]+|\d+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name))
    return {part.casefold().rstrip("s") for part in parts}


def _holds(kind: str, texts: list[str]) -> bool:
    """Whether a column holds what a field of this type can take; an empty column may."""
    look, share = purity(texts)
    if look == EMPTY:
        return True
    if wanted := LOOKS.get(kind):
        return look in wanted or share < 0.5
    return kind in ("long_text", "text", "code", "reference") or look != PROSE


def _spec(one: Any, column: str, table: Table) -> dict[str, Any]:
    """The rule for a field over a column, with what the column itself decides."""
    texts = _texts(table, column)
    spec: dict[str, Any] = {"rule": RULE_OF[one.type], "column": column}
    if one.required:
        spec["required"] = True
    if getattr(one, "max", 0):
        spec["max"] = one.max
    if one.type == "date" and (order := order_of(texts)) in ORDERS:
        spec["order"] = order
    if one.type in ("date", "money", "number", "person"):
        spec |= {"empty": nothing} if (nothing := _nothing(texts)) else {}
    if one.type == "choice":
        spec["values"] = _meanings(one.choices, texts)
    if one.type == "long_text" and _escaped(texts):
        spec["escapes"] = True
    return spec


def _nothing(texts: Iterable[str]) -> list[str]:
    """The usual words for “no value” that this column holds."""
    usual = {bare(word) for word in NOTHING}
    return sorted({text.strip() for text in texts if bare(text) in usual and bare(text)})


def _meanings(choices: Iterable[tuple[str, str]], texts: Iterable[str]) -> dict[str, str]:
    """Texts that are the name or label of one of our own values."""
    known = {bare(text): code for code, label in choices for text in (code, label)}
    return {text: known[bare(text)] for text in _different(texts) if bare(text) in known}


def _escaped(texts: Iterable[str]) -> bool:
    """Line breaks written as a backslash and n, and no real ones."""
    filled = [text for text in texts if text]
    return any("\\n" in text for text in filled) and not any("\n" in text for text in filled)


def _identity(table: Table, guessed: dict[str, str], fields: dict[str, Any]) -> list[str]:
    """The column that looks most like an identifier, else a required one, where no value repeats."""
    likely = sorted(table.columns, key=lambda name: -_id_likeness(name))
    likely = [column for column in likely if _id_likeness(column) >= LIKE]
    likely += [column for column in table.columns if _is_coded(column, table)]
    for column in [*likely, *(c for name, c in guessed.items() if fields[name].required)]:
        texts = [text.strip() for text in _texts(table, column)]
        if all(texts) and len(set(texts)) == len(texts):
            return [column]
    return []


def _is_coded(column: str, table: Table) -> bool:
    """A name that ends as PID and projectid do, over codes."""
    return bare(column).endswith("id") and not any(" " in text for text in _texts(table, column))


def _id_likeness(column: str) -> float:
    words = _words(column)
    return max((_likeness(name, column) for name in IDENTITY if _words(name) <= words), default=0.0)


def _columns(
    table: Table, mapping: Mapping, kept: set[str], people: Directory | None
) -> list[Column]:
    resolved = mapping.resolved(table, people)
    goes = {
        column: name
        for name, spec in resolved.fields.items()
        for column in reversed(columns_of(spec))
    }
    names = {column for option in resolved.identity for column in option}
    found = []
    for column, where in zip(table.columns, table.letters, strict=True):
        name = goes.get(column, "")
        origin = LEFT_OUT if not name else REMEMBERED if name in kept else SUGGESTED
        if column in names and not name:
            origin = REMEMBERED if mapping.name else SUGGESTED
        asked = _questions(resolved.fields[name], table) if name else []
        examples = _different(_texts(table, column))[:EXAMPLES]
        found.append(Column(column, where, examples, origin, name, column in names, asked))
    return found


def _questions(spec: dict[str, Any], table: Table) -> list[Question]:
    """What stands in the way of reading a column: asked once, with the texts it is about."""
    texts = [text for column in columns_of(spec) for text in _texts(table, column)]
    if spec["rule"] == "date" and not spec.get("order") and order_of(texts) == AMBIGUOUS:
        return [Question("order", "Does the day or the month come first?")]
    refused: Counter[str] = Counter()
    words = ""
    for row in table.rows[:LOOKED_AT]:
        try:
            RULES[spec["rule"]](row.cells, {**spec, "required": False})
        except Unusable as error:
            refused[row.cells.get(error.column, "").strip()] += 1
            words = words or error.message
    if not refused:
        return []
    shown = dict(refused.most_common(MOST_MEANINGS))
    if spec["rule"] in ("choice", "rating"):
        return [Question("values", f"{len(refused)} of its texts have no meaning here yet.", shown)]
    return [Question("unreadable", f"{refused.total():,} rows cannot be read: {words}", shown)]


def _texts(table: Table, column: str) -> list[str]:
    return [row.cells.get(column, "") for row in table.rows[:LOOKED_AT]]


def _different(texts: Iterable[str]) -> list[str]:
    """Different filled texts in the order they come."""
    return list(dict.fromkeys(text.strip() for text in texts if text.strip()))
