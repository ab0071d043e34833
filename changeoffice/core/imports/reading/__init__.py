"""Bytes become a table: what is in a file, told in plain words, and nothing of the database.

`guess` looks at a file and proposes its Shape, `read` turns it into a Table by a Shape a person
may have corrected. Both raise Invalid, with a sentence, for a file that cannot be used. Workbooks
are opened in a process of their own with little memory and time, so use the `_safely` forms
wherever a file comes from outside.
"""

from changeoffice.core.imports.reading.apart import guess_safely, read_safely, sheets_safely
from changeoffice.core.imports.reading.files import guess, read, read_csv, sheets_of
from changeoffice.core.imports.reading.table import Guess, Row, Shape, Sheet, Table

__all__ = [
    "Guess", "Row", "Shape", "Sheet", "Table", "guess", "guess_safely", "read", "read_csv",
    "read_safely", "sheets_of", "sheets_safely",
]  # fmt: skip
