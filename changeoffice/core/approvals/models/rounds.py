"""A round asks the approvers the policies pick; each answers one step of it.

A Work that takes approvals has two verbs the last answer calls: `grant` and `turn_down`, with the
rule `HAS_DECIDED`. Lock order is always: the work, then its round.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Self

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models, transaction
from django.db.models import BigIntegerField, Case, F, Q, When

from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.models import Role, RoleAssignment
from changeoffice.core.approvals.approvers import Kind
from changeoffice.core.approvals.asking import plan
from changeoffice.core.approvals.models.delegations import Delegation
from changeoffice.core.approvals.models.policies import ApprovalPolicy
from changeoffice.core.approvals.models.queries import ApprovalQuerySet
from changeoffice.core.approvals.picking import Facts
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow, NotSeen
from changeoffice.core.record.history import tracked
from changeoffice.core.record.models import NamedPerson, Record, work_model
from changeoffice.core.record.workflow import constraints_in_words, lock, own_context


@tracked
class Round(models.Model):
    """One request for approval: on what basis, and how it ended."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="approval_rounds")
    requester = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", help_text="Who wants it."
    )
    raised_by = models.ForeignKey(
        Person, null=True, db_index=False, on_delete=models.PROTECT, related_name="+",
        help_text="Who raised it, perhaps for somebody else.",
    )  # fmt: skip
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(max_length=3)
    ceiling = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, help_text="Up to where it covers the cost."
    )
    because = models.CharField(
        max_length=300, blank=True, db_default="", help_text="Why it was asked again."
    )
    basis = models.JSONField(default=dict, help_text="The facts and the policies that applied.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    due_on = models.DateField(null=True)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record"], condition=Q(state="open"), name="one_open_round",
                violation_error_message="Approval has been asked for already.",
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_at=None)
                | (~Q(state="open") & Q(ended_at__isnull=False)),
                name="round_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(ceiling=None) | Q(ceiling__gte=F("amount")),
                name="round_covers_its_amount",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"approval of {self.record_id}"

    @classmethod
    def open_for(
        cls, work, *, by: Person, requester: Person | None, facts: Facts, amount, currency: str,
        due_on: date | None, raised_by: Person | None = None, ceiling=None, because: str = "",
    ) -> Self:  # fmt: skip
        """Ask the approvers the policies pick; called inside a verb of `work`, its row locked."""
        never = {person.pk for person in (by, requester, raised_by) if person}
        asked = plan(ApprovalPolicy.in_force(work.kind), facts, work, never=never)
        if asked.missing:
            raise NotNow(f"An approver is missing. {' '.join(asked.missing)}", asked.missing, work)
        made = cls.objects.create(
            record_id=work.pk, requester=requester, raised_by=raised_by, requested_by=by,
            amount=amount, currency=currency, ceiling=ceiling, because=because, due_on=due_on, asked_at=clock.now(),
            basis={"policies": [policy.name for policy in asked.policies], "type": facts.type,
                   "risk": facts.risk, "flags": sorted(facts.flags), "instead": asked.instead},
        )  # fmt: skip
        for position, kind, person in asked.asked:
            Approval.objects.create(
                round=made, record_id=work.pk, kind=kind, approver=person, order=position,
                requested_by=by, requester=requester, raised_by=raised_by,
            )  # fmt: skip
            let_see(work, person, by)
        made.ask_next()
        return made

    @classmethod
    def withdraw_for(cls, work) -> None:
        """Take back what is still asked; called inside a verb of `work`, its row locked."""
        for found in cls.objects.select_for_update().filter(record_id=work.pk, state="open"):
            found.end("withdrawn")

    @classmethod
    def pause_for(cls, work) -> None:
        """Nobody is asked for a while, and no day is late; what was answered stays answered. Called
        inside a verb of `work`, its row locked."""
        for found in cls.objects.select_for_update().filter(record_id=work.pk, state="open"):
            for step in found.steps.filter(state="asked"):
                step.state, step.due_on = Approval.State.WAITING, None
                step.save()

    @classmethod
    def go_on_for(cls, work) -> None:
        """Ask again whom it waited for, until the day the record's clock says now."""
        for found in cls.objects.select_for_update().filter(record_id=work.pk, state="open"):
            found.due_on = work.due_on
            found.save()
            found.ask_next()

    def ask_next(self) -> list[Approval]:
        """Ask the next lane when nobody is being asked; answers who is asked now."""
        steps = list(self.steps.select_related("approver"))
        if any(step.state == Approval.State.ASKED for step in steps):
            return []
        waiting = [step for step in steps if step.state == Approval.State.WAITING]
        asked = [step for step in waiting if step.order == waiting[0].order]
        for step in asked:
            step.state, step.asked_at, step.due_on = "asked", clock.now(), self.due_on
            step.save()
        return asked

    def end(self, state: str) -> None:
        for step in self.steps.filter(state__in=("waiting", "asked")):
            step.state = Approval.State.WITHDRAWN
            step.save()
        self.state, self.ended_at = state, clock.now()
        self.save()


