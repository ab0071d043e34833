"""What was taken in from which file, what was refused and why, and what each source last said."""

from django.db import models

from changeoffice.core.people.models import Person
from changeoffice.core.record.models import Alias


class ImportRun(models.Model):
    kind = models.CharField(max_length=40)
    mapping = models.CharField(max_length=60)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.file_name}, {self.mapping}"


class RefusedRow(models.Model):
    """One row that was not taken in, as it stood in the file."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="refused_rows")
    row = models.PositiveIntegerField()
    cells = models.JSONField()
    errors = models.JSONField(help_text="[{column, message}]")

    def __str__(self) -> str:
        return f"row {self.row}"


class ImportedValues(models.Model):
    """What a source last said of one record; a field that differs now was changed by hand."""

    alias = models.OneToOneField(Alias, on_delete=models.CASCADE, related_name="last_import")
    values = models.JSONField(default=dict)

    def __str__(self) -> str:
        return str(self.alias_id)
