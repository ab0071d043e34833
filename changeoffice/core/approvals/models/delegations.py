"""Who decides for somebody who is away: named by day, never in a chain, once for each kind."""

from __future__ import annotations

from datetime import date
from typing import Self

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.db import connection, models
from django.db.models import F, Func, Q

from changeoffice.core.approvals.approvers import Kind
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.clock import OfficeNow
from changeoffice.core.record.history import tracked


class Days(Func):
    """Both days and all between them."""

    function = "DATERANGE"
    output_field = DateRangeField()


def once_for(kind: str) -> ExclusionConstraint:
    """At any day at most one delegate decides for somebody in one kind of approval."""
    return ExclusionConstraint(
        name=f"one_delegate_{kind}",
        expressions=[("person", RangeOperators.EQUAL),
                     (Days("from_on", "until_on", RangeBoundary(True, True)), RangeOperators.OVERLAPS)],
        condition=Q(ended_at=None) & (Q(kinds=[]) | Q(kinds__contains=[kind])),
        violation_error_message="Somebody decides for them on some of these days already.",
    )  # fmt: skip


# The lock lets two people who name each other at the same moment come one after the other.
NO_CHAIN = """
    PERFORM pg_advisory_xact_lock(hashtext('approvals_delegation'));
    IF NEW.ended_at IS NULL AND EXISTS (
        SELECT 1 FROM approvals_delegation d
         WHERE d.id <> NEW.id AND d.ended_at IS NULL
           AND (d.person_id = NEW.delegate_id OR d.delegate_id = NEW.person_id)
           AND daterange(d.from_on, d.until_on, '[]') && daterange(NEW.from_on, NEW.until_on, '[]'))
    THEN RAISE EXCEPTION 'a delegate cannot be away on the same days'
         USING ERRCODE = 'check_violation', CONSTRAINT = 'delegates_never_in_a_chain';
    END IF;
    RETURN NEW;
"""


class DelegationQuerySet(models.QuerySet):
    def on(self, day: date | None = None) -> Self:
        day = day or clock.today()
        return self.filter(ended_at=None, from_on__lte=day, until_on__gte=day)

    def to_come(self) -> Self:
        """In force now or later."""
        return self.filter(ended_at=None, until_on__gte=clock.today())

    def of(self, person: Person) -> Self:
        """Given by this person, or taken on."""
        return self.filter(Q(person=person) | Q(delegate=person))

    def covering(self, kind: str) -> Self:
        return self.filter(Q(kinds=[]) | Q(kinds__contains=[kind]))


@tracked
class Delegation(models.Model):
    """While somebody is away another decides for them; without kinds, on every kind of approval."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    delegate = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField()
    kinds = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    reason = models.CharField(max_length=200)
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(db_default=OfficeNow())
    ended_at = models.DateTimeField(null=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        ordering = ["from_on", "id"]
        indexes = [models.Index(fields=["delegate", "until_on"], name="delegation_of_delegate")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(person=F("delegate")), name="delegate_is_another",
                violation_error_message="Nobody stands in for themselves.",
            ),
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")), name="delegation_ends_after_it_begins",
                violation_error_message="The last day is before the first.",
            ),
            *map(once_for, Kind.values),
        ]  # fmt: skip
        triggers = [
            pgtrigger.Trigger(name="never_in_a_chain", when=pgtrigger.Before, func=NO_CHAIN,
                              operation=pgtrigger.Insert | pgtrigger.Update)
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.delegate} for {self.person}"

    @property
    def kinds_label(self) -> str:
        return ", ".join(str(Kind(kind).label) for kind in self.kinds) or "Every kind"

    @classmethod
    def lock_all(cls) -> None:
        """Taken before looking whether another would stand in the way; the trigger takes it too."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('approvals_delegation'))")


def delegate_of(field: str) -> models.Subquery:
    """A field of today's delegation for the step at hand, beside rows of approvals."""
    kind = Func(models.OuterRef("kind"), function="ARRAY", template="%(function)s[%(expressions)s]")
    found = Delegation.objects.on().filter(Q(kinds=[]) | Q(kinds__contains=kind))
    return models.Subquery(found.filter(person=models.OuterRef("approver")).values(field)[:1])
