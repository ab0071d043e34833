"""Value rules: from a row's cells to a value, or a sentence why not. Pure functions.

Each takes the cells by column name and a spec, which is data: {"rule": "date", "column": "Start"}.
Every spec may say: `column` (a name, or several: the first that the row fills), `required`, and
`empty` (texts that mean “no value”; see `cells.filled`). What else a rule knows stands in its
docstring.
"""

from collections.abc import Callable
from typing import Any

from changeoffice.core.imports.values.amounts import money, number
from changeoffice.core.imports.values.cells import Cells, Spec, Unusable
from changeoffice.core.imports.values.days import day, day_after
from changeoffice.core.imports.values.texts import code, text

__all__ = ["RULES", "Cells", "Spec", "Unusable"]

RULES: dict[str, Callable[[Cells, Spec], Any]] = {
    "text": text, "code": code, "date": day, "number": number, "money": money,
    "date_plus": day_after,
}  # fmt: skip
