"""What ideas are about, and how many votes bring one up for review."""

from django.db import models

from changeoffice.core.record.history import tracked


@tracked
class Theme(models.Model):
    name = models.CharField(max_length=60, unique=True)
    review_at_votes = models.PositiveIntegerField(
        null=True, blank=True, verbose_name="votes that queue an idea"
    )
    is_active = models.BooleanField(default=True, db_default=True, verbose_name="in use")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
