"""Text and codes."""

import html

from changeoffice.core.imports.values.cells import Cells, Spec, filled

CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32)])


def text(cells: Cells, spec: Spec) -> str:
    """Plain text on one line: entities resolved once, control characters and outer space gone.

    `max` characters are kept (20,000 unless told); `lines` keeps line breaks.
    """
    value = html.unescape(filled(cells, spec, empty=())[1]).translate(CONTROL)
    value = value.strip() if spec.get("lines") else " ".join(value.split())
    return value[: spec.get("max", 20_000)]


def code(cells: Cells, spec: Spec) -> str:
    """A code that a spreadsheet may have taken for a number: leading zeros given back to `width`."""
    value = text(cells, spec)
    return value.zfill(spec.get("width", 0)) if value.isdigit() else value
