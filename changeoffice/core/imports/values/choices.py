"""Choices, ratings and flags: a text from a list means a value of ours."""

from changeoffice.core.imports.values.cells import Cells, Spec, Unusable, filled, means, quoted

RATINGS = {
    "red": "red", "r": "red", "amber": "amber", "a": "amber", "amb": "amber", "yellow": "amber",
    "green": "green", "g": "green", "amber/red": "amber_red", "red/amber": "amber_red",
    "amber/green": "amber_green", "green/amber": "amber_green",
    "complete": "complete", "completed": "complete",
}  # fmt: skip
TRUE, FALSE = ("true", "yes", "y", "1", "x", "on"), ("false", "no", "n", "0", "off")


def choice(cells: Cells, spec: Spec) -> str | None:
    """What the text means by `values`: {"In dev": "build", "Exempt*": ""}; "" means no value.

    Texts are compared in any case and spacing. One that is not listed is refused, or becomes
    `otherwise` where that is given.
    """
    column, value = filled(cells, spec)
    return _meaning(column, value, spec, spec.get("values", {})) if value else None


def rating(cells: Cells, spec: Spec) -> str | None:
    """red, amber_red, amber, amber_green, green or complete; `values` adds to the usual words."""
    column, value = filled(cells, spec)
    return _meaning(column, value, spec, {**RATINGS, **spec.get("values", {})}) if value else None


def flag(cells: Cells, spec: Spec) -> bool | None:
    """Yes or no; `true` and `false` list this source's own words for them."""
    column, value = filled(cells, spec)
    if not value:
        return None
    if means(value, spec.get("true", TRUE)):
        return True
    if means(value, spec.get("false", FALSE)):
        return False
    raise Unusable(column, f"{quoted(value)} is neither yes nor no.")


def _meaning(column: str, value: str, spec: Spec, values: dict[str, str]) -> str | None:
    for words in sorted(values, key=lambda words: "*" in words or "…" in words):
        if means(value, (words,)):
            return values[words] or None
    if "otherwise" in spec:
        return spec["otherwise"] or None
    raise Unusable(column, f"{quoted(value)} has no meaning here yet. Say what it becomes.")
