"""What a dry run or a run made of each row, and how far it has come."""

from django.db import models
from django.db.models import Q

from changeoffice.core.record.models import Record, visible

OUTCOMES = [
    ("conflict", "Conflicts with hand edits"), ("refused", "Refused"), ("updated", "Changed"),
    ("created", "Created"), ("unchanged", "Unchanged"),
]  # fmt: skip


class LineQuerySet(models.QuerySet):
    def visible_to(self, person) -> "LineQuerySet":
        """Rows of an import, without those about items this person may not see. A row that is no
        item, or none yet, is what stands in the file: that is for whoever uploaded it."""
        own_file = Q(record=None, of__owner=person)
        return self.filter(own_file | visible(person, at="record__"))


class ImportLine(models.Model):
    """One row of the file: what came, or would come, of it."""

    of = models.ForeignKey("imports.Import", on_delete=models.CASCADE, related_name="lines")
    row = models.PositiveIntegerField()
    outcome = models.CharField(max_length=12, choices=OUTCOMES)
    record = models.ForeignKey(Record, null=True, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=64, blank=True)
    title = models.CharField(max_length=200, blank=True)
    changes = models.JSONField(default=list, help_text="[{field, label, old, new, conflict}]")
    errors = models.JSONField(default=list, help_text="[{column, value, message}]")
    cells = models.JSONField(default=dict, help_text="A refused row as it stood in the file.")
    mark_before = models.CharField(max_length=12, blank=True)
    mark_after = models.CharField(max_length=12, blank=True)
    digest = models.CharField(max_length=40, blank=True)

    objects = LineQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "row"], name="a_line_for_a_row")]
        indexes = [models.Index(fields=["of", "outcome", "row"], name="lines_by_outcome")]

    def __str__(self) -> str:
        return f"row {self.row}"


class Progress(models.Model):
    """How far the worker has come; written on a connection of its own, so that everybody sees it
    while the one transaction that holds all rows is still open."""

    of = models.OneToOneField("imports.Import", primary_key=True, on_delete=models.CASCADE,
                              related_name="progress")  # fmt: skip
    attempt = models.PositiveIntegerField(default=0)
    steps = models.JSONField(default=list, help_text="[{step, done, total, started, seconds}]")
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"attempt {self.attempt}"
