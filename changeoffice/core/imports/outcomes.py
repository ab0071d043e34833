"""What came of a file: a line for each row, and the counts of all."""

from dataclasses import dataclass, field
from hashlib import sha1
from json import dumps
from typing import Any


@dataclass
class Line:
    """What came of one row."""

    row: int
    outcome: str = "unchanged"  # created | updated | unchanged | refused | conflict
    record: Any = None
    reference: str = ""
    title: str = ""
    changes: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    cells: dict[str, str] = field(default_factory=dict)
    mark_before: str = ""
    mark_after: str = ""
    digest: str = ""
    wrote: bool = False

    def refuse(self, errors: list[dict[str, Any]], cells: dict[str, str]) -> None:
        self.outcome, self.errors, self.cells = "refused", errors, cells
        self.changes, self.wrote = [], False
        self.sign([[e["column"], e["message"]] for e in errors])

    def sign(self, told: list[Any]) -> None:
        """What a later run compares, to see whether the office moved in between."""
        refused = self.outcome == "refused"
        plain = dumps([refused, self.outcome == "created", told], sort_keys=True, default=str)
        self.digest = sha1(plain.encode(), usedforsecurity=False).hexdigest()


@dataclass
class Outcome:
    lines: list[Line] = field(default_factory=list)
    absent: list[Any] = field(default_factory=list)  # records this source named, not in the file
    absent_of: int = 0
    ended: int = 0
    columns: list[str] = field(default_factory=list)

    def counted(self, *outcomes: str) -> int:
        return sum(line.outcome in outcomes for line in self.lines)

    @property
    def created(self) -> int:
        return self.counted("created")

    @property
    def refused(self) -> int:
        return self.counted("refused")

    @property
    def updated(self) -> int:
        return sum(line.wrote and line.outcome != "created" for line in self.lines)

    @property
    def unchanged(self) -> int:
        return len(self.lines) - self.created - self.updated - self.refused

    @property
    def errors(self) -> list[dict[str, Any]]:
        """Everything a person has to look at, by row."""
        found = [
            {"row": line.row, "column": e["column"], "message": e["message"]}
            for line in self.lines for e in line.errors
        ]  # fmt: skip
        return found + [
            {"row": line.row, "column": change["field"],
             "message": f"{line.reference or line.title}: changed here by hand since the last import; kept."}
            for line in self.lines if line.outcome == "conflict"
            for change in line.changes if change["conflict"]
        ]  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        errors = sorted(self.errors, key=lambda error: error["row"])
        return {"created": self.created, "updated": self.updated, "unchanged": self.unchanged,
                "refused": self.refused, "errors": errors}  # fmt: skip
