"""Demands: from a request to a decision, and on into delivery."""

from __future__ import annotations

from decimal import Decimal as Amount
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from changeoffice.core.access.rules import ANALYST, NOBODY
from changeoffice.core.approvals.models import HAS_DECIDED, Approval, Round
from changeoffice.core.approvals.picking import Facts
from changeoffice.core.people.models import Office, Person
from changeoffice.core.record import clock
from changeoffice.core.record.clock import OfficeNow
from changeoffice.core.record.errors import Invalid, NotNow
from changeoffice.core.record.history import tracked
from changeoffice.core.record.inputs import Date, LongText, Number, Ref, Text
from changeoffice.core.record.models import NamedPerson, Reach, Work, WorkQuerySet
from changeoffice.core.record.workflow import State, lock, transition
from changeoffice.core.talk.models import Follower, comment, follow
from changeoffice.organisation.models import Service, staff
from demand import ranking
from demand.guards import (
    has_a_score,
    has_a_sponsor,
    has_an_estimate,
    is_assessed,
    is_confidential,
    is_scored,
    names_an_effect,
    round_is_closed,
    says_the_need,
    takes_scores,
    was_moved,
)
from demand.inputs import (
    ASSESS_INPUTS,
    DATE_INPUTS,
    EFFECT_INPUTS,
    KPI_INPUT,
    LINE_INPUTS,
    PROFILE,
    SCORE_INPUTS,
    SIZE_INPUT,
    SIZE_RANGES,
    SKILL_INPUT,
)
from demand.models.vocabulary import DESIGN, DemandType, Risk, Size, Source
from demand.rules import ASSESSOR, EDITORS, REQUESTER
from demand.stages import StageClock
from ideation.models import Idea

BEFORE_APPROVAL = ("submitted", "screening", "assessment")
DECIDED_ON = ("approval", "approved", "scheduled")
RANKED = (*BEFORE_APPROVAL, "more_information", *DECIDED_ON)
OPEN = (*RANKED, "draft", "deferred", "in_delivery")
# What an approval rests on: it cannot change underneath one.
BASIS = {"type", "risk", "sponsor", "compliance_flags", "currency", *DESIGN}

class DemandQuerySet(WorkQuerySet):
    def overdue(self, today=None) -> Self:
        return self.filter(due_on__lt=today or clock.today())

    def ranked(self) -> Self:
        return self.filter(state__in=RANKED, wsjf__isnull=False, confidential=False)


def _open_demands(person):
    return Demand.objects.visible_to(person).filter(state__in=(*BEFORE_APPROVAL, "approval"))


