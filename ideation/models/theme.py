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

    @classmethod
    def by_threshold(cls) -> dict[int, list[int]]:
        """The themes that ask for as many votes, by that number."""
        found: dict[int, list[int]] = {}
        for pk, votes in cls.objects.order_by("pk").values_list("pk", "review_at_votes"):
            found.setdefault(votes, []).append(pk)
        return found
