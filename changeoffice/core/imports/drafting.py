"""A mapping in the making: what each column of a file could mean, and what only a person knows."""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from changeoffice.core.imports import finding
from changeoffice.core.imports.checking import OPTIONAL, PARTS, REQUIRED
from changeoffice.core.imports.kinds import Field
from changeoffice.core.imports.mapping import Mapping
from changeoffice.core.imports.patterns import bare
from changeoffice.core.imports.reading import Table
from changeoffice.core.imports.reading.columns import found_in
from changeoffice.core.imports.suggest import LEFT_OUT, RULE_OF, suggest
from changeoffice.core.imports.values import RULES, Unusable, order_of
from changeoffice.core.imports.values.cells import columns_of, filled

IDENTITY = "="  # what the "Goes to" list calls the column that finds the item again
MOST_VALUES = 60
SCALES = {"1": "as written", "1000": "thousands", "1000000": "millions"}
SAMPLE = 2000


@dataclass
class Column:
    """One column as the matching page shows it."""

    place: int
    letter: str
    name: str
    examples: list[str]
    goes_to: str = ""
    also: list[str] = field(default_factory=list)
    origin: str = "left_out"  # remembered | suggested | given | left_out
    rule: str = ""
    question: str = ""  # what needs a person; "" when nothing does
    order: str = ""
    asks_order: bool = False
    amount: str = ""  # money | number, whose decimal sign and unit a person may set
    decimal: str = "."
    scale: str = "1"
    values: list[dict[str, Any]] = field(default_factory=list)  # of a choice: text, rows, becomes

    @property
    def offers_scale(self) -> bool:
        return self.scale in SCALES

    @property
    def needs_you(self) -> bool:
        return bool(self.question)


def suggested(kind, table: Table, remembered: Mapping | None) -> tuple[Mapping, dict[str, str]]:
    """A draft mapping under the table's own names, and by column where its match comes from."""
    people = finding.directory()
    draft = suggest(kind, table, remembered, people)
    made = own_names(draft.mapping, table)
    origins = dict.fromkeys(used(made), "remembered" if remembered else "suggested")
    origins |= {column.name: column.origin for column in draft.columns if column.origin != LEFT_OUT}
    return made, origins


def own_names(mapping: Mapping, table: Table) -> Mapping:
    """The mapping with the table's own column names; fields the table has nothing for go."""
    found = mapping.resolved(table)
    plain = {name: {k: v for k, v in spec.items() if k in PARTS and v != []}
             for name, spec in found.fields.items()}  # fmt: skip
    return replace(found, fields=plain, missing={}, join=[])


def widened(made: Mapping, before: Mapping, table: Table) -> Mapping:
    """What is remembered of a match: it keeps the names other files of the source go by, which
    `own_names` took out, but for columns of this file that were matched otherwise."""
    here = before.resolved(table)
    kept = {name: before.fields[name] for name in here.missing if name not in made.fields}
    same = own_names(before, table).identity == made.identity
    return replace(
        made, identity=before.identity if same else made.identity, title=before.title,
        join=before.join, shape=made.shape or before.shape,
        fields=kept | {name: _widened(spec, before.fields.get(name, {}), here.fields.get(name, {}),
                                      table.columns)
                       for name, spec in made.fields.items()},
    )  # fmt: skip


def _widened(
    spec: dict[str, Any], old: dict[str, Any], here: dict[str, Any], columns: list[str]
) -> dict[str, Any]:
    own = columns_of(spec)
    reached = {name: found_in(columns, name) for name in columns_of(old)}
    others = [name for name, column in reached.items() if not column or column in own]
    new = [name for name in own if name not in reached.values()]
    wide = {part: old[part] for part in ("days", "minus") if spec.get(part)
            and spec[part] == here.get(part)}  # fmt: skip
    return spec | wide | ({"column": [*new, *others]} if own or others else {})


def draft_of(plain: dict[str, Any]) -> Mapping:
    """A mapping as an import keeps it while it is matched: it need not be whole yet."""
    kept = {name: plain[name] for name in (*REQUIRED, *OPTIONAL) if name in plain}
    return Mapping(**{"name": "", "kind": "", "source": "", "identity": [], "fields": {}} | kept)


def used(mapping: Mapping) -> set[str]:
    """Every column the mapping reads."""
    found = {part for option in mapping.identity
             for part in ([option] if isinstance(option, str) else option)}  # fmt: skip
    for spec in mapping.fields.values():
        found |= {*columns_of(spec), *spec.get("days", [])}
        found |= {spec["minus"]} if spec.get("minus") else set()
    return found


def default_rule(spec: Field, column: str, table: Table) -> dict[str, Any]:
    """How a cell of that column most likely becomes a value of this field."""
    made: dict[str, Any] = {"rule": RULE_OF.get(spec.type, "text"), "column": [column]}
    if spec.max and spec.type in ("text", "code"):
        made["max"] = spec.max
    if spec.required:
        made["required"] = True
    if spec.type == "date":
        order = order_of(row.cells[column] for row in table.rows[:SAMPLE])
        made |= {"order": order} if order in ("day_first", "month_first") else {}
    if spec.type == "choice":
        made["values"] = _meanings(spec, column, table)
    return made


