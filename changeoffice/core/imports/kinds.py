"""What a downstream app tells the importer about one kind of record."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

TYPES = (
    "text", "long_text", "date", "money", "number", "choice", "person", "reference", "flag",
    "code", "comments",
)  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One field a column of a file may fill, as the page that maps columns offers it."""

    name: str
    label: str
    type: str = "text"
    required: bool = False
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    synonyms: tuple[str, ...] = ()  # names columns of other systems go by, in small letters
    many: bool = False
    max: int = 0
    words: Callable[[Any], str] | None = None  # how a value reads, where its text does not do


class ImportKind(Protocol):
    """Every method that reads answers for many rows; those that write take one row.

    A value a kind hands out or takes is what JSON can keep, or a date, a moment or a Decimal:
    people by user name, records by reference, so that what a file says compares with what is here.
    """

    name: str
    title: str
    mappings: Path
    fields: tuple[Field, ...]

    def may(self, person) -> bool:
        """Whether this person may take in files of this kind."""

    def existing(self, record_ids: Iterable[int]) -> dict[int, Any]: ...

    def values_now(self, record: Any) -> dict[str, Any]: ...

    def understand(self, values: dict[str, Any], record: Any, *, source: str, by) -> dict[str, Any]:
        """The row's values as they would stand on the record (None: on a new one): names turned
        into what they name. Raises Invalid with the field whose value names nothing."""

    def create(self, values: dict[str, Any], *, by) -> Any: ...

    def update(self, record: Any, changes: dict[str, Any], *, by) -> None: ...

    def taking(self) -> AbstractContextManager[None]:
        """Around all rows of a file: what is computed once at their end, what is read once."""

    def title_of(self, record: Any) -> str: ...

    def mark_of(self, record: Any) -> str:
        """The record's RAG code, or "" where the kind has none."""

    def close(self, record: Any, *, by, reason: str) -> None:
        """The complete file no longer holds it. Raises NotNow where absence closes nothing."""
