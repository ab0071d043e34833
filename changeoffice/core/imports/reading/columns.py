"""Finding a column by a name that another year or another hand wrote a little differently."""

from changeoffice.core.imports.patterns import bare, fits


def found_in(columns: list[str], name: str) -> str:
    """The column of that name: exactly, in any case and spacing, or by a pattern with *; else ""."""
    if name in columns:
        return name
    wanted = bare(name)
    for column in columns:
        if bare(column) == wanted:
            return column
    return next((column for column in columns if "*" in name and fits(column, name)), "")
