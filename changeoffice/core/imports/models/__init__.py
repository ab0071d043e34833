"""Imports: the record of each, what came of its rows, and what sources said."""

from changeoffice.core.imports.models.lines import OUTCOMES, ImportLine, Progress
from changeoffice.core.imports.models.record import MOST_ABSENT, TAKES_IN, Import
from changeoffice.core.imports.models.said import ImportedValues, SavedMapping

__all__ = ["MOST_ABSENT", "OUTCOMES", "TAKES_IN", "Import", "ImportLine", "ImportedValues",
           "Progress", "SavedMapping"]  # fmt: skip