def let_see(work, person: Person, by: Person | None) -> None:
    """Whoever is asked to decide may see the item and its figures."""
    RoleAssignment.objects.get_or_create(
        person=person, role=Role.APPROVER, record_id=work.pk, defaults={"given_by": by}
    )
    if work.confidential:
        NamedPerson.put(work.home_id, person, part="approver")


TWICE = "You have a part in this round already; somebody else decides this one."
# Two decisions of one person in one round differ in this, unless both are in their own right.
STANDS_IN = Case(When(on_behalf_of=None, then=0), default=F("id"), output_field=BigIntegerField())
BY_DELEGATION = """
    IF NEW.on_behalf_of_id IS NOT NULL AND (TG_OP = 'INSERT' OR OLD.on_behalf_of_id IS NULL)
       AND NOT EXISTS (
        SELECT 1 FROM approvals_delegation d
         WHERE d.id = NEW.delegation_id AND d.person_id = NEW.on_behalf_of_id
           AND d.delegate_id = NEW.decided_by_id AND d.ended_at IS NULL
           AND office_day() BETWEEN d.from_on AND d.until_on
           AND (d.kinds = '{}' OR NEW.kind = ANY (d.kinds)))
    THEN RAISE EXCEPTION 'nobody stands in without a delegation'
         USING ERRCODE = 'check_violation', CONSTRAINT = 'stands_in_by_delegation';
    END IF;
    RETURN NEW;
"""


