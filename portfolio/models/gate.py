"""Gates and their criteria: would it pass today, and if not, what stands in the way."""

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from changeoffice.core.access.models import Practice
from changeoffice.core.access.rules import role
from changeoffice.core.outbox.models import enqueue
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.clock import OfficeNow
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.history import tracked
from changeoffice.core.record.inputs import Choice, Date, Flag, LongText, Ref, Text
from changeoffice.core.record.models import visible
from changeoffice.core.record.workflow import State, guard, transition
from changeoffice.organisation.models import staff
from portfolio import lifecycle
from portfolio.lifecycle import Stage
from portfolio.models.parts import ProjectPart
from portfolio.models.project import Project
from portfolio.rules import DECIDES_GATE, KEEPS_PART, STEERS_PART

UNDECIDED = ("open", "held", "recycled")
MOST_CONDITIONS = 2
KEEPS_CRITERIA = KEEPS_PART | role("practice_owner")


class Decision(models.TextChoices):
    GO = "go", "Go"
    CONDITIONAL_GO = "conditional_go", "Go with conditions"
    HOLD = "hold", "Hold"
    RECYCLE = "recycle", "Recycle: do it again"
    STOP = "stop", "Stop the project"


AFTER = {
    Decision.GO: "passed", Decision.CONDITIONAL_GO: "conditional", Decision.HOLD: "held",
    Decision.RECYCLE: "recycled", Decision.STOP: "stopped",
}  # fmt: skip


@guard("An earlier gate is not decided yet.")
def is_next_gate(gate) -> bool:
    earlier = gate.project.gates.filter(position__lt=gate.position, state__in=UNDECIDED)
    return not earlier.exists()


@guard("The project has to be started first.")
def project_is_active(gate) -> bool:
    return gate.project.state == "active" or gate.position == 0


def criteria(person):
    return GateCriterion.objects.filter(visible(person, at="gate__"))


CRITERION = Ref(label="Criterion", rows=criteria)


