"""Which approvals wait for whom, and who may decide them today for somebody away."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from changeoffice.core.approvals.models.delegations import delegate_of
from changeoffice.core.people.models import Person
from changeoffice.core.record.models import visible


def lent(person) -> RawSQL:
    """Steps somebody decides for another today, in the words visibility reads too."""
    return RawSQL("SELECT step_id FROM lent_steps(%s)", [person.pk])


class ApprovalQuerySet(models.QuerySet):
    def visible_to(self, person) -> Self:
        return self.filter(visible(person, at="record__"))

    def asked_of(self, person) -> Self:
        """What waits for this person, in their own right or for somebody who is away."""
        own = Q(approver=person, state="asked")
        return self.visible_to(person).filter(own | Q(pk__in=lent(person)))

    def decidable_by(self, person) -> Self:
        """What this person may answer now, in their own right or for somebody who is away: asked,
        and barred from it by nothing they did themselves."""
        barred = Q(requester=person) | Q(raised_by=person) | Q(requested_by=person)
        asked = self.filter(Q(approver=person) | Q(pk__in=lent(person)), state="asked")
        return asked.exclude(barred)

    def with_delegates(self) -> Self:
        """With the name of whoever may decide each today for the person asked."""
        return self.annotate(delegate=delegate_of("delegate__name"))

    def people(self) -> models.QuerySet:
        """Whoever is asked these, and their delegates of today."""
        stand_ins = self.annotate(stand_in=delegate_of("delegate_id")).values("stand_in")
        own = Q(pk__in=self.values("approver_id"))
        return Person.objects.filter(own | Q(pk__in=stand_ins), is_active=True)

    def lent_to(self, person) -> Self:
        return self.filter(pk__in=lent(person))
