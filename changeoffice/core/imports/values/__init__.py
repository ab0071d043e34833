"""Value rules: from a row's cells to a value, or a sentence why not. Pure functions.

Each takes the cells by column name and a spec, which is data: {"rule": "date", "column": "Start"}.
Every spec may say: `column` (a name, or several: the first that the row fills), `required`, and
`empty` (texts that mean “no value”; see `cells.filled`), and `sentences` "no_value" (words where a
value was due explain why there is none). What else a rule knows stands in its
docstring. An empty text is "", any other missing value is None.
"""

from collections.abc import Callable
from typing import Any

from changeoffice.core.imports.values.amounts import money, number
from changeoffice.core.imports.values.cells import Cells, Spec, Unusable
from changeoffice.core.imports.values.choices import choice, flag, rating
from changeoffice.core.imports.values.dates import order_of
from changeoffice.core.imports.values.days import day, day_after, days
from changeoffice.core.imports.values.persons import Directory, Someone, person
from changeoffice.core.imports.values.texts import code, long_text, text
from changeoffice.core.imports.values.threads import comments

__all__ = ["RULES", "Cells", "Directory", "Someone", "Spec", "Unusable", "order_of"]

RULES: dict[str, Callable[[Cells, Spec], Any]] = {
    "text": text, "long_text": long_text, "code": code, "date": day, "date_plus": day_after,
    "days": days, "number": number, "money": money, "choice": choice, "rating": rating,
    "flag": flag, "person": person, "comments": comments,
}  # fmt: skip
