"""One filter of a list, drawn from the address, for the filter bar."""

from collections.abc import Iterable, Mapping
from typing import Any

# A menu longer than this is no menu, and makes a page heavy; editing offers the whole list.
MENU_LIMIT = 200
Options = Iterable[tuple[Any, Any]]


def chip(
    asked: Mapping[str, Any], name: str, label: str, options: Options, icon: str = ""
) -> dict[str, Any]:
    """A choice out of (value, words)."""
    value = asked.get(name, "")
    drawn = [
        {"value": str(v), "label": str(words), "selected": str(v) == value} for v, words in options
    ]
    chosen = next((row["label"] for row in drawn if row["selected"]), value)
    return {
        "name": name, "label": label, "kind": "choice", "icon": icon, "options": drawn,
        "value": value, "is_set": bool(value), "value_label": chosen,
    }  # fmt: skip


def words_chip(
    asked: Mapping[str, Any], label: str, name: str = "search", placeholder: str = ""
) -> dict[str, Any]:
    """Words to look for."""
    value = asked.get(name, "")
    return {
        "name": name, "label": label, "kind": "text", "value": value, "is_set": bool(value),
        "placeholder": placeholder or label, "value_label": value,
    }  # fmt: skip
