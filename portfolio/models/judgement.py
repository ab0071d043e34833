"""Delivery confidence: what a reviewer believes of a project, with reasons, beside its computed RAG.

A judgement belongs to a day and is never changed: whoever thinks again adds another.
"""

import pgtrigger
from django.db import models
from django.db.models.functions import Now

from changeoffice.core.access.rules import ANALYST, OWNER, Not
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.clock import OfficeNow
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.inputs import Choice, Date, LongText
from changeoffice.core.record.workflow import transition
from portfolio.models.parts import MovesRag

REVIEWS = ANALYST & Not(OWNER)
STEPS_APART = 2  # from green to amber, from amber to red


class Confidence(models.TextChoices):
    GREEN = "green", "Green"
    AMBER_GREEN = "amber_green", "Amber/green"
    AMBER = "amber", "Amber"
    AMBER_RED = "amber_red", "Amber/red"
    RED = "red", "Red"
    NOT_RATED = "not_rated", "Not rated"


class Scale(models.TextChoices):
    FIVE = "five", "Five steps"
    THREE = "three", "Three steps"


# How worried a value is, on one line with the computed colours.
WORRY = {"green": 0, "amber_green": 1, "amber": 2, "amber_red": 3, "red": 4}
SAID = ("value", "scale", "not_rated_because", "rationale")


class DeliveryConfidence(models.Model):
    """One judgement; `source` names the system it came from, empty when given here."""

    project = models.ForeignKey(
        "portfolio.Project", on_delete=models.PROTECT, related_name="judgements"
    )
    as_of = models.DateField()
    value = models.CharField(max_length=11, choices=Confidence.choices)
    scale = models.CharField(max_length=5, choices=Scale.choices, default=Scale.FIVE)
    not_rated_because = models.CharField(max_length=500, blank=True)
    rationale = models.TextField(blank=True)
    source = models.CharField(max_length=60, blank=True)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=OfficeNow())
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["as_of", "id"]
        indexes = [models.Index(fields=["project", "as_of", "id"], name="judgement_of_project")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.get_value_display()} on {self.as_of}"

    @property
    def tone(self) -> str:
        """The colour it is drawn in; the word says the step between."""
        return {"amber_green": "amber", "amber_red": "amber"}.get(self.value, self.value)


class Judged(MovesRag):
    """A record reviewers judge; its judgements stand in rows of their own."""

    class Meta(MovesRag.Meta):
        abstract = True

    @transition(("proposed", "active", "on_hold"), None, who=REVIEWS, bumps=False,
                label="Judge delivery confidence", told="judged the delivery confidence of",
                asks={"value": Choice(label="Delivery confidence", choices=Confidence.choices),
                      "rationale": LongText(label="Why", lines=4, min=10,
                                            hint="Everybody who sees the project reads this."),
                      "as_of": Date(label="As things stood on", required=False,
                                    hint="Today when left empty.")})  # fmt: skip
    def judge(self, *, by, value, rationale, as_of=None):
        """Say how likely it is to deliver as planned; this stands beside the computed colour."""
        as_of = as_of or clock.today()
        if as_of > clock.today():
            raise Invalid(as_of="Choose today or an earlier day.")
        self.add_judgement(by=by, value=value, rationale=rationale, as_of=as_of)

    def add_judgement(self, *, by, value, as_of, source="", **said) -> None:
        """Keep a judgement, unless it is what was said of that day already."""
        before = self.judgements.filter(as_of=as_of, source=source).last()
        new = DeliveryConfidence(
            project=self, by=by, value=value, as_of=as_of, source=source, **said
        )
        if before is None or any(getattr(before, n) != getattr(new, n) for n in SAID):
            new.save(force_insert=True)

    @property
    def confidence(self) -> DeliveryConfidence | None:
        """The latest judgement; reads the rows at hand where a list has fetched them."""
        rows = self.judgements.all()
        return max(rows, key=lambda row: (row.as_of, row.pk), default=None)

    @property
    def confidence_gap(self) -> str:
        """In words, where the reviewer's judgement and the computed colour differ."""
        computed = WORRY.get(self.rag.code) if self.rag else None
        judged = WORRY.get(self.confidence.value) if self.confidence else None
        if computed is None or judged is None or abs(judged - computed) < STEPS_APART:
            return ""
        mood = "less" if judged > computed else "more"
        return f"{mood} confident than the figures, which give {self.rag.code}"
