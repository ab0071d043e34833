"""One filter of a list, drawn from the address, for the filter bar."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest


def chip(
    request: HttpRequest,
    name: str,
    label: str,
    options: Iterable[tuple[Any, Any]],
    kind: str = "choice",
) -> dict[str, Any]:
    value = request.GET.get(name, "")
    drawn = [
        {"value": str(v), "label": str(words), "selected": str(v) == value} for v, words in options
    ]
    chosen = next((row["label"] for row in drawn if row["selected"]), value)
    return {
        "name": name, "label": label, "kind": kind, "icon": "search" if kind == "text" else "",
        "options": drawn, "value": value, "is_set": bool(value), "value_label": chosen,
    }  # fmt: skip
