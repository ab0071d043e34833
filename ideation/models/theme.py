"""What ideas are about, and how many votes bring one up for review."""

from django.db import models

REVIEW_AT_VOTES = 25  # unless the theme says otherwise


class Theme(models.Model):
    name = models.CharField(max_length=60, unique=True)
    review_at_votes = models.PositiveIntegerField(default=REVIEW_AT_VOTES)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
