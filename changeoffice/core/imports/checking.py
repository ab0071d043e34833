"""A mapping somebody sent is checked before it is used: known rules and fields, sane sizes."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from changeoffice.core.imports.reading import Shape
from changeoffice.core.imports.values import RULES
from changeoffice.core.imports.values.dates import ORDERS, SERIALS
from changeoffice.core.record.errors import Invalid

MOST_FIELDS, MOST_COLUMNS, MOST_VALUES = 200, 20, 1_000
LONGEST_NAME, LONGEST_WORDS, LONGEST_COLUMN = 60, 200, 500

Check = Callable[[Any], bool]


def words(most: int, least: int = 0) -> Check:
    return lambda value: isinstance(value, str) and least <= len(value.strip()) <= most


def one_of(*known: str) -> Check:
    return lambda value: isinstance(value, str) and value in known


def whole(least: int, most: int) -> Check:
    return lambda value: type(value) is int and least <= value <= most


def listed(check: Check, most: int, least: int = 0) -> Check:
    return lambda value: (
        isinstance(value, list) and least <= len(value) <= most and all(map(check, value))
    )


def either(*checks: Check) -> Check:
    return lambda value: any(check(value) for check in checks)


def meanings(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and len(value) <= MOST_VALUES
        and all(text(key) and text(found) for key, found in value.items())
    )


def iso_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def scale(value: Any) -> bool:
    return type(value) in (int, float) and 0 < value <= 1e9


def truth(value: Any) -> bool:
    return isinstance(value, bool)


def shape(value: Any) -> bool:
    """Parts of a Shape, as hints for reading."""
    try:
        return bool(Shape.from_json({"format": "csv", **value}))
    except (Invalid, TypeError):
        return False


def joins(value: Any) -> bool:
    """A step that takes columns from another file: {file, on, take, where}."""
    return (
        isinstance(value, dict)
        and {"file", "on", "take"} <= set(value) <= {"file", "on", "take", "where"}
        and text(value["file"])
        and all(meanings(value.get(part, {})) for part in ("on", "take", "where"))
    )


text = words(LONGEST_WORDS)
column = words(LONGEST_COLUMN, 1)
columns = listed(column, MOST_COLUMNS, 1)
texts = listed(text, MOST_VALUES)

PARTS: dict[str, Check] = {
    "rule": one_of(*RULES), "column": either(column, columns), "required": truth, "empty": texts,
    "max": whole(1, 100_000), "width": whole(0, 60), "lines": truth, "escapes": truth,
    "doubled": truth,
    "order": one_of("", *ORDERS), "fiscal_year_starts": whole(1, 12), "span": one_of("start", "end"),
    "serial": one_of("", *SERIALS), "days": columns, "minus": column, "from": iso_day,
    "scale": scale, "currency": words(3, 3), "decimal": one_of(".", ","), "values": meanings,
    "otherwise": text, "true": texts, "false": texts, "heading": column, "form": meanings,
    "sentences": one_of("no_value"), "years": one_of("calendar", "fiscal"),
    "between": words(20, 1), "begins": words(40, 1),
}  # fmt: skip
HEAD: dict[str, Check] = {
    "name": words(LONGEST_NAME, 1), "title": text, "kind": words(40, 1),
    "source": words(LONGEST_NAME, 1),
    "identity": either(columns, listed(either(column, columns), MOST_COLUMNS, 1)),
    "shape": shape,
    "join": lambda value: isinstance(value, list) and len(value) <= MOST_COLUMNS and all(
        map(joins, value)
    ),
}  # fmt: skip
REQUIRED = ("name", "kind", "source", "identity", "fields")
OPTIONAL = ("title", "constants", "shape", "join")


def checked(plain: Any, known: Iterable[str] | None = None) -> dict[str, Any]:
    """The mapping as it was sent; raises Invalid with what is wrong, by part of the mapping.

    `known` are the names of the kind's fields; errors of a field stand under “fields.name”.
    """
    if not isinstance(plain, dict):
        raise Invalid(
            mapping="A mapping is an object with name, kind, source, identity and fields."
        )
    errors = {name: "A mapping needs this." for name in REQUIRED if name not in plain}
    for name, value in plain.items():
        if name not in (*REQUIRED, *OPTIONAL):
            errors[str(name)[:LONGEST_NAME]] = "A mapping has no such part."
        elif name in HEAD and not HEAD[name](value):
            errors[name] = "This cannot be used here."
    allowed = None if known is None else set(known)
    errors |= _wrong_fields(plain.get("fields", {}), allowed)
    errors |= _wrong_constants(plain.get("constants", {}), allowed)
    if errors:
        raise Invalid(**errors)
    return plain


def _wrong_fields(fields: Any, known: set[str] | None) -> dict[str, str]:
    if not isinstance(fields, dict) or len(fields) > MOST_FIELDS:
        return {"fields": f"Give up to {MOST_FIELDS} fields, each with a rule and its column."}
    errors = {}
    for name, spec in fields.items():
        why = _unknown(name, known) or _wrong_spec(spec)
        if why:
            errors[f"fields.{str(name)[:LONGEST_NAME]}"] = why
    return errors


def _wrong_constants(constants: Any, known: set[str] | None) -> dict[str, str]:
    if not isinstance(constants, dict) or len(constants) > MOST_FIELDS:
        return {"constants": "Give values by field."}
    errors = {}
    for name, value in constants.items():
        fine = value is None or text(value) or isinstance(value, bool | int | float)
        if why := _unknown(name, known) or ("" if fine else "This cannot be used here."):
            errors[f"constants.{str(name)[:LONGEST_NAME]}"] = why
    return errors


def _unknown(name: Any, known: set[str] | None) -> str:
    if not isinstance(name, str) or (known is not None and name not in known):
        return "There is no such field."
    return ""


def _wrong_spec(spec: Any) -> str:
    if not isinstance(spec, dict) or "rule" not in spec:
        return "Say by which rule the cells are read."
    if not PARTS["rule"](spec["rule"]):
        return f"There is no such rule. Known: {', '.join(RULES)}."
    if not {"column", "heading"} & set(spec) and not {"from", "days"} <= set(spec):
        return "Say which column holds it."
    if spec["rule"] == "date_plus" and "days" not in spec:
        return "Say which columns hold the days."
    for part, value in spec.items():
        if part not in PARTS:
            return f"A rule has no part “{str(part)[:40]}”."
        if not PARTS[part](value):
            return f"What stands in “{part}” cannot be used."
    return ""