@tracked
class Gate(ProjectPart):
    kind, prefix, plural = "gate", "GATE", "gates"
    states: ClassVar = {
        "open": State("To be decided", "info"),
        "passed": State("Passed", "good", closed=True),
        "conditional": State("Passed with conditions", "good", closed=True),
        "held": State("On hold", "warn"),
        "recycled": State("To be done again", "warn"),
        "stopped": State("Stopped", "bad", closed=True),
    }
    editors = KEEPS_PART

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="gates")
    code = models.CharField(max_length=4)
    position = models.PositiveSmallIntegerField()
    opens_stage = models.CharField(max_length=12, choices=Stage.choices)
    decision = models.CharField(max_length=16, choices=Decision.choices, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    rationale = models.TextField(blank=True)
    evidence = models.JSONField(default=list, editable=False)

    class Meta(ProjectPart.Meta):
        ordering = ["project_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["project", "position"], name="gate_once_per_position")
        ]

    # questions -----------------------------------------------------------------------------------
    @property
    def due_on(self) -> date | None:
        """When its milestone is expected now."""
        marks = [mark for mark in self.milestones.all() if mark.state != "dropped"]
        return marks[0].actual_on or marks[0].forecast_on if marks else None

    @property
    def would_hold_because(self) -> list[str]:
        """What stands in the way today; empty when it would pass."""
        today = clock.today()
        return [
            item.why_not(today) for item in self.criteria.all()
            if item.critical and not item.is_satisfied(today)
        ]  # fmt: skip

    @property
    def would_pass(self) -> bool:
        return not self.would_hold_because

    @property
    def done_and_all(self) -> tuple[int, int]:
        today, items = clock.today(), list(self.criteria.all())
        return sum(item.is_satisfied(today) for item in items), len(items)

    def unsatisfied(self) -> list["GateCriterion"]:
        today = clock.today()
        return [item for item in self.criteria.all() if not item.is_satisfied(today)]

    # verbs ---------------------------------------------------------------------------------------
    @transition(UNDECIDED, None, who=KEEPS_CRITERIA, told="recorded evidence for",
                label="Criterion is met",
                asks={"criterion": CRITERION,
                      "evidence": LongText(label="Evidence", lines=3, min=5,
                                           hint="Where it can be seen, and who checked it.")})  # fmt: skip
    def meet_criterion(self, *, by, criterion, evidence):
        """Say that a criterion is met, with the evidence."""
        mine = self._own(criterion)
        mine.put(state="met", evidence=evidence, by=by, expires_on=None)

    @transition(UNDECIDED, None, who=STEERS_PART, told="waived a criterion of", label="Waive a criterion",
                asks={"criterion": CRITERION,
                      "reason": LongText(label="Why it may be waived", lines=3, min=5),
                      "expires_on": Date(label="The waiver ends on")})  # fmt: skip
    def waive_criterion(self, *, by, criterion, reason, expires_on):
        """Let it pass without; who asks is who approves, so only sponsor or manager may."""
        if expires_on < clock.today():
            raise Invalid(expires_on="Choose today or later.")
        self._own(criterion).put(state="waived", evidence=reason, by=by, expires_on=expires_on)

    @transition(UNDECIDED, None, who=KEEPS_CRITERIA, told="reopened a criterion of",
                label="Reopen a criterion",
                asks={"criterion": CRITERION, "reason": Text(label="Why", max=500)})  # fmt: skip
    def reopen_criterion(self, *, by, criterion, reason):
        """It no longer holds."""
        self._own(criterion).put(state="open", evidence="", by=by, expires_on=None)

    @transition(UNDECIDED, None, who=KEEPS_PART, told="added a criterion to", label="Add a criterion",
                asks={"text": Text(label="What has to be true", min=5),
                      "practice": Choice(label="Practice", choices=Practice.choices, required=False),
                      "critical": Flag(label="The gate fails without it")})  # fmt: skip
    def add_criterion(self, *, by, text, practice="", critical=False):
        """Ask for one thing more."""
        last = self.criteria.aggregate(last=models.Max("position"))["last"] or 0
        GateCriterion.objects.create(
            gate=self, position=last + 1, text=text, practice=practice or "", critical=critical
        )

    @transition(UNDECIDED, "?", who=DECIDES_GATE, guards=[is_next_gate, project_is_active],
                tone="primary", told="decided", label="Decide",
                asks={"decision": Choice(label="Decision", choices=Decision.choices),
                      "rationale": LongText(label="Reason", lines=3),
                      "condition_owner": Ref(label="Who closes the conditions", rows=staff,
                                             key="username", required=False),
                      "conditions_due_on": Date(label="Conditions closed by",
                                                required=False)})  # fmt: skip
    def decide(self, *, by, decision, rationale, condition_owner=None, conditions_due_on=None):
        """Go, go with conditions, hold, recycle or stop; the evidence as it stands is kept."""
        self._refuse_unless_ready(decision, condition_owner, conditions_due_on)
        self.decision, self.rationale = decision, rationale
        self.decided_on, self.decided_by = clock.today(), by
        self.evidence = [item.as_it_stood() for item in self.criteria.all()]
        if decision in (Decision.GO, Decision.CONDITIONAL_GO):
            self._open_stage(by)
        if decision == Decision.CONDITIONAL_GO:
            self._track_conditions(by, condition_owner, conditions_due_on)
        return AFTER[Decision(decision)]

    # parts ---------------------------------------------------------------------------------------
    def _own(self, criterion: "GateCriterion") -> "GateCriterion":
        if criterion.gate_id != self.pk:
            raise Invalid(criterion="It belongs to another gate.")
        return criterion

    def _refuse_unless_ready(self, decision, owner, due_on) -> None:
        if decision not in (Decision.GO, Decision.CONDITIONAL_GO):
            return
        if missing := self.would_hold_because:
            raise Invalid(decision=[f"It would hold: {words}" for words in missing])
        if decision == Decision.CONDITIONAL_GO:
            if len(self.unsatisfied()) > MOST_CONDITIONS:
                raise Invalid(decision=f"At most {MOST_CONDITIONS} criteria may stay open.")
            if owner is None or due_on is None:
                raise Invalid(condition_owner="Conditions need a person and a date.")

    def _open_stage(self, by) -> None:
        Project.objects.filter(pk=self.project_id).update(stage=self.opens_stage)
        enqueue("project_progress", f"project_progress:{self.pk}:{self.version}",
                project_id=self.project_id)  # fmt: skip
        for mark in self.milestones.filter(state="planned"):
            mark.meet_with_gate(by)

    def _track_conditions(self, by, owner, due_on) -> None:
        from portfolio.models.raid import Action

        for item in self.unsatisfied():
            Action.begin(
                by=by, project=self.project, verb="assign", state="open", words="assigned",
                who=None, title=item.text[:200], owner=owner, due_on=due_on,
                source_id=self.pk,
            )  # fmt: skip


@tracked
class GateCriterion(models.Model):
    """One thing that has to be true; met by evidence, waived for a while, or open."""

    STATES = (("open", "Open"), ("met", "Met"), ("waived", "Waived"))

    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="criteria")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=200)
    practice = models.CharField(max_length=12, choices=Practice.choices, blank=True)
    critical = models.BooleanField(default=False)
    state = models.CharField(max_length=6, choices=STATES, default="open")
    evidence = models.TextField(blank=True)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=OfficeNow())
    expires_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["gate_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["gate", "position"], name="criterion_once_per_position"
            ),
            models.CheckConstraint(
                condition=~Q(state="waived") | (~Q(evidence="") & Q(expires_on__isnull=False)),
                name="waiver_has_reason_and_end",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def is_satisfied(self, today: date) -> bool:
        if self.state == "waived":
            return self.expires_on is not None and self.expires_on >= today
        return self.state == "met"

    def why_not(self, today: date) -> str:
        ended = self.state == "waived"
        return f"{self.text}: {'the waiver has ended' if ended else 'no evidence yet'}."

    def as_it_stood(self) -> dict[str, Any]:
        return {
            "text": self.text, "practice": self.practice, "critical": self.critical,
            "state": self.state, "evidence": self.evidence, "by": self.by.name if self.by else None,
            "expires_on": self.expires_on.isoformat() if self.expires_on else None,
        }  # fmt: skip

    def put(self, *, state: str, evidence: str, by, expires_on: date | None) -> None:
        self.state, self.evidence, self.by = state, evidence, by
        self.at, self.expires_on = clock.now(), expires_on
        self.save(force_update=True)


def lay_gates(project: Project, by) -> list[Gate]:
    """The gates of the project's template, each with its criteria and, with dates, a milestone."""
    from portfolio.models.milestone import lay_gate_milestones

    gates = []
    for position, plan in enumerate(lifecycle.GATES[project.template]):
        gate = Gate.begin(
            by=None, project=project, verb="lay", state="open", words="planned", quiet=True,
            title=f"{plan.code} {plan.title}", code=plan.code, position=position,
            opens_stage=plan.opens,
        )  # fmt: skip
        GateCriterion.objects.bulk_create(
            GateCriterion(gate=gate, position=n, text=check.text, practice=check.practice,
                          critical=check.critical, at=clock.now())
            for n, check in enumerate(plan.checks, 1)
        )  # fmt: skip
        gates.append(gate)
    lay_gate_milestones(project, gates, by)
    return gates
