"""An import: one file on its way from somebody's desk into the office."""

from typing import Any, ClassVar
from uuid import uuid4

from django.db import models

from changeoffice.core import ports
from changeoffice.core.access.rules import MANAGER, NOBODY, OWNER, Rule
from changeoffice.core.imports.models.lines import Progress
from changeoffice.core.outbox.models import enqueue
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotAllowed
from changeoffice.core.record.history import tracked
from changeoffice.core.record.models import Reach, Work
from changeoffice.core.record.workflow import State, guard, transition

AT_REST = ("uploaded", "matched", "checked", "stopped", "failed")
MOST_ABSENT = 10  # per cent of what a source named that may end without a second confirmation
SIDES = ("file", "hand")


class TakesIn(Rule):
    """Uploaded it, and may still take in files of its kind. Nobody else: what stands in a file is
    not for everybody who may take files in."""

    def holds(self, person, thing) -> bool:
        kind = ports.import_kinds.get(thing.of)
        return bool(kind and OWNER.holds(person, thing) and kind.may(person))

    @property
    def words(self) -> str:
        return "whoever uploaded it"


TAKES_IN = TakesIn()


def _place(record, name: str) -> str:
    """A random name: what a person calls a file never reaches the disk."""
    return f"imports/{clock.now():%Y/%m}/{uuid4().hex}.{record.format or 'csv'}"


@guard("Decide each conflict with an edit made by hand first.")
def has_no_open_conflict(record) -> bool:
    return not record.open_conflicts


@guard(f"Confirm that more than {MOST_ABSENT} % of what this source named shall end.")
def confirmed_what_ends(record) -> bool:
    return record.confirmed or not record.ends_many


@guard("Do the dry run first.")
def was_checked(record) -> bool:
    return record.checked_at is not None


@guard("No row of this file would be taken in.")
def takes_something(record) -> bool:
    return record.accepted > 0 or (record.complete and record.absent > 0)


