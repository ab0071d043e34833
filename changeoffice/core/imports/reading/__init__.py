"""Bytes become a table: what is in a file, told in plain words, and nothing of the database.

`guess` looks at a file and proposes its Shape, `read` turns it into a Table by a Shape a person
may have corrected. Both raise Invalid, with a sentence, for a file that cannot be used. Workbooks
are opened in a process of their own with little memory and time (`apart`); `files` has the same
functions without that.
"""

from changeoffice.core.imports.reading.apart import guess, read, sheets_of
from changeoffice.core.imports.reading.table import Guess, Row, Shape, Sheet, Table

__all__ = ["Guess", "Row", "Shape", "Sheet", "Table", "guess", "read", "sheets_of"]
