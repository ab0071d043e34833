"""What ran, when, for how long, on how many items, and who is alive to run it."""

from django.db import models


class JobRun(models.Model):
    job = models.CharField(max_length=60)
    slot = models.CharField(max_length=60, help_text="The minute it was due; two beats share one.")
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    counts = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "slot"], name="job_once_per_slot")]
        indexes = [models.Index(fields=["job", "-started_at"], name="runs_of_job")]

    def __str__(self) -> str:
        return f"{self.job} {self.slot}"

    @property
    def seconds(self) -> float | None:
        if self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()

    @property
    def outcome(self) -> str:
        if self.error:
            return "failed"
        return "done" if self.finished_at else "running"


class Heartbeat(models.Model):
    """A process says it is alive; one row per process name."""

    process = models.CharField(max_length=80, primary_key=True)
    kind = models.CharField(max_length=12)
    started_at = models.DateTimeField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.process