@tracked
class Import(Work):
    """Its verbs lead a file through matching, a dry run and the one transaction that takes it in."""

    kind, prefix, plural = "import", "IMP", "imports"
    states: ClassVar[dict[str, State]] = {
        "uploaded": State("Uploaded", "info"), "matched": State("Matched", "info"),
        "checking": State("In dry run", "info"), "checked": State("Ready to import", "warn"),
        "running": State("Importing", "info"), "done": State("Imported", "good", closed=True),
        "stopped": State("Stopped, nothing saved", "neutral"),
        "failed": State("Failed, nothing saved", "bad"),
    }  # fmt: skip
    editors = NOBODY
    # Large and rebuilt by every dry run: what became of a row stands in the record's own history.
    counters = ("mapping", "decisions", "told", "notes")

    of = models.CharField("kind of record", max_length=40)
    format = models.CharField(max_length=8, blank=True, editable=False)
    file = models.FileField(upload_to=_place, blank=True, max_length=200, editable=False)
    file_name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    shape = models.JSONField("shape of the file", default=dict)
    notes = models.JSONField(default=list, editable=False)
    mapping = models.JSONField(default=dict, editable=False)
    mapping_name = models.CharField("mapping", max_length=60, blank=True)
    source = models.CharField(max_length=60, blank=True)
    decisions = models.JSONField(default=dict, editable=False)
    complete = models.BooleanField("declared complete", default=False)
    confirmed = models.BooleanField("many may end", default=False)
    attempt = models.PositiveIntegerField(default=0, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    conflicts = models.PositiveIntegerField(default=0)
    absent = models.PositiveIntegerField(default=0)
    absent_of = models.PositiveIntegerField(default=0, editable=False)
    told = models.JSONField(default=dict, editable=False)  # what the dry run said beside its lines
    trouble = models.TextField("what went wrong", blank=True)

    @classmethod
    def upload(cls, *, by, of: str, file_name: str, **fields: Any) -> "Import":
        """Keep a file somebody wants taken in; nothing of it is used yet."""
        kind = ports.import_kinds.get(of)
        if kind is None:
            known = ", ".join(ports.import_kinds)
            raise Invalid(of=f"Files of {of[:40]} are not taken. Known: {known}.")
        if by is not None and not kind.may(by):
            raise NotAllowed(f"Importing {kind.title.lower()} needs another role than yours.")
        made = cls.bear(
            by=by, verb="upload", state="uploaded", words="uploaded", quiet=True, owner=by, of=of,
            title=file_name[:200], file_name=file_name[:200],
            reach=getattr(kind, "reach", Reach.ROLES), **fields,
        )  # fmt: skip
        Progress.objects.create(of=made)
        return made

    # questions -----------------------------------------------------------------------------------
    @property
    def accepted(self) -> int:
        """Rows that go in; the others are refused."""
        return max(self.rows - self.refused, 0)

    @property
    def at_work(self) -> bool:
        return self.state in ("checking", "running")

    @property
    def open_conflicts(self) -> int:
        return self.conflicts - len(self.decisions)

    @property
    def absent_percent(self) -> int:
        return round(100 * self.absent / self.absent_of) if self.absent_of else 0

    @property
    def ends_many(self) -> bool:
        return self.complete and self.absent * 100 > self.absent_of * MOST_ABSENT

    def decided(self) -> dict[tuple[int, str], str]:
        """By row number and field, as taking in wants it."""
        found = {}
        for key, side in self.decisions.items():
            row, _, field = key.partition(":")
            found[int(row), field] = side
        return found

    # verbs ---------------------------------------------------------------------------------------
    @transition(AT_REST, "uploaded", who=TAKES_IN, told="corrected how to read", door=False)
    def read_as(self, *, by, shape: dict[str, Any], notes: list[str], mapping: dict[str, Any]):
        """Read the file another way: its columns are matched anew."""
        self.shape, self.notes = shape, notes
        self._match(mapping)

    @transition(AT_REST, "matched", who=TAKES_IN, told="matched the columns of", door=False)
    def match(self, *, by, mapping: dict[str, Any]):
        """Say what each column means; what a dry run said before counts no longer."""
        self._match(mapping)

    @transition(AT_REST, "checking", who=TAKES_IN, label="Dry run", tone="primary",
                told="asked for a dry run of")  # fmt: skip
    def dry_run(self, *, by):
        """Have a worker say what would happen to each row; nothing is saved."""
        self._ask()

    @transition("checked", None, who=TAKES_IN, told="decided conflicts of", door=False, quiet=True)
    def decide(self, *, by, decisions: dict[str, str], complete=None, confirmed=None):
        """Choose between the file and edits made by hand, and say whether the file is complete."""
        wrong = {key: "Choose “file” or “hand”." for key, side in decisions.items()
                 if side not in SIDES}  # fmt: skip
        open_now = self.conflict_keys() if decisions else set()
        wrong |= {key[:80]: "There is no such conflict." for key in set(decisions) - open_now}
        if wrong:
            raise Invalid(**wrong)
        self.decisions = self.decisions | decisions
        self.complete = self.complete if complete is None else complete
        self.confirmed = self.complete and (self.confirmed if confirmed is None else confirmed)

    @transition(
        ("checked", "stopped", "failed"), "running", who=TAKES_IN, label="Import", tone="primary",
        told="started", guards=[was_checked, takes_something, has_no_open_conflict,
                                confirmed_what_ends],
    )  # fmt: skip
    def run(self, *, by):
        """Have a worker take all accepted rows in, in one transaction."""
        self._ask()

    @transition(("checking", "running"), "stopped", who=TAKES_IN | MANAGER, tone="danger",
                label="Stop, save nothing", told="stopped")  # fmt: skip
    def stop(self, *, by):
        """End it; what the worker has written so far is taken back."""
        self.trouble = ""

    # what the worker says ------------------------------------------------------------------------
    @transition("checking", "checked", who=NOBODY, told="checked", door=False, quiet=True)
    def say_checked(self, *, by, counts: dict[str, Any], at: Any):
        """The dry run is done: its counts stand beside its lines."""
        self._say(counts)
        self.checked_at = at
        self.confirmed = False

    @transition("running", "checked", who=NOBODY, told="found the office changed for", door=False,
                quiet=True)  # fmt: skip
    def say_changed(self, *, by, counts: dict[str, Any], at: Any):
        """The office is not as the dry run saw it: nothing was saved, look again."""
        self._say(counts)
        self.checked_at = at
        self.confirmed = False

    @transition(("uploaded", "running"), "done", who=NOBODY, told="took in", door=False, quiet=True)
    def say_done(self, *, by, counts: dict[str, Any]):
        """Written in the transaction that holds every row: both are there, or neither."""
        self._say(counts)

    @transition(("checking", "running"), "failed", who=NOBODY, told="could not finish", door=False,
                quiet=True)  # fmt: skip
    def say_failed(self, *, by, trouble: str):
        """It ended without saving anything, and says why."""
        self.trouble = trouble

    def _match(self, mapping: dict[str, Any]) -> None:
        self.mapping = mapping
        self.mapping_name, self.source = (
            mapping.get("name", "")[:60],
            mapping.get("source", "")[:60],
        )
        self.checked_at, self.decisions, self.trouble = None, {}, ""
        self.complete = self.confirmed = False

    def _ask(self) -> None:
        self.attempt += 1
        self.trouble = ""
        enqueue("import", f"import:{self.pk}:{self.attempt}", pk=self.pk, attempt=self.attempt)

    def _say(self, counts: dict[str, Any]) -> None:
        for name, value in counts.items():
            setattr(self, name, value)
        self.trouble = ""

    def conflict_keys(self) -> set[str]:
        rows = self.lines.filter(outcome="conflict").values_list("row", "changes")
        return {f"{row}:{c['field']}" for row, changes in rows for c in changes if c["conflict"]}