@tracked
class Demand(Work):
    kind, prefix, plural = "demand", "DMD", "demands"
    searched = ("need",)
    states: ClassVar = {
        "draft": State("Draft"),
        "submitted": State("Submitted", "info"),
        "screening": State("Screening", "info"),
        "assessment": State("Assessment", "info"),
        "approval": State("Approval", "info"),
        "approved": State("Approved", "good"),
        "scheduled": State("Scheduled", "good"),
        "in_delivery": State("In delivery", "good"),
        "completed": State("Completed", "good", closed=True),
        "more_information": State("Question asked", "warn"),
        "deferred": State("Deferred", "warn"),
        "rejected": State("Rejected", "bad", closed=True),
        "withdrawn": State("Withdrawn", closed=True),
        "merged": State("Merged", closed=True),
    }
    steps = ("submitted", "screening", "assessment", "approval", "scheduled", "in_delivery", "completed")
    editors = EDITORS
    counters = ("progress",)
    figures = ("risk", "cost_low", "cost_likely", "cost_high", "confidence", "wsjf", "mean_value",
               "mean_time_criticality", "mean_risk_reduction", "job_size")  # fmt: skip

    need = models.TextField(verbose_name="what is needed")
    source = models.CharField(max_length=24, choices=Source.choices, default=Source.BUSINESS_UNIT)
    type = models.CharField(max_length=16, choices=DemandType.choices, default=DemandType.IMPROVEMENT)
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
    mean_value = models.DecimalField(max_digits=4, decimal_places=2, null=True, editable=False)
    mean_time_criticality = models.DecimalField(
        max_digits=4, decimal_places=2, null=True, editable=False
    )
    mean_risk_reduction = models.DecimalField(
        max_digits=4, decimal_places=2, null=True, editable=False
    )
    job_size = models.DecimalField(max_digits=4, decimal_places=2, null=True, editable=False)
    wsjf = models.DecimalField(
        max_digits=6, decimal_places=2, null=True, editable=False, verbose_name="WSJF score"
    )
    moved_to = models.PositiveIntegerField(null=True, editable=False, verbose_name="place by hand")
    moved_because = models.TextField(blank=True, editable=False)
    moved_by = models.ForeignKey(
        Person, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
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

    profile: ClassVar = PROFILE

    objects = DemandQuerySet.as_manager()

    class Meta(Work.Meta):
        ordering = ["-record_id"]
        indexes = [
            models.Index(fields=["wsjf"], name="demand_wsjf"),
            models.Index(fields=["due_on"], name="demand_due"),
            models.Index(fields=["stage_since"], name="demand_stage_since"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=("approved", "scheduled", "in_delivery", "completed"))
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

    # birth ---------------------------------------------------------------------------------------
    @classmethod
    def raise_new(cls, *, by: Person, **profile) -> Demand:
        """Begin a draft only its requester sees."""
        return cls.begin(by=by, requester=by, owner=by, reach=Reach.OWN, **profile)

    @classmethod
    def begin(cls, *, by: Person, requester: Person, services=(), unit=None, **fields) -> Demand:
        made = cls.bear(
            by=by, verb="raise_new", state="draft", words="began", quiet=True, requester=requester,
            unit=unit or requester.unit, currency=Office.current().currency, **fields,
        )  # fmt: skip
        made.services.set(services)
        NamedPerson.objects.get_or_create(
            record_id=made.pk, person=requester, defaults={"part": "requester"}
        )
        follow(made.pk, requester, by)
        return made

    # questions -----------------------------------------------------------------------------------
    @property
    def stage(self) -> str:
        """The stage whose clock runs or is stopped: of a question, the one it was asked in."""
        return self.resume_state if self.state == "more_information" else self.state

    @property
    def rank(self) -> int | None:
        standing = getattr(self, "standing", None)
        return standing.rank if standing else None

    @property
    def design_requirements(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in DESIGN if getattr(self, name)}

    def scores_of_round(self):
        return self.scores.filter(round=self.round)

    def scores_seen_by(self, person):
        """Blind until the round closes: before that everybody sees only their own."""
        rows = self.scores_of_round().select_related("assessor")
        return rows if self.round_closed_at else rows.filter(assessor=person)

    def approval_facts(self) -> Facts:
        """What the approval policies look at; another currency counts as above every limit."""
        known = self.currency == Office.current().currency
        design = {"service_design"} if self.design_requirements else set()
        return Facts(
            amount=self.cost_likely if known else None, type=self.type, risk=self.risk,
            flags=frozenset(self.compliance_flags) | design,
        )  # fmt: skip

    def waits_for_after(self, event):
        """Whom an event asks to act, for the inbox."""
        if event.verb in ("request_approval", "estimate", "remind") and self.state == "approval":
            asked = Approval.objects.filter(record_id=self.pk, state="asked")
            return Person.objects.filter(pk__in=asked.values("approver_id"))
        if event.verb == "approve":
            return Person.objects.filter(pk__in=event.data.get("asked", []))
        if event.verb == "assess":
            named = NamedPerson.objects.filter(record_id=self.pk, part="assessor")
            return Person.objects.filter(pk__in=named.values("person_id"))
        closest = {"ask": self.requester_id, "reply": self.owner_id, "turn_down": self.owner_id,
                   "submit": self.owner_id, "assign": self.owner_id}  # fmt: skip
        return Person.objects.filter(pk=closest.get(event.verb))

    # verbs: shaping ------------------------------------------------------------------------------
    @transition("draft", "submitted", who=REQUESTER | ANALYST, guards=[says_the_need], tone="primary",
                told="submitted")  # fmt: skip
    def submit(self, *, by):
        """Hand it to the change office; everybody can read it from now on."""
        if self.reach == Reach.OWN:
            self.reach, self.owner = Reach.STAFF, None
        StageClock(self.limits()).enter(self, "submitted")

    @transition("submitted", "screening", who=ANALYST, tone="primary", told="took up for screening",
                label="Start screening")  # fmt: skip
    def screen(self, *, by):
        """Take it up: is it clear, is it ours, is it new?"""
        self.owner = self.owner or by
        follow(self.pk, self.owner)
        StageClock(self.limits()).enter(self, "screening")

    @transition(BEFORE_APPROVAL, "more_information", who=ANALYST, label="Ask the requester",
                told="asked a question about",
                asks={"question": LongText(label="What do you need to know?", lines=3, max=4000)})  # fmt: skip
    def ask(self, *, by, question):
        """Put a question to the requester; the stage clock stops until it is answered."""
        self.question, self.resume_state = question, self.state
        StageClock(self.limits()).stop(self)

    @transition("more_information", "?", who=REQUESTER, label="Answer", tone="primary",
                told="answered the question about",
                asks={"answer": LongText(label="Your answer", lines=3, max=4000)})  # fmt: skip
    def reply(self, *, by, answer):
        """Answer the question; it goes back where it was and the clock goes on."""
        comment(self, by=by, body=f"In answer to “{self.question}”: {answer}")
        stage, self.question, self.resume_state = self.resume_state, "", ""
        StageClock(self.limits()).go_on(self, stage)
        return stage

    @transition("screening", "assessment", who=ANALYST, tone="primary", label="Open assessment",
                told="opened the assessment of",
                asks=ASSESS_INPUTS)
    def assess(self, *, by, assessors=(), scores_wanted=None):
        """Open the round in which assessors score it, blind to each other."""
        for person in assessors or ():
            NamedPerson.objects.update_or_create(
                record_id=self.pk, person=person, defaults={"part": "assessor"}
            )
        self._open_round(scores_wanted or len(assessors or ()) or 1)
        StageClock(self.limits()).enter(self, "assessment")

    @transition("assessment", None, who=ASSESSOR, guards=[takes_scores], told="scored", noted=False,
                label="Score it", tone="primary", asks=SCORE_INPUTS)  # fmt: skip
    def score(self, *, by, **scores):
        """Give or change one's own scores; nobody sees them before the round closes."""
        self.scores.update_or_create(
            round=self.round, assessor=by, defaults={**scores, "at": clock.now()}
        )
        if self.scores_of_round().count() >= self.scores_wanted:
            self._close_round()

    @transition("assessment", None, who=ANALYST, guards=[takes_scores, has_a_score],
                told="closed the assessment round of")  # fmt: skip
    def close_round(self, *, by):
        """Stop waiting for more scores; mean and spread show from now on."""
        self._close_round()

    @transition("assessment", None, who=ANALYST, guards=[round_is_closed], label="Score again",
                told="opened another assessment round of",
                asks={"reason": Text(label="What has changed", max=500),
                      "scores_wanted": Number(label="Scores wanted", least=1, most=20, initial=1,
                                              required=False)})  # fmt: skip
    def reopen_round(self, *, by, reason, scores_wanted=None):
        """Ask for new scores; those of the earlier round stay in its history."""
        self._open_round(scores_wanted or 1)

    @transition((*BEFORE_APPROVAL, *DECIDED_ON), "?", who=ANALYST, told="estimated", noted=False,
                label="Estimate a skill",
                asks=LINE_INPUTS)
    def estimate(self, *, by, skill, low_days, likely_days, high_days, confidence=None):
        """Put or change the days of one skill; after approval the new sum has to be approved."""
        if not low_days <= likely_days <= high_days or not high_days:
            raise Invalid(likely_days="Days go up from low over likely to high, and high is not 0.")
        self.estimate_lines.update_or_create(
            skill=skill,
            defaults={"low_days": low_days, "likely_days": likely_days, "high_days": high_days,
                      "day_rate": skill.day_rate, "at": clock.now()},
        )  # fmt: skip
        self.confidence = confidence or self.confidence
        return self._add_up(by)

    @transition((*BEFORE_APPROVAL, *DECIDED_ON), "?", who=ANALYST, told="took an estimate from",
                noted=False, label="Remove an estimate",
                asks=SKILL_INPUT)
    def remove_estimate(self, *, by, skill):
        """Take one skill out of the estimate."""
        self.estimate_lines.filter(skill=skill).delete()
        return self._add_up(by)

    @transition(BEFORE_APPROVAL, None, who=ANALYST, told="sized", noted=False, label="Set the size",
                asks=SIZE_INPUT)
    def set_size(self, *, by, size):
        """A first guess by t-shirt size; it gives a cost range until skills are estimated."""
        self.size = size
        if not self.estimate_lines.exists():
            self.cost_low, self.cost_likely, self.cost_high = SIZE_RANGES[size]

    @transition((*BEFORE_APPROVAL, "draft", *DECIDED_ON), None, who=EDITORS, label="Add a KPI effect",
                told="named a KPI effect of",
                asks=EFFECT_INPUTS)
    def add_kpi_effect(self, *, by, kpi, change, by_on):
        """Say which KPI it moves, by how much and until when; again to change it."""
        if not change:
            raise Invalid(change="Say by how much the KPI moves; 0 is no effect.")
        self.effects.update_or_create(
            kpi=kpi, defaults={"change": change, "by_on": by_on, "at": clock.now()}
        )

    @transition((*BEFORE_APPROVAL, "draft"), None, who=EDITORS, label="Remove a KPI effect",
                told="removed a KPI effect of",
                asks=KPI_INPUT)
    def remove_kpi_effect(self, *, by, kpi):
        """Take one KPI effect away."""
        self.effects.filter(kpi=kpi).delete()

    # verbs: deciding -----------------------------------------------------------------------------
    @transition("assessment", "approval", who=ANALYST, tone="primary", told="asked for approval of",
                guards=[names_an_effect, has_a_sponsor, has_an_estimate, is_assessed])  # fmt: skip
    def request_approval(self, *, by):
        """Ask the approvers the policy picks; neither you nor the requester can be one of them."""
        StageClock(self.limits()).enter(self, "approval")
        self._ask_approvers(by)

    @transition("approval", None, who=ANALYST, bumps=False, tone="primary", label="Remind approvers",
                told="reminded the approvers of")  # fmt: skip
    def remind(self, *, by):
        """Tell those who have not answered yet that it waits for them."""

    @transition("approval", "approved", who=HAS_DECIDED, door=False, told="completed the approval of")
    def grant(self, *, by):
        """The last approver said yes."""
        StageClock(self.limits()).enter(self, "approved")

    @transition("approval", "assessment", who=HAS_DECIDED, door=False, told="did not approve")
    def turn_down(self, *, by):
        """An approver said no; it goes back to assessment with the comment."""
        StageClock(self.limits()).enter(self, "assessment")

    @transition(DECIDED_ON, "assessment", who=ANALYST, told="sent back to assessment", label="Send back",
                asks={"reason": LongText(label="What has to change", lines=3, max=2000)})  # fmt: skip
    def send_back(self, *, by, reason):
        """Take the approval back so that its basis can change."""
        Round.withdraw_for(self)
        StageClock(self.limits()).enter(self, "assessment")

    @transition("approved", "scheduled", who=ANALYST, tone="primary", told="scheduled", asks=DATE_INPUTS)
    def schedule(self, *, by, starts_on, finishes_on):
        """Give it its place in time."""
        self._place(starts_on, finishes_on)
        StageClock(self.limits()).enter(self, "scheduled")

    @transition("scheduled", None, who=ANALYST, told="rescheduled", asks=DATE_INPUTS)
    def reschedule(self, *, by, starts_on, finishes_on):
        """Move it in time before delivery takes it."""
        self._place(starts_on, finishes_on)

    @transition("scheduled", "in_delivery", who=ANALYST, tone="primary", told="handed over",
                label="Hand over", door=False)  # fmt: skip
    def hand_over(self, *, by):
        """Delivery takes it; the portfolio carries the rest in the same transaction."""
        StageClock(self.limits()).enter(self, "in_delivery")
        ranking.leave(self)

    @transition("in_delivery", None, who=NOBODY, door=False, bumps=False, quiet=True, told="progressed")
    def mirror(self, *, by, progress):
        """What delivery reports, mirrored by the portal itself."""
        self.progress = max(0, min(100, progress))
        Demand.objects.filter(pk=self.pk).update(progress=self.progress)

    @transition("in_delivery", "completed", who=NOBODY, door=False, told="completed")
    def complete(self, *, by):
        """Delivery is done; the portal itself tells."""
        self.progress, self.due_on = 100, None

    # verbs: side exits ---------------------------------------------------------------------------
    @transition((*BEFORE_APPROVAL, *DECIDED_ON), "deferred", who=ANALYST, told="deferred",
                asks={"revisit_on": Date(label="Look at it again on"),
                      "reason": LongText(label="Why not now", lines=3, max=2000)})  # fmt: skip
    def defer(self, *, by, revisit_on, reason):
        """Set it aside until a day; it returns by itself."""
        if revisit_on <= clock.today():
            raise Invalid(revisit_on="Choose a day after today.")
        # An approval does not outlive a wait: what it rested on may have changed.
        self.resume_state = self.state if self.state in BEFORE_APPROVAL else "assessment"
        self.revisit_on, self.answer, self.due_on = revisit_on, reason, None
        self._stop_asking()

    @transition("deferred", "?", who=ANALYST, told="took up again", label="Take up again")
    def resume(self, *, by):
        """Back to where it was, with a new stage clock."""
        stage, self.resume_state, self.revisit_on, self.answer = self.resume_state, "", None, ""
        StageClock(self.limits()).enter(self, stage)
        ranking.refresh(self)
        return stage

    @transition((*BEFORE_APPROVAL, "more_information", "deferred"), "rejected", who=ANALYST,
                told="rejected", tone="danger",
                asks={"answer": LongText(label="Reason, as the requester reads it", min=20, max=4000)},
                confirm="The requester and everybody who follows it get your reason.")  # fmt: skip
    def reject(self, *, by, answer):
        """Say no, with a reason."""
        self.answer, self.due_on = answer, None
        self._stop_asking()

    @transition(("draft", *BEFORE_APPROVAL, "more_information", "approval", "deferred"), "withdrawn",
                who=REQUESTER, told="withdrew", tone="danger",
                asks={"reason": Text(label="Why", max=500)})  # fmt: skip
    def withdraw(self, *, by, reason):
        """Take it back; it is not needed any more."""
        self.answer, self.due_on = reason, None
        self._stop_asking()

    @transition((*BEFORE_APPROVAL, "more_information"), "merged", who=ANALYST, told="merged",
                label="Merge into another",
                asks={"into": Ref(label="Into which demand", key="reference", rows=_open_demands)},
                confirm="Its followers move to the other demand.")  # fmt: skip
    def merge(self, *, by, into):
        """The same need is already there: its followers move on with it."""
        if into.pk == self.pk:
            raise Invalid(into="Choose another demand than this one.")
        lock(into)
        if into.state not in (*BEFORE_APPROVAL, "approval"):
            raise NotNow(f"{into.reference} is {into.state_label.lower()}.", record=into)
        followers = Follower.objects.filter(record_id=self.pk).values("person_id")
        follow(into.pk, *Person.objects.filter(pk__in=followers))
        self.merged_into, self.due_on = into, None
        self._stop_asking()
        into.note("absorb", by=by, before=into.state, words=f"merged {self.reference} into")

    # verbs: steering -----------------------------------------------------------------------------
    @transition((*BEFORE_APPROVAL, "more_information", *DECIDED_ON, "deferred", "in_delivery"), None,
                who=ANALYST, told="assigned",
                asks={"owner": Ref(label="Analyst", rows=staff, key="username")})  # fmt: skip
    def assign(self, *, by, owner):
        """Say who looks after it."""
        self.owner = owner
        follow(self.pk, owner)

    @transition(OPEN, None, who=ANALYST | REQUESTER, told="made confidential", label="Make confidential",
                asks={"people": Ref(label="Who else may see it", rows=staff, key="username", many=True,
                                    required=False)},
                confirm="Only you, its requester, its analyst, its sponsor and the people you name will see it.")  # fmt: skip
    def restrict(self, *, by, people=()):
        """From now on it exists only for the people named on it."""
        self.confidential = True
        for person in filter(None, (by, self.requester, self.sponsor, *(people or ()))):
            NamedPerson.objects.get_or_create(record_id=self.pk, person=person)
        ranking.refresh(self)

    @transition(OPEN, None, who=ANALYST, told="opened to all staff", label="Open to all staff",
                guards=[is_confidential])  # fmt: skip
    def open_up(self, *, by):
        """All staff may read it again."""
        self.confidential = False
        if self.state in RANKED:
            ranking.refresh(self)

    @transition(RANKED, None, who=ANALYST, guards=[is_scored], told="moved the rank of",
                asks={"place": Number(label="Place", least=1, most=10_000),
                      "reason": LongText(label="Why", lines=3, max=1000, min=10)})  # fmt: skip
    def move_rank(self, *, by, place, reason):
        """Put it at a place by hand; the page shows who did and why."""
        self.moved_to, self.moved_because, self.moved_by = place, reason, by
        ranking.refresh(self)

    @transition(RANKED, None, who=ANALYST, told="let the score rank",
                guards=[was_moved])
    def release_rank(self, *, by):
        """Let mandatory date and score decide its place again."""
        self.moved_to, self.moved_because, self.moved_by = None, "", None
        ranking.refresh(self)

    # inner ---------------------------------------------------------------------------------------
    @staticmethod
    def limits() -> dict[str, int]:
        from demand.models.parts import StageLimit

        return StageLimit.of_all()

    def _put(self, changes) -> None:
        if self.is_closed:
            raise NotNow(f"{self.reference} is {self.state_label.lower()}.", record=self)
        if self.state in DECIDED_ON:
            touched = [name for name in changes if name in BASIS and changes[name] != getattr(self, name)]
            if touched:
                raise Invalid(**{n: "The approval rests on this. Send it back first." for n in touched})
        super()._put(changes)
        if self.state in RANKED and "mandatory_on" in changes:
            ranking.refresh(self)

    def _place(self, starts_on, finishes_on) -> None:
        if finishes_on <= starts_on:
            raise Invalid(finishes_on="The finish must be after the start.")
        self.starts_on, self.finishes_on = starts_on, finishes_on

    def _open_round(self, wanted: int) -> None:
        self.round, self.scores_wanted, self.round_closed_at = self.round + 1, wanted, None

    def _close_round(self) -> None:
        """Take the means of the round; a demand's score depends on nothing but its own."""
        means = ranking.means(list(self.scores_of_round()))
        for name, value in means.items():
            setattr(self, "job_size" if name == "job_size" else f"mean_{name}", value)
        self.wsjf, self.round_closed_at = ranking.wsjf(means), clock.now()
        ranking.refresh(self)

    def _add_up(self, by) -> str:
        """Sum the lines; an approval of another sum is asked again."""
        lines, before = list(self.estimate_lines.all()), self.cost_likely
        for point in ("low", "likely", "high"):
            total = sum((getattr(x, f"{point}_days") * x.day_rate for x in lines), Amount(0))
            setattr(self, f"cost_{point}", total.quantize(Amount("0.01")) if lines else None)
        if self.state not in DECIDED_ON or self.cost_likely == before:
            return self.state
        if self.cost_likely is None:
            raise Invalid(skill="An approval rests on this estimate. Send the demand back first.")
        StageClock(self.limits()).enter(self, "approval")
        self._ask_approvers(by)
        return "approval"

    def _ask_approvers(self, by) -> None:
        Round.withdraw_for(self)
        follow(self.pk, self.sponsor)
        Round.open_for(
            self, by=by, requester=self.requester, facts=self.approval_facts(),
            amount=self.cost_likely, currency=self.currency, due_on=self.due_on,
        )  # fmt: skip

    def _stop_asking(self) -> None:
        Round.withdraw_for(self)
        ranking.leave(self)
