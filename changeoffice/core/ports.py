"""What core asks of apps it may not import. Each is filled in an AppConfig.ready; each answers for
many records in one query. Keep them few.

next_steps   verbs a downstream app carries out on an upstream record (promote, hand over)
trail        the steps from idea to benefit around one record
waiting      things waiting for a person, for My work and the inbox
lineage      what records came from: rows of an id and the ids before it, nearest first
import_kinds what a file may hold
working_days the organisation's calendar
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple


@dataclass(frozen=True)
class TrailStep:
    """One of the four steps: idea, demand, project, benefit. A planned step has no reference."""

    kind: str
    label: str
    state: str  # done | current | future
    title: str = ""
    detail: str = ""
    reference: str = ""
    url: str = ""


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for a person, as My work shows it."""

    kind: str
    reference: str
    title: str
    url: str
    what: str  # "Approve, up to £412k"
    because: str  # the rule or role behind it
    since: datetime | None = None
    due: date | None = None
    action_label: str = "Open"
    acts: tuple[
        tuple[str, str], ...
    ] = ()  # label and address of what is done in place, in a dialog
    by_person: bool = (
        False  # somebody asks and waits for the answer; else a rule of the office does
    )


class Ask(NamedTuple):
    """Rows that wait for a person, and how each is told; the page reads all of them at once."""

    rows: Any
    tell: Callable[[Any], Waiting]


@dataclass(frozen=True)
class NextStep:
    """The command that carries a verb of an upstream record, and what it asks for."""

    command: Callable[..., Any]
    asks: dict[str, Any]


next_steps: dict[tuple[str, str], NextStep] = {}
trail: dict[str, Callable[[Any, Any], list[TrailStep]]] = {}
waiting: dict[str, Callable[[Any], list[Ask]]] = {}
lineage: list[Callable[[Collection[int], Any], Any]] = []
import_kinds: dict[str, Any] = {}
working_days: Callable[[], Any]
