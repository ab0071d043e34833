"""What a downstream app tells the importer about one kind of record."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Protocol

from django.db.models.functions import Lower

from changeoffice.core import ports
from changeoffice.core.access.grants import grants_of
from changeoffice.core.imports.models import ImportedValues
from changeoffice.core.people.models import BusinessUnit, Office
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotNow, NotSeen
from changeoffice.core.record.models import Alias, Work

IMPORTERS = ("analyst", "manager", "administrator", "integration")

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


@dataclass(frozen=True)
class Known:
    """A record a source has named before, and what it last said of it (None: nothing kept)."""

    record_id: int
    values: dict[str, Any] | None


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

    def known(self, source: str, external_ids: Iterable[str]) -> dict[str, Known]:
        """What earlier files of this source made of these ids, in whatever capitals."""

    def remember(self, record: Any, source: str, external_id: str, values: dict[str, Any]) -> None:
        """Keep the record's id in that source, and what the source last said of it."""

    def same_as(self, values: dict[str, Any], *, by) -> Any:
        """The record a row means that no file of this source named before, or None."""

    def values_now(self, record: Any) -> dict[str, Any]: ...

    def understand(self, values: dict[str, Any], record: Any, *, source: str, by) -> dict[str, Any]:
        """The row's values as they would stand on the record (None: on a new one): names turned
        into what they name. Raises Invalid with the field whose value names nothing."""

    def create(self, values: dict[str, Any], *, source: str, by) -> Any: ...

    def update(self, record: Any, changes: dict[str, Any], *, source: str, by) -> None: ...

    def taking(self) -> AbstractContextManager[None]:
        """Around all rows of a file: what is computed once at their end, what is read once."""

    def title_of(self, record: Any) -> str: ...

    def mark_of(self, record: Any) -> str:
        """The record's RAG code, or "" where the kind has none."""

    def close(self, record: Any, *, by, reason: str) -> None:
        """The complete file no longer holds it. Raises NotNow where absence closes nothing."""


class WorkFile:
    """What kinds of Works have in common; a kind says its model and fields, and how to write."""

    model: type[Work]
    roles: tuple[str, ...] = IMPORTERS
    name: str
    title: str
    fields: tuple[Field, ...]

    def may(self, person) -> bool:
        return grants_of(person).has(*self.roles)

    def rows(self):
        """The records with what `values_now` reads of others."""
        return self.model._default_manager.all()

    def existing(self, record_ids: Iterable[int]) -> dict[int, Any]:
        return {row.pk: row for row in self.rows().filter(pk__in=list(record_ids))}

    def space(self, source: str) -> str:
        """A source may number its projects and its milestones alike: each kind has its own names."""
        return f"{source[:40]}:{self.name}"[:60]

    def known(self, source: str, external_ids: Iterable[str]) -> dict[str, Known]:
        wanted = {name.lower() for name in external_ids}
        rows = Alias.objects.filter(source=self.space(source))
        rows = rows.annotate(low=Lower("external_id")).filter(low__in=wanted)
        return {
            row.external_id: Known(row.record_id, getattr(row, "last_import", None)
                                   and row.last_import.values)
            for row in rows.select_related("last_import")
        }  # fmt: skip

    def remember(self, record: Any, source: str, external_id: str, values: dict[str, Any]) -> None:
        alias, _ = Alias.objects.get_or_create(
            source=self.space(source), external_id=external_id, defaults={"record_id": record.pk}
        )
        if alias.record_id != record.pk:
            return  # a title may be the name of another record already
        ImportedValues.objects.get_or_create(alias=alias)
        # Under whichever of its names it comes next time, this is what was said last.
        said = ImportedValues.objects.filter(alias__record_id=record.pk, alias__source=alias.source)
        said.update(values=values)

    def same_as(self, values: dict[str, Any], *, by) -> Any:
        return None

    def living_from(self, source: str) -> dict[int, Any]:
        """What this source named and has not ended, where a file without it may end it."""
        if type(self).close is WorkFile.close:
            return {}
        named = Alias.objects.filter(source=self.space(source), record__kind=self.model.kind)
        living = self.rows().filter(pk__in=named.values("record_id"))
        return {row.pk: row for row in living.exclude(state__in=self.model.closed_states())}

    def understand(self, values: dict[str, Any], record: Any, *, source: str, by) -> dict[str, Any]:
        if record is not None and by is not None and not record.is_visible_to(by):
            raise NotSeen("This row belongs to something you may not see.")
        found = self.meant(values, record, source, by)
        if by is not None:
            self._within_reach(found, record, by)
        return found

    def _within_reach(self, values: dict[str, Any], record: Any, by) -> None:
        """Whoever takes files in for one unit makes nothing in another, and moves nothing there."""
        if "unit" not in {spec.name for spec in self.fields}:
            return
        if record is not None and "unit" not in values:
            return
        scope, code = grants_of(by).scope(*self.roles), values.get("unit") or ""
        if scope.everywhere or (record is not None and record.unit and record.unit.code == code):
            return
        unit = BusinessUnit.objects.filter(code=code).first() if code else None
        if unit is None or not scope.covers(unit.pk):
            raise Invalid(unit="You may not take in files for this unit. Name one of yours.")

    def meant(self, values: dict[str, Any], record: Any, source: str, by) -> dict[str, Any]:
        return values

    def taking(self) -> AbstractContextManager[None]:
        return nullcontext()

    def title_of(self, record: Any) -> str:
        return record.title

    def mark_of(self, record: Any) -> str:
        return ""

    def close(self, record: Any, *, by, reason: str) -> None:
        raise NotNow(f"A file without {record.reference} does not end it. End it on its page.")


NOT_YOURS = "Taking in files needs another role than yours."


def kinds_for(person) -> list[ImportKind]:
    """What this person may take in, in the order the office learnt it."""
    return [kind for kind in ports.import_kinds.values() if kind.may(person)]


def may_import(person) -> bool:
    return bool(kinds_for(person))


@contextmanager
def living_on(moment: date | datetime | None, *, after: datetime | None = None) -> Iterator[None]:
    """Write at the time a source gives, so that history has its true past; a record that has
    lived beyond that time (`after`) is written now. A day stands for its noon."""
    moment = moment_of(moment)
    if moment is None or moment >= clock.now() or (after is not None and moment < after):
        yield
    else:
        with clock.set_clock(moment):
            yield


def moment_of(said: date | datetime | str | None) -> datetime | None:
    """A moment a source gives, or a day's noon."""
    if isinstance(said, str):
        said = datetime.fromisoformat(said)
    if said is None or isinstance(said, datetime):
        return said
    return datetime.combine(said, time(12), Office.current().zone)
