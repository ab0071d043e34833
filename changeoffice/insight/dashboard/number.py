"""One number of the dashboard."""

from dataclasses import dataclass
from typing import Any

from changeoffice.insight.measures import COLOURS

LETTERS = {"red": "R", "amber": "A", "green": "G", "complete": "done", "not_rated": "not rated"}


@dataclass
class Number:
    """A count or an amount, what it is called, and the list behind it."""

    measure: str
    value: Any
    url: str
    label: str = ""
    text: str = ""
    change: dict[str, str] | None = None
    currency: str = ""

    def __str__(self) -> str:
        return self.text or f"{self.value:,}"

    @property
    def code(self) -> str:
        """The colour word of a count by colour."""
        return next((c for c in COLOURS if self.measure.endswith(f"_{c}")), "")

    @property
    def as_words(self) -> str:
        return f"{self.value:,} {self.label.lower()}"

    @property
    def letter(self) -> str:
        return LETTERS.get(self.code, "")
