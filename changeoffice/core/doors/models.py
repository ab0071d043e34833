"""The API's memory of requests that may be repeated, and how people like to see their lists."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from changeoffice.core.access.grants import grants_of
from changeoffice.core.tracking import tracked


class RememberedAnswer(models.Model):
    """The first answer to an Idempotency-Key, kept for a day beside the effect it had."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    etag = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="answer_once")]

    def __str__(self) -> str:
        return self.key


class SavedViewQuerySet(models.QuerySet):
    def open_to(self, person, listed: str = "") -> "SavedViewQuerySet":
        """One's own views and those colleagues share; of one list, where it is named. What staff
        call their views and look for is not for a supplier's people."""
        shared = models.Q(is_shared=True) if grants_of(person).is_staff else models.Q()
        rows = self.filter(models.Q(owner=person) | shared)
        return rows.filter(listed=listed) if listed else rows


@tracked
class SavedView(models.Model):
    """How somebody likes to see a list: filters, order and columns, as its address holds them.

    It holds no rows, so sharing it shows nobody more than they may see.
    """

    may_end = True

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    listed = models.CharField(max_length=40, help_text="The list's plural, as in its address.")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    is_shared = models.BooleanField(default=False)
    is_start = models.BooleanField(default=False, help_text="The list opens with it.")

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                "owner", "listed", Lower("name"), name="one_view_of_a_name",
                violation_error_message="You have a view of this name here.",
            ),
            models.UniqueConstraint(
                fields=["owner", "listed"], condition=models.Q(is_start=True),
                name="one_view_opens_first",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/{self.listed}/views/{self.pk}"

    @property
    def list_url(self) -> str:
        return f"/{self.listed}?{self.query}&saved={self.pk}".replace("?&", "?")
