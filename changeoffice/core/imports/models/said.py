"""What each source last said, and how its columns were matched before."""

from django.db import models

from changeoffice.core.people.models import Person
from changeoffice.core.record.clock import OfficeNow
from changeoffice.core.record.models import Alias


class ImportedValues(models.Model):
    """What a source last said of one record; a field that differs now was changed by hand."""

    alias = models.OneToOneField(Alias, on_delete=models.CASCADE, related_name="last_import")
    values = models.JSONField(default=dict)

    def __str__(self) -> str:
        return str(self.alias_id)


class SavedMapping(models.Model):
    """How somebody matched the columns of one source, to be used for its next file."""

    name = models.CharField(max_length=60)
    of = models.CharField(max_length=40, help_text="The kind of record its rows are.")
    source = models.CharField(max_length=60)
    mapping = models.JSONField()
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=OfficeNow())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "name"], name="mapping_named_once")]

    def __str__(self) -> str:
        return self.name
