"""What is known about a demand, and what must always be true of it."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property

from changeoffice.core.approvals.models import Approval
from changeoffice.core.approvals.picking import Facts
from changeoffice.core.people.models import Office, Person
from changeoffice.core.record import clock
from changeoffice.core.record.clock import OfficeNow
from changeoffice.core.record.errors import Invalid, NotNow
from changeoffice.core.record.models import Event, NamedPerson, Work, WorkQuerySet
from changeoffice.organisation.models import Objective, Service
from demand import ranking
from demand.cost_of_delay import PROFILES
from demand.inputs import PROFILE
from demand.models.scorecard import Scorecard, marked
from demand.models.vocabulary import DESIGN, FRAMEWORKS, DemandType, Risk, Size, Source
from demand.rules import EDITORS
from demand.scoring import WSJF, Card
from demand.stages import StageClock
from ideation.models import Idea
from ideation.models.moderation import CommentsModerated

BEFORE_APPROVAL = ("submitted", "screening", "assessment")
DECIDED_ON = ("approval", "approved", "scheduled")
RANKED = (*BEFORE_APPROVAL, "more_information", *DECIDED_ON)
OPEN = (*RANKED, "draft", "deferred", "in_delivery")
# What an approval rests on: a change of it asks again.
BASIS = {"title", "need", "type", "risk", "sponsor", "compliance_flags", "currency", *DESIGN}
ASKS_ALL = ("request_approval", "reopen", "remind", "reply")  # who has not answered yet
ASKS_APPROVERS = (*ASKS_ALL, "approve", "pass_on", "escalate")
NEVER_EMPTY = {"source", "type"}


class DemandQuerySet(WorkQuerySet):
    def overdue(self, today=None) -> Self:
        return self.filter(due_on__lt=today or clock.today())

    def ranked(self) -> Self:
        return self.filter(state__in=RANKED, score_index__isnull=False, confidential=False)


class DemandFacts(CommentsModerated, Work):
    """Fields, constraints and questions; its verbs stand in the chapters that build on it."""

    editors = EDITORS
    counters = ("progress",)
    profile: ClassVar = PROFILE
    responsible = ("owner", "sponsor")
    approval_choices: ClassVar = {
        "types": DemandType.choices, "risks": Risk.choices,
        "flags": [*FRAMEWORKS, ("service_design", "Service design requirements")],
    }  # fmt: skip
    figures = ("risk", "size", "cost_low", "cost_likely", "cost_high", "confidence", "wsjf", "raw_score",
               "score_index", "means", "waiting_cost", "waiting_profile", "waiting_on", "less_without",
               "less_cost", "less_effect", "actual_days", "actual_cost",
               "effort_ratio", "cost_ratio")  # fmt: skip

    need = models.TextField(verbose_name="what is needed")
    source = models.CharField(max_length=24, choices=Source.choices, default=Source.BUSINESS_UNIT)
    type = models.CharField(
        max_length=16, choices=DemandType.choices, default=DemandType.IMPROVEMENT
    )
    source_reference = models.CharField(max_length=120, blank=True, default="", db_default="",
                                        verbose_name="its number there")  # fmt: skip
    objective = models.ForeignKey(
        Objective, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    split_from = models.ForeignKey(
        "self", null=True, editable=False, on_delete=models.PROTECT, related_name="parts"
    )
    requester = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    sponsor = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    idea = models.OneToOneField(
        Idea, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    services = models.ManyToManyField(Service, blank=True, related_name="+")
    mandatory_on = models.DateField(null=True, blank=True, verbose_name="mandatory date")
    availability = models.TextField(blank=True)
    capacity = models.TextField(blank=True)
    continuity = models.TextField(blank=True)
    security = models.TextField(blank=True)
    support = models.TextField(blank=True)
    compliance_flags = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    risk = models.CharField(max_length=6, choices=Risk.choices, blank=True)
    # estimate
    size = models.CharField(max_length=2, choices=Size.choices, blank=True)
    currency = models.CharField(max_length=3, default="GBP")
    cost_low = models.DecimalField(max_digits=14, decimal_places=2, null=True, editable=False)
    cost_likely = models.DecimalField(max_digits=14, decimal_places=2, null=True, editable=False)
    cost_high = models.DecimalField(max_digits=14, decimal_places=2, null=True, editable=False)
    confidence = models.PositiveSmallIntegerField(null=True, editable=False)
    # assessment
    round = models.PositiveSmallIntegerField(default=0, editable=False)
    scores_wanted = models.PositiveSmallIntegerField(default=1, editable=False)
    round_closed_at = models.DateTimeField(null=True, editable=False)
    round_card = models.ForeignKey(
        Scorecard, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    scorecard = models.ForeignKey(
        Scorecard, null=True, editable=False, on_delete=models.PROTECT, related_name="+",
        verbose_name="scorecard of the score",
    )  # fmt: skip
    means = models.JSONField(default=dict, db_default={}, editable=False)
    raw_score = models.DecimalField(
        max_digits=18, decimal_places=4, null=True, editable=False, verbose_name="score"
    )
    score_index = models.DecimalField(
        max_digits=7, decimal_places=4, null=True, editable=False, verbose_name="score, 0 to 100"
    )
    wsjf = models.DecimalField(
        max_digits=6, decimal_places=2, null=True, editable=False, verbose_name="WSJF score"
    )
    moved_to = models.PositiveIntegerField(null=True, editable=False, verbose_name="place by hand")
    moved_because = models.TextField(blank=True, editable=False)
    moved_by = models.ForeignKey(
        Person, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    moved_at = models.DateTimeField(null=True, editable=False)
    # cost of waiting, a month
    waiting_cost = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, editable=False, verbose_name="cost of waiting"
    )
    waiting_profile = models.CharField(
        max_length=10, choices=PROFILES, blank=True, db_default="", editable=False
    )
    waiting_on = models.DateField(null=True, editable=False)
    # what a smaller version would be
    less_without = models.CharField(
        max_length=200, blank=True, default="", db_default="", editable=False,
        verbose_name="left out of a smaller version",
    )  # fmt: skip
    less_cost = models.DecimalField(
        max_digits=14,
        decimal_places=2,
        null=True,
        editable=False,
        verbose_name="cost of a smaller version",
    )
    less_effect = models.CharField(
        max_length=200, blank=True, default="", db_default="", editable=False,
        verbose_name="effect of a smaller version",
    )  # fmt: skip
    # what it took
    actual_days = models.DecimalField(max_digits=10, decimal_places=1, null=True, editable=False)
    actual_cost = models.DecimalField(max_digits=14, decimal_places=2, null=True, editable=False)
    effort_ratio = models.DecimalField(max_digits=7, decimal_places=3, null=True, editable=False)
    cost_ratio = models.DecimalField(max_digits=7, decimal_places=3, null=True, editable=False)
    # stage clock
    stage_since = models.DateTimeField(db_default=OfficeNow(), editable=False)
    pauses = models.JSONField(default=list, editable=False)
    due_on = models.DateField(null=True, editable=False, verbose_name="stage limit")
    # side exits and delivery
    question = models.TextField(blank=True, editable=False)
    answer = models.TextField(blank=True, editable=False, verbose_name="answer to the requester")
    resume_state = models.CharField(max_length=24, blank=True, editable=False)
    revisit_on = models.DateField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_here"
    )
    starts_on = models.DateField(null=True, blank=True)
    finishes_on = models.DateField(null=True, blank=True)
    progress = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = DemandQuerySet.as_manager()

    class Meta(Work.Meta):
        abstract = True
        ordering = ["-record_id"]
        indexes = [
            models.Index(fields=["score_index"], name="demand_score_index"),
            models.Index(fields=["due_on"], name="demand_due"),
            models.Index(fields=["stage_since"], name="demand_stage_since"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=("approved", "scheduled", "in_delivery", "completed"))
                | Q(score_index__isnull=False, cost_likely__isnull=False, sponsor__isnull=False)
                | Q(wsjf__isnull=False, cost_likely__isnull=False, sponsor__isnull=False),
                name="approved_demand_is_assessed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("scheduled", "in_delivery", "completed"))
                | Q(starts_on__isnull=False, finishes_on__isnull=False),
                name="scheduled_demand_has_dates",
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(finishes_on__gt=F("starts_on")),
                name="demand_finishes_after_start",
                violation_error_message="The finish must be after the start.",
            ),
            models.CheckConstraint(
                condition=Q(cost_likely=None)
                | Q(cost_low__gte=0, cost_likely__gte=F("cost_low"), cost_high__gte=F("cost_likely")),
                name="demand_cost_low_likely_high",
            ),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(answer=""), name="rejected_demand_is_answered"
            ),
            models.CheckConstraint(
                condition=~Q(state="deferred") | Q(revisit_on__isnull=False),
                name="deferred_demand_is_revisited",
            ),
            models.CheckConstraint(
                condition=(Q(state="merged") & Q(merged_into__isnull=False))
                | (~Q(state="merged") & Q(merged_into=None)),
                name="merged_demand_points_on",
            ),
        ]  # fmt: skip

    # questions -----------------------------------------------------------------------------------
    @property
    def stage(self) -> str:
        """The stage whose clock runs or is stopped: of a question, the one it was asked in."""
        return self.resume_state if self.state == "more_information" else self.state

    @cached_property
    def raised_by(self) -> Person | None:
        """Whoever wrote it down, for themselves or for its requester; of a part, the whole's."""
        if self.split_from:
            return self.split_from.raised_by
        born = Event.objects.filter(record_id=self.pk, verb="raise_new").select_related("actor")
        return next((event.actor for event in born), None)

    @property
    def rank(self) -> int | None:
        standing = getattr(self, "standing", None)
        return standing.rank if standing else None

    @property
    def rank_because(self) -> str | None:
        standing = getattr(self, "standing", None)
        return standing.because if standing else None

    mean_value, mean_time_criticality, mean_risk_reduction, job_size = (
        marked(code, "means") for code in WSJF.codes
    )

    @property
    def card(self) -> Card:
        """The card its score was made with; without one, the card all offices begin with."""
        return self.scorecard.card if self.scorecard else WSJF

    @property
    def card_of_round(self) -> Card:
        return self.round_card.card if self.round_card else WSJF

    @property
    def design_requirements(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in DESIGN if getattr(self, name)}

    def scores_of_round(self):
        return self.scores.filter(round=self.round)

    @property
    def is_scored(self) -> bool:
        return self.round_closed_at is not None

    def scores_seen_by(self, person, *, is_scored: bool):
        """Blind until the round closes: before that everybody sees only their own."""
        rows = self.scores_of_round().select_related("assessor")
        return rows if is_scored else rows.filter(assessor=person)

    def approval_facts(self) -> Facts:
        """What the approval policies look at; another currency counts as above every limit."""
        known = self.currency == Office.current().currency
        design = {"service_design"} if self.design_requirements else set()
        return Facts(
            amount=self.cost_likely if known else None, type=self.type, risk=self.risk,
            flags=frozenset(self.compliance_flags) | design,
        )  # fmt: skip

    @classmethod
    def before_approval(cls, person) -> models.QuerySet:
        """What will still be asked for approval, or is being asked; as far as somebody sees it."""
        states = (*BEFORE_APPROVAL, "more_information", "approval")
        return cls.objects.visible_to(person).filter(state__in=states)

    @classmethod
    def answered_at(cls, reference: str, verb: str) -> str:
        url = cls.url_for(reference)
        return f"{url}/decide" if verb in ASKS_APPROVERS else url

    def waits_for_after(self, event):
        """Whom an event asks to act, for the inbox."""
        asked = Approval.objects.filter(record_id=self.pk, state="asked")
        if event.verb in ASKS_ALL and self.state == "approval":
            return asked.people()
        if event.verb in ("approve", "pass_on", "escalate"):
            return asked.filter(approver__in=event.data.get("asked", [])).people()
        if event.verb == "assess":
            named = NamedPerson.objects.filter(record_id=self.pk, part="assessor")
            return Person.objects.filter(pk__in=named.values("person_id"))
        closest = {"ask": self.requester_id, "reply": self.owner_id, "turn_down": self.owner_id,
                   "submit": self.owner_id, "assign": self.owner_id}  # fmt: skip
        return Person.objects.filter(pk=closest.get(event.verb))

    # inner ---------------------------------------------------------------------------------------
    def _enter(self, stage: str) -> None:
        self._clock().enter(self, stage)

    def _clock(self) -> StageClock:
        from demand.models.parts import StageLimit

        return StageClock(StageLimit.of_all())

    def _put(self, changes: dict[str, Any]) -> None:
        if self.is_closed:
            raise NotNow(f"{self.reference} is {self.state_label.lower()}.", record=self)
        if empty := [name for name in changes if name in NEVER_EMPTY and not changes[name]]:
            raise Invalid(**dict.fromkeys(empty, "Choose one."))
        super()._put(changes)
        if self.state in RANKED and "mandatory_on" in changes:
            ranking.refresh(self)
