"""From the matching page's form to a mapping, and one record as it would look."""

from dataclasses import replace
from typing import Any

from changeoffice.core.imports import differences, drafting, finding
from changeoffice.core.imports.drafting import IDENTITY, SCALES
from changeoffice.core.imports.mapping import Mapping
from changeoffice.core.imports.reading import Row, Table
from changeoffice.core.imports.values import Directory, Unusable
from changeoffice.core.imports.values.cells import columns_of
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.models import Work

ORDERS = ("day_first", "month_first")
DECIMALS = (".", ",")
SKIP = "-"  # a value of a choice that means none


def posted(kind, draft: Mapping, table: Table, data) -> tuple[Mapping, dict[str, str]]:
    """The mapping as the form has it, and by column where its match comes from."""
    fields = {spec.name: spec for spec in kind.fields}
    made = {name: dict(spec) for name, spec in draft.fields.items()}
    identity, origins = list(draft.identity), {}
    for place, name in enumerate(table.columns):
        wanted = data.get(f"to-{place}")
        if wanted is None:
            continue
        now = next((key for key, spec in made.items() if name in columns_of(spec)), "")
        alone = wanted == (now or (IDENTITY if name in drafting.flat(identity) else ""))
        if not alone:
            identity, made = _moved(name, now, wanted, identity, made, fields, table)
            origins[name] = "given"
        if wanted in made:
            _answer(made[wanted], place, name, data)
    return replace(draft, fields=made, identity=identity), origins


def _moved(name, now, wanted, identity, made, fields, table):
    """The column goes elsewhere: what it fed loses it, what it feeds takes it alone."""
    if now:
        left = [column for column in columns_of(made[now]) if column != name]
        made = {k: v for k, v in made.items() if k != now} | (
            {now: made[now] | {"column": left}} if left else {})  # fmt: skip
    if wanted == IDENTITY:
        return [name], made
    if wanted in fields:
        made = made | {wanted: drafting.default_rule(fields[wanted], name, table)}
    elif not now:
        identity = [part for part in identity if name not in drafting.flat([part])]
    return identity, made


def _answer(rule: dict[str, Any], place: int, name: str, data) -> None:
    if (order := data.get(f"order-{place}")) in ORDERS:
        rule["order"] = order
    if rule["rule"] in ("money", "number"):
        _answer_amount(rule, place, data)
    count = 0
    while (text := data.get(f"value-{place}-{count}")) is not None:
        becomes = data.get(f"becomes-{place}-{count}", "")
        if becomes:
            values = dict(rule.get("values", {}))
            values[text] = "" if becomes == SKIP else becomes
            rule["values"] = values
        count += 1


def _answer_amount(rule: dict[str, Any], place: int, data) -> None:
    if (decimal := data.get(f"decimal-{place}")) in DECIMALS:
        rule["decimal"] = decimal
    offered = rule["rule"] == "money" and str(rule.get("scale", 1)) in SCALES
    if offered and (scale := data.get(f"scale-{place}")) in SCALES:
        rule["scale"] = int(scale)


def complete(kind, mapping: Mapping) -> None:
    """Raises Invalid, in words, for what has to be matched before a dry run."""
    if found := lacks(kind, mapping):
        raise Invalid(mapping=found)
    if not mapping.source.strip():
        raise Invalid(source="Give the source a name; it finds its items again by it.")


def lacks(kind, mapping: Mapping) -> list[str]:
    """What no column is matched to yet, and no dry run is without."""
    fed = set(mapping.fields) | set(mapping.constants)
    lacking = [spec.label for spec in kind.fields if spec.required and spec.name not in fed]
    found = []
    if lacking:
        found.append(f"Match a column to {' and '.join(lacking)}: no item is without.")
    if not mapping.identity:
        found.append("Match the column that names each item to “External ID”, for example a "
                     "number or a reference. The next file finds its items by it.")  # fmt: skip
    return found


def checked(kind, plain: Any, table: Table) -> Mapping:
    """A mapping somebody sent; raises Invalid for what it cannot be."""
    if isinstance(plain, dict):
        plain = {"name": plain.get("source", "") or "sent", **plain, "kind": kind.name}
    made = Mapping.from_json(plain, [spec.name for spec in kind.fields])
    made.prepare(table)
    complete(kind, made)
    return made


def preview(kind, mapping: Mapping, table: Table, row: Row, person) -> dict[str, Any]:
    """One record as the mapping makes it, and what stands in the cells it comes from."""
    fields = {spec.name: spec for spec in kind.fields}
    order = {name: place for place, name in enumerate(fields)}
    people: Directory = finding.directory()
    ready = mapping.resolved(table, people)
    values, errors = ready.values_of(row)
    wrong = {error.column: error.message for error in errors}
    lines = []
    for name, rule in sorted(ready.fields.items(), key=lambda item: order.get(item[0], 0)):
        column = next((c for c in columns_of(rule) if row.cells.get(c, "").strip()), "")
        said = row.cells.get(column, "") if column else ""
        spec = fields.get(name)
        if spec is None or not (said or name in values):
            continue
        lines.append({
            "label": spec.label, "from": " ".join(said.split())[:60],
            "value": _readable(spec, values.get(name), people),
            "error": wrong.get(column, "") if name not in values else "",
        })  # fmt: skip
    return {"lines": lines, "title": str(values.get("title") or values.get("name") or "")[:200],
            "matches": _match(kind, ready, row, person), "number": row.number}  # fmt: skip


def _readable(spec, value, people: Directory) -> str:
    return people.name_of(value) if spec.type == "person" and value else (
        differences.words(spec, value))  # fmt: skip


def _match(kind, mapping: Mapping, row: Row, person) -> str:
    """The reference of the record this row belongs to, where this person may see it."""
    try:
        names = mapping.identities_of(row)
    except Unusable:
        return ""
    known = kind.known(mapping.source, names)
    hit = next((known[name] for name in names if name in known), None)
    if hit is None:
        return ""
    record = kind.existing([hit.record_id]).get(hit.record_id)
    if isinstance(record, Work):
        return record.reference if record.is_visible_to(person) else ""
    return getattr(record, "username", "")
