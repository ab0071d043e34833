"""Comments that stand in one cell, each with who said it."""

import re
from typing import Any

from changeoffice.core.imports.values.cells import Cells, Spec, filled
from changeoffice.core.imports.values.texts import CONTROL, undone

LONGEST_NAME = 120
LONGEST = 20_000


def comments(cells: Cells, spec: Spec) -> list[list[Any]]:
    """Every comment as [author, None, text], in their order.

    `between` is what stands between two of them (" | " unless told), `begins` how one begins, with
    a * for the author ("[*]: "). `escapes` and `doubled` as for long text.
    """
    value = filled(cells, spec, empty=())[1]
    before, _, after = spec.get("begins", "[*]: ").partition("*")
    between = re.escape(spec.get("between", " | "))
    author = rf"([^{re.escape(before[:1] + after[:1])}\n]{{1,{LONGEST_NAME}}})"
    start = rf"(?:^|{between}){re.escape(before)}{author}{re.escape(after)}"
    parts = re.split(start, value)
    found = [["", None, _text(parts[0], spec)]]
    found += [
        [name.strip(), None, _text(text, spec)]
        for name, text in zip(parts[1::2], parts[2::2], strict=True)
    ]
    return [said for said in found if said[2]]


def _text(said: str, spec: Spec) -> str:
    return undone(said, spec).translate(CONTROL).strip()[:LONGEST]
