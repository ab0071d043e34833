"""What every value rule starts from: the cell a spec names, or that there is no value in it."""

from typing import Any

Cells = dict[str, str]
Spec = dict[str, Any]
# What spreadsheets and exports write where there is nothing; a spec's own `empty` replaces it.
EMPTY = ("#N/A", "N/A", "NULL", "-", "–", "—")


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
    """Column and text of the first named column that the row fills, as it stands."""
    names = [name for name in columns_of(spec) if name in cells]
    for name in names:
        if cells[name].strip():
            return name, cells[name]
    return (names or columns_of(spec) or [""])[0], ""


def filled(cells: Cells, spec: Spec, empty: tuple[str, ...] = EMPTY) -> tuple[str, str]:
    """Column and stripped text; "" where the text means “no value”.

    `empty` in the spec lists such texts in any case; one that ends with * is a beginning:
    ["#N/A", "TBD", "Exempt under*"]. A required value that is missing raises Unusable.
    """
    column, text = raw(cells, spec)
    text = text.replace("\xa0", " ").strip()
    if text and means(text, spec.get("empty", empty)):
        text = ""
    if not text and spec.get("required"):
        raise Unusable(column, "This may not be empty.")
    return column, text


def means(text: str, patterns: Any) -> bool:
    """Whether the text is one of these, in any case; a trailing * or … stands for any rest."""
    said = " ".join(text.split()).casefold()
    for pattern in patterns:
        wanted = " ".join(str(pattern).split()).casefold()
        if said == wanted or (wanted[-1:] in ("*", "…") and said.startswith(wanted[:-1])):
            return True
    return False


def quoted(text: str) -> str:
    """A cell's text in a message, not longer than a line."""
    return f"“{text[:40]}{'…' if len(text) > 40 else ''}”"