def columns_for(kind, mapping: Mapping, table: Table, origins: dict[str, str]) -> list[Column]:
    """Every column with its match, its rule in words, and the question it leaves."""
    fields = {spec.name: spec for spec in kind.fields}
    ready, found = mapping.resolved(table, finding.directory()).fields, []
    for place, name in enumerate(table.columns):
        column = Column(place, table.letters[place], name, _examples(table, name))
        feeds = [key for key, spec in mapping.fields.items() if name in columns_of(spec)]
        helps = [key for key, spec in mapping.fields.items()
                 if name in (*spec.get("days", []), spec.get("minus"))]  # fmt: skip
        is_identity = name in flat(mapping.identity)
        if feeds:
            column.goes_to = feeds[0]
        elif is_identity:
            column.goes_to = IDENTITY
        column.also = [fields[key].label for key in (*feeds[1:], *helps) if key in fields]
        if is_identity and feeds:
            column.also.append("finds the item again")
        if feeds or helps or is_identity:
            column.origin = origins.get(name, "given")
        if column.goes_to in fields and column.goes_to in ready:
            _explain(column, fields[column.goes_to], ready[column.goes_to], table)
        elif column.goes_to == IDENTITY:
            column.rule = "Finds the item again next time"
        else:
            column.rule = "Helps with another column" if helps else "Nothing in it is saved"
        found.append(column)
    return found


def _explain(column: Column, spec: Field, rule: dict[str, Any], table: Table) -> None:
    column.rule = RULES_IN_WORDS.get(rule["rule"], "As typed, trimmed")
    if rule["rule"] in ("date", "date_plus"):
        _ask_order(column, rule, table)
    elif rule["rule"] in ("choice", "rating"):
        _ask_values(column, spec, rule, table)
    elif rule["rule"] in ("money", "number"):
        _show_amount(column, rule)
    if not column.question:
        _count_bad(column, rule, table)


def _show_amount(column: Column, rule: dict[str, Any]) -> None:
    column.amount, column.decimal = rule["rule"], rule.get("decimal", ".")
    column.scale = str(rule.get("scale", 1))
    if rule.get("scale", 1) != 1:
        column.rule = f"× {rule['scale']:,}"


def _ask_order(column: Column, rule: dict[str, Any], table: Table) -> None:
    order = order_of(row.cells[column.name] for row in table.rows[:SAMPLE])
    column.order = rule.get("order", "")
    column.asks_order = bool(order)
    if order and column.order:
        column.rule = "Day first" if column.order == "day_first" else "Month first"
    elif order:
        told = next((e for e in column.examples if order_of([e])), column.examples[0])
        column.question = f"In “{told}”, does the day or the month come first?"


def _ask_values(column: Column, spec: Field, rule: dict[str, Any], table: Table) -> None:
    counts = Counter(row.cells[column.name].strip() for row in table.rows)
    choices = dict(spec.choices)
    for text, rows in counts.most_common(MOST_VALUES):
        if not text or filled({column.name: text}, {"column": column.name,
                                                    "empty": rule.get("empty", [])})[1] == "":  # fmt: skip
            continue
        becomes, known = _meaning(column.name, text, rule)
        column.values.append({"text": text, "rows": rows, "becomes": becomes or "",
                              "known": known, "label": choices.get(becomes or "", "")})  # fmt: skip
    open_now = [value for value in column.values if not value["known"]]
    column.rule = f"{len(column.values) - len(open_now)} of {len(column.values)} values mapped"
    if open_now:
        first = open_now[0]["text"][:40]
        column.question = f"“{first}” has no meaning yet. Answer below."


def _meaning(column: str, text: str, rule: dict[str, Any]) -> tuple[str | None, bool]:
    try:
        return RULES[rule["rule"]]({column: text}, {**rule, "column": column}), True
    except Unusable:
        return None, False


def _count_bad(column: Column, rule: dict[str, Any], table: Table) -> None:
    bad = 0
    for row in table.rows[:SAMPLE]:
        try:
            RULES[rule["rule"]](row.cells, rule)
        except Unusable:
            bad += 1
        except (KeyError, TypeError):
            return
    if bad:
        column.rule += f". {bad:,} {'row' if bad == 1 else 'rows'} will be refused"


RULES_IN_WORDS = {
    "text": "As typed, trimmed", "long_text": "Text, with its paragraphs", "date": "Read as a date",
    "date_plus": "A date and a number of days", "days": "A number of days", "number": "A number",
    "money": "An amount; “m” and “k” understood", "choice": "By its meaning",
    "rating": "By its meaning", "flag": "Yes or no", "person": "Matched to people",
    "code": "A code, as typed",
}  # fmt: skip


def _meanings(spec: Field, column: str, table: Table) -> dict[str, str]:
    known = {bare(label): code for code, label in spec.choices} | {
        bare(code): code for code, _ in spec.choices}  # fmt: skip
    texts = {row.cells[column].strip() for row in table.rows[:SAMPLE]} - {""}
    return {text: known[bare(text)] for text in sorted(texts)[:500] if bare(text) in known}


def _examples(table: Table, name: str) -> list[str]:
    found = dict.fromkeys(" ".join(row.cells[name].split())[:60] for row in table.rows[:200])
    return [text for text in found if text][:3]


def flat(identity: list[Any]) -> list[str]:
    return [part for option in identity
            for part in ([option] if isinstance(option, str) else option)]  # fmt: skip
