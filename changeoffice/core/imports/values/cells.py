"""What every value rule starts from: the cell a spec names, or that there is no value in it."""

from collections.abc import Iterable
from typing import Any

from changeoffice.core.imports.patterns import fits

Cells = dict[str, str]
Spec = dict[str, Any]
# What spreadsheets and exports write where there is nothing; a spec's own `empty` comes on top.
EMPTY = ("#N/A", "N/A", "NULL", "–", "—")


class Unusable(ValueError):
    """A cell that cannot become a value; `column` names it for the person who corrects the file."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column, self.message = column, message


def columns_of(spec: Spec) -> list[str]:
    """The names a spec gives for its column; years rename columns."""
    found = spec.get("column", [])
    return [found] if isinstance(found, str) else list(found)


def raw(cells: Cells, spec: Spec) -> tuple[str, str]:
    """Column and text of the first named column that the row fills, as it stands; else what stands
    in a column's name (`heading`, which the mapping turned into `text`)."""
    named = columns_of(spec)
    present = [name for name in named if name in cells]
    for name in present:
        if cells[name].strip():
            return name, cells[name]
    return (present or named or [spec.get("heading", "")])[0], spec.get("text", "")


def filled(cells: Cells, spec: Spec, empty: Iterable[str] = EMPTY) -> tuple[str, str]:
    """Column and stripped text; "" where the text means “no value”.

    `empty` in the spec lists such texts in any case and spacing; a * stands for any text:
    ["TBD", "Exempt under*"]. A required value that is missing raises Unusable.
    """
    column, text = raw(cells, spec)
    text = text.replace("\xa0", " ").strip()
    if text and means(text, (*empty, *spec.get("empty", ()))):
        text = ""
    if not text and spec.get("required"):
        raise Unusable(column, "This may not be empty.")
    return column, text


def means(text: str, patterns: Iterable[str]) -> bool:
    """Whether the text is one of these."""
    return any(fits(text, pattern) for pattern in patterns if pattern.strip())


def is_sentence(text: str) -> bool:
    """Words where a value was due: “On hold”, “Exempt under Section 26 of the Freedom of …”."""
    words = text.split()
    if not any(sign.isdigit() for sign in text):
        return True
    return len(words) > 3 and sum(word[:1].isalpha() for word in words) * 2 > len(words)


def quoted(text: str) -> str:
    """A cell's text in a message, not longer than a line."""
    line = " ".join(text.split())
    return f"“{line[:40]}{'…' if len(line) > 40 else ''}”"