@tracked
class Approval(models.Model):
    """One step of a round: one kind of approval, one person asked, one answer."""

    class State(models.TextChoices):
        WAITING = "waiting", "Not asked yet"
        ASKED = "asked", "Waiting"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="steps")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="approvals")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    approver = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    order = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    # Copied from the round so that the database itself can hold four eyes.
    requester = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    raised_by = models.ForeignKey(
        Person, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    delegation = models.ForeignKey(
        Delegation, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    escalated_from = models.ForeignKey(
        Person, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    escalated_at = models.DateTimeField(null=True)
    comment = models.TextField(blank=True)
    asked_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    decided_at = models.DateTimeField(null=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        ordering = ["order", "id"]
        indexes = [
            models.Index(fields=["approver"], name="approval_asked", condition=Q(state="asked"))
        ]
        constraints = [
            models.UniqueConstraint(fields=["round", "kind"], name="one_step_per_kind"),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | (~Q(decided_by=F("requested_by")) & (Q(requester=None) | ~Q(decided_by=F("requester")))),
                name="four_eyes",
                violation_error_message="Neither who raised it nor who asked for the approval may decide.",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(raised_by=None) | ~Q(decided_by=F("raised_by")),
                name="four_eyes_of_the_raiser",
                violation_error_message="Whoever raised it for somebody else may not decide.",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | Q(decided_by=F("approver"), on_behalf_of=None)
                | Q(on_behalf_of=F("approver")),
                name="decided_by_the_approver",
            ),
            models.CheckConstraint(
                condition=Q(on_behalf_of=None, delegation=None)
                | Q(on_behalf_of__isnull=False, delegation__isnull=False, decided_by__isnull=False),
                name="stand_in_names_delegation",
            ),
            ExclusionConstraint(
                name="one_part_in_a_round", violation_error_message=TWICE,
                expressions=[("round", "="), ("decided_by", "="), (STANDS_IN, "<>")],
                condition=Q(decided_by__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(state__in=("approved", "refused"), decided_by__isnull=False, decided_at__isnull=False)
                | (~Q(state__in=("approved", "refused")) & Q(decided_by=None, decided_at=None)),
                name="decision_names_who_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(comment=""), name="refusal_says_why"
            ),
        ]  # fmt: skip

        triggers = [
            pgtrigger.Trigger(name="stands_in_by_delegation", when=pgtrigger.Before, func=BY_DELEGATION,
                              operation=pgtrigger.Insert | pgtrigger.Update)
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} approval of {self.record}"

    def get_absolute_url(self) -> str:
        return f"/approvals/{self.pk}"

    @property
    def never(self) -> set[int]:
        """Who may not decide it: whoever wants it, raised it or asked for it."""
        people = (self.requester_id, self.raised_by_id, self.requested_by_id)
        return {pk for pk in people if pk}

    def may_decide(self, person) -> bool:
        if self.state != self.State.ASKED or person.pk in self.never:
            return False
        return person.pk == self.approver_id or self.is_lent_to(person)

    def is_lent_to(self, person) -> bool:
        """Whether this person decides it today for whoever is asked."""
        lent = grants_of(person).scope("delegate").records
        return (
            self.record_id in lent
            and type(self).objects.lent_to(person).filter(pk=self.pk).exists()
        )

    # verbs ---------------------------------------------------------------------------------------
    def approve(self, *, by: Person, comment: str = "") -> Self:
        """Say yes; the last yes of a round completes the record's approval."""
        return self._decide(by, self.State.APPROVED, comment)

    def refuse(self, *, by: Person, comment: str = "") -> Self:
        """Say no, and why; the round ends and the record goes back."""
        return self._decide(by, self.State.REFUSED, comment)

    def _decide(self, by: Person, verdict: str, comment: str) -> Self:
        verb = "approve" if verdict == self.State.APPROVED else "refuse"
        comment = comment.strip()
        with (
            constraints_in_words(Approval),
            transaction.atomic(),
            own_context(by, verb, comment) as ctx,
        ):
            work = work_model(self.record.kind).objects.get(pk=self.record_id)
            lock(work)
            ongoing = Round.objects.select_for_update().get(pk=self.round_id)
            self.refresh_from_db()
            self._check(by, work, verb, comment)
            self.state, self.comment = verdict, comment
            if self.delegation:
                self.on_behalf_of = self.approver
            self.decided_by, self.decided_at = by, clock.now()
            self.save()
            self._go_on(work, ongoing, by, context=ctx.id)
        return self

    def _check(self, by: Person, work, verb: str, comment: str) -> None:
        if not work.is_visible_to(by):
            raise NotSeen("There is no such approval, or you may not see it.")
        if by.pk in self.never:
            raise NotAllowed("Whoever raised it or asked for the approval may not decide.")
        self.delegation = self._stands_in(by)
        if self.state != self.State.ASKED:
            raise NotNow(
                f"This approval is {self.get_state_display().lower()}, so you cannot {verb} it now.",
                record=work,
            )
        if verb == "refuse" and not comment:
            raise Invalid(comment="Say why, so that it can be mended.")
        if "\x00" in comment or len(comment) > 4000:
            raise Invalid(comment="Write at most 4,000 characters.")

    def _stands_in(self, by: Person) -> Delegation | None:
        """Under which delegation somebody decides who was not asked; its row is held till the end."""
        if by.pk == self.approver_id:
            return None
        rows = Delegation.objects.select_for_update()
        found = rows.on().covering(self.kind).filter(person=self.approver, delegate=by).first()
        if found is None:
            raise NotAllowed(f"This approval was asked of {self.approver.name}.")
        others = self.round.steps.exclude(pk=self.pk).exclude(state=self.State.WITHDRAWN)
        if others.filter(Q(approver=by) | Q(decided_by=by)).exists():
            raise NotAllowed(TWICE)
        return found

    def _go_on(self, work, ongoing: Round, by: Person, **event: Any) -> None:
        """Tell the record; ask the next lane, or end the round with its outcome."""
        refused = self.state == self.State.REFUSED
        left = ongoing.steps.filter(state__in=("asked", "waiting")).exists()
        asked = ongoing.ask_next() if left and not refused else []
        role = self.get_kind_display().lower()
        work.note(
            "refuse" if refused else "approve", by=by, reason=self.comment, before=work.state,
            words=f"refused {role} approval of" if refused else f"gave {role} approval to",
            quiet=refused or not left, on_behalf_of=self.on_behalf_of, data={"asked": [step.approver_id for step in asked]}, **event,
        )  # fmt: skip
        if refused:
            ongoing.end(Round.State.REFUSED)
            work.turn_down(by=by, reason=self.comment, on_behalf_of=self.on_behalf_of)
        elif not left:
            ongoing.end(Round.State.APPROVED)
            work.grant(by=by, on_behalf_of=self.on_behalf_of)
