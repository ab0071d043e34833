"""Who holds which role, and where; API tokens with their scopes."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from knox.models import AbstractAuthToken

from changeoffice.core.tracking import tracked


class Role(models.TextChoices):
    ANALYST = "analyst", "Analyst"
    MANAGER = "manager", "Change-office manager"
    PROJECT_MANAGER = "project_manager", "Project manager"
    SERVICE_OWNER = "service_owner", "Service owner"
    PRACTICE_OWNER = "practice_owner", "Practice owner"
    APPROVER = "approver", "Approver"
    LEADERSHIP = "leadership", "Leadership"
    SUPPLIER = "supplier", "Supplier"
    AUDITOR = "auditor", "Auditor"
    ADMINISTRATOR = "administrator", "Administrator"
    INTEGRATION = "integration", "Integration"


class Practice(models.TextChoices):
    SUPPLIER = "supplier", "Supplier management"
    FINANCE = "finance", "Service financial management"
    DESIGN = "design", "Service design"
    TESTING = "testing", "Service validation and testing"
    CHANGE = "change", "Change enablement"
    DEPLOYMENT = "deployment", "Deployment management"
    RELEASE = "release", "Release management"


@tracked
class RoleAssignment(models.Model):
    may_end = True

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="role_assignments"
    )
    role = models.CharField(max_length=20, choices=Role.choices)
    practice = models.CharField(max_length=12, choices=Practice.choices, blank=True)
    unit = models.ForeignKey("people.BusinessUnit", null=True, blank=True, on_delete=models.CASCADE)
    record = models.ForeignKey(
        "record.Record", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    until = models.DateField(null=True, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    given_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "person",
                "role",
                "practice",
                "unit",
                "record",
                name="role_once_per_scope",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(unit=None) | Q(record=None), name="role_one_kind_of_scope"
            ),
            models.CheckConstraint(
                condition=(Q(role=Role.PRACTICE_OWNER) & ~Q(practice=""))
                | (~Q(role=Role.PRACTICE_OWNER) & Q(practice="")),
                name="practice_owner_names_practice",
            ),
            models.CheckConstraint(
                condition=Q(given_by=None) | ~Q(given_by=F("person")),
                name="no_role_for_oneself",
                violation_error_message="Nobody gives a role to themselves; ask another administrator.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} is {self.label}"

    @property
    def label(self) -> str:
        name = self.get_role_display()
        return f"{name}, {self.get_practice_display().lower()}" if self.practice else name


class ApiToken(AbstractAuthToken):
    """A bearer token; only its digest is stored."""

    name = models.CharField(max_length=80)
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    last_used_on = models.DateField(null=True)

    class Meta:
        ordering = ["-created"]

    def allows(self, area: str, action: str) -> bool:
        """True when a scope covers `area:action`; write includes read, admin includes all."""
        wanted = {"admin", f"{area}:write"} | ({f"{area}:read"} if action == "read" else set())
        return bool(wanted & set(self.scopes))
