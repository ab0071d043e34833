"""Finding a column by a name that another year or another hand wrote a little differently."""

import re


def found_in(columns: list[str], name: str) -> str:
    """The column of that name: exactly, in any case and spacing, or by a pattern with *; else ""."""
    if name in columns:
        return name
    wanted = bare(name)
    for column in columns:
        if bare(column) == wanted:
            return column
    if "*" in name:
        parts = [bare(part) for part in name.split("*")]
        return next((column for column in columns if _fits(bare(column), parts)), "")
    return ""


def bare(name: str) -> str:
    """A name without case, spaces, hyphens and underscores."""
    return re.sub(r"[\s_\-]+", "", name).casefold()


def _fits(text: str, parts: list[str]) -> bool:
    """Whether the parts stand in the text in this order, the first at its start, the last at its end."""
    if not text.startswith(parts[0]):
        return False
    place = len(parts[0])
    for part in parts[1:-1]:
        if (at := text.find(part, place)) < 0:
            return False
        place = at + len(part)
    return len(text) - len(parts[-1]) >= place and text.endswith(parts[-1])
