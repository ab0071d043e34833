"""Dependencies out of a file: from a giver's milestone to a getter's."""

from contextlib import AbstractContextManager
from typing import Any

from changeoffice.core.access.grants import grants_of
from changeoffice.core.imports import finding
from changeoffice.core.imports.kinds import Field, WorkFile
from changeoffice.core.record.errors import Invalid
from portfolio import engine
from portfolio.imports.place import MAPPINGS
from portfolio.models import Dependency, Milestone, Project

PLAIN = ("title", "acceptance", "need_by")
COUNTS = {"lag": 0, "tolerance": 5}
STATES = (("proposed", "Proposed"), ("agreed", "Agreed"))

FIELDS = (
    Field("title", "What is needed", required=True, max=200,
          synonyms=("dependency", "what is needed", "title", "name", "deliverable")),
    Field("giver", "Giver", "reference", required=True,
          synonyms=("giver", "from", "predecessor", "provided by", "depends on"),
          hint="A milestone, or a project for its last milestone: reference or number."),
    Field("getter", "Getter", "reference", required=True,
          synonyms=("getter", "to", "successor", "needed by project", "dependent"),
          hint="A milestone, or a project for its last milestone: reference or number."),
    Field("need_by", "Needed by", "date", synonyms=("needed by", "need by", "required by")),
    Field("lag", "Lag in working days", "number", synonyms=("lag",)),
    Field("tolerance", "Tolerance in working days", "number", synonyms=("tolerance",)),
    Field("acceptance", "Accepted when", "long_text", synonyms=("acceptance criteria",)),
    Field("state", "State", "choice", choices=STATES, synonyms=("status", "state"),
          hint="Proposed when left out: both sides then agree here."),
)  # fmt: skip


class DependencyFile(WorkFile):
    name, title, model = "dependencies", "Dependencies", Dependency
    mappings, fields = MAPPINGS, FIELDS

    def rows(self):
        return Dependency.objects.select_related("giver__project", "getter__project__reading")

    def values_now(self, link: Dependency) -> dict[str, Any]:
        return {name: getattr(link, name) for name in (*PLAIN, *COUNTS)} | {
            "giver": link.giver.reference, "getter": link.getter.reference,
            "state": "proposed" if link.state == "proposed" else "agreed",
        }  # fmt: skip

    def meant(self, values, record, source, by) -> dict[str, Any]:
        found = dict(values)
        for end in ("giver", "getter"):
            if end in found:
                found[end] = _end(found[end], end, source, by).reference
        for name, usual in COUNTS.items():
            if name in found:
                found[name] = _whole(found[name], name, usual)
        if "state" in found:
            found["state"] = found["state"] or "proposed"
            if found["state"] == "agreed" and not _may_agree(record, by):
                raise Invalid(state="Both owners agree it here, or a manager takes it over as agreed. "
                                    "Give proposed.")  # fmt: skip
        if record is not None:
            _keep_ends(found, record)
        return found

    def create(self, values: dict[str, Any], *, source: str, by) -> Dependency:
        given = {name: values[name] for name in (*PLAIN, *COUNTS) if name in values}
        ends = {
            end: finding.record(Milestone, values[end], end, source=source, by=by)
            for end in ("giver", "getter")
        }
        return Dependency.take_over(by=by, agreed=values.get("state") == "agreed", **ends, **given)

    def update(self, link: Dependency, changes: dict[str, Any], *, source: str, by) -> None:
        given = {name: changes[name] for name in (*PLAIN, *COUNTS) if name in changes}
        link.take_report(by=by, state=changes.get("state", ""), **given)

    def taking(self) -> AbstractContextManager[None]:
        return engine.together()

    def mark_of(self, link: Dependency) -> str:
        return link.getter.project.rag.code if link.getter.project.rag else ""


def _end(words: str, field: str, source: str, by) -> Milestone:
    """The milestone of that name; for a project, its last one."""
    if not words:
        raise Invalid(**{field: "Name a milestone or a project."})
    try:
        return finding.record(Milestone, words, field, source=source, by=by)
    except Invalid as no_milestone:
        try:
            project = finding.record(Project, words, field, source=source, by=by)
        except Invalid:
            raise Invalid(
                **{field: f"There is no milestone or project “{words[:60]}” here."}
            ) from no_milestone
    last = project.milestones.exclude(state="dropped").order_by("baseline_on", "pk").last()
    if last is None:
        raise Invalid(**{field: f"{project.reference} has no milestone yet; give it one first."})
    return last


def _may_agree(record: Dependency | None, by) -> bool:
    if by is None or (record is not None and record.state != "proposed"):
        return True
    return grants_of(by).has("manager")


def _whole(value: Any, field: str, usual: int) -> int:
    if value is None:
        return usual
    if value != int(value) or not -250 <= value <= 250 or (field == "tolerance" and value < 0):
        raise Invalid(**{field: "Give whole working days, at most 250."})
    return int(value)


def _keep_ends(values: dict[str, Any], record: Dependency) -> None:
    for end in ("giver", "getter"):
        held = getattr(record, end).reference
        if values.get(end, held) != held:
            raise Invalid(**{end: f"It is {held} here. Withdraw this promise and make another."})
