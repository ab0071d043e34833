"""Days the organisation does not work, beside weekends and public holidays."""

from django.db import models

from changeoffice.core.tracking import tracked


@tracked
class DayOff(models.Model):
    may_end = True

    on = models.DateField(unique=True)
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ["on"]

    def __str__(self) -> str:
        return f"{self.name}, {self.on}"
