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
