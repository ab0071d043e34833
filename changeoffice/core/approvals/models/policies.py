"""The policies that pick approvers, as rows an office changes."""

from __future__ import annotations

from typing import Self

from django.db import models

from changeoffice.core.record.history import tracked


@tracked
class ApprovalPolicy(models.Model):
    """When its conditions hold for a record of its kind, its steps are asked."""

    kind = models.CharField(max_length=24)
    name = models.CharField(max_length=80)
    order = models.PositiveSmallIntegerField(default=0)
    conditions = models.JSONField(default=dict, blank=True)
    steps = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["kind", "order", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "name"], name="policy_named_once",
                violation_error_message="Another policy has this name.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/admin/policies/approvals/{self.pk}"

    @classmethod
    def in_force(cls, kind: str) -> list[Self]:
        return list(cls.objects.filter(kind=kind, is_active=True))


@tracked
class Patience(models.Model):
    """How long an approval may wait past its limit before it goes to somebody else; one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    working_days = models.PositiveSmallIntegerField(default=3)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_patience"),
            models.CheckConstraint(
                condition=models.Q(working_days__range=(1, 60)), name="patience_1_to_60",
                violation_error_message="Choose 1 to 60 working days.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.working_days} working days"

    @classmethod
    def current(cls) -> Self:
        return cls.objects.filter(pk=1).first() or cls()
