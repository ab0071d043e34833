"""Text, codes and long text."""

import html

from changeoffice.core.imports.values.cells import Cells, Spec, Unusable, filled
from changeoffice.core.imports.values.markup import as_markdown, looks_like_html

CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])
LONGEST = 20_000


def text(cells: Cells, spec: Spec) -> str:
    """Plain text on one line: entities resolved once, control characters and outer space gone.

    `max` characters are kept (20,000 unless told); `lines` keeps line breaks. `form` says how the
    value of one of several columns is written: {"Id": "Project {}"}.
    """
    column, found = filled(cells, spec, empty=())
    if found and column in spec.get("form", ()):
        found = spec["form"][column].replace("{}", found)
    value = html.unescape(found).translate(CONTROL)
    value = value.strip() if spec.get("lines") else " ".join(value.split())
    return _required(column, value, spec)[: spec.get("max", LONGEST)]


def long_text(cells: Cells, spec: Spec) -> str:
    """Text of many lines as Markdown: HTML turned into it, three and more line breaks into two.

    `escapes` undoes line breaks, tabs and quotes that an export wrote as two characters (a
    backslash and n, t or "); `doubled` makes one quote of two, where an export doubled them twice.
    `max` characters are kept, 20,000 unless told.
    """
    column, value = filled(cells, spec, empty=())
    value = undone(value, spec)
    value = value.replace("\r\n", "\n").replace("\r", "\n").translate(CONTROL)
    value = as_markdown(value) if looks_like_html(value) else html.unescape(value)
    lines = [line.rstrip() for line in value.split("\n")]
    kept = [line for place, line in enumerate(lines) if line or (place and lines[place - 1])]
    return _required(column, "\n".join(kept).strip(), spec)[: spec.get("max", LONGEST)]


def code(cells: Cells, spec: Spec) -> str:
    """A code that a spreadsheet may have taken for a number: leading zeros given back to `width`."""
    value = text(cells, spec)
    return value.zfill(spec.get("width", 0)) if value.isdigit() else value


def undone(value: str, spec: Spec) -> str:
    """Without what an export did to quotes and line breaks."""
    if spec.get("doubled"):
        value = value.replace('""', '"')
    return unescaped(value) if spec.get("escapes") else value


def unescaped(value: str) -> str:
    r"""“\n”, “\t”, “\"” and “\\” as the signs they stand for; other backslashes stay."""
    signs = {"n": "\n", "r": "", "t": "\t", '"': '"', "\\": "\\"}
    parts, place = [], 0
    while (at := value.find("\\", place)) >= 0 and at + 1 < len(value):
        sign = signs.get(value[at + 1], value[at : at + 2])
        parts += [value[place:at], sign]
        place = at + 2
    return "".join([*parts, value[place:]])


def _required(column: str, value: str, spec: Spec) -> str:
    if not value and spec.get("required"):
        raise Unusable(column, "This may not be empty.")
    return value
