"""The header of every record, who may see it, who is named on it, and its names elsewhere."""

from __future__ import annotations

import re
from typing import Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVectorField
from django.db import models
from django.db.models import Exists, OuterRef, Q

from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.rules import FIGURE_ROLES, scope_q
from changeoffice.core.people.models import BusinessUnit, Person

LONE_MINUS = re.compile(r'-(?![\w"])')


class Reach(models.IntegerChoices):
    STAFF = 0, "All staff"
    ROLES = 1, "People with a role on it or its unit"
    OWN = 2, "Its owner and people named on it"


# Taken out of sight by moderation, which nobody chooses for a record of theirs: beside its owner and
# people named on it, only these still know that it exists.
HIDDEN = 3
MODERATES = ("analyst", "manager", "auditor")


def visible(person, at: str = "") -> Q:
    """Which rows this person may see; the same words for Record, every Work, and joins to them.

    Confidential rows and drafts exist only for the owner, for people named on their home item, and
    for whoever decides for another what is asked about it.
    """
    grants = grants_of(person)
    named = Exists(NamedPerson.objects.filter(record_id=OuterRef(f"{at}home_id"), person=person))
    own = Q(**{f"{at}owner_id": person.pk})
    found = own | Q(named)
    if lent := grants.scope("delegate").records:
        found |= Q(**{f"{at}home_id__in": sorted(lent)})
    if grants.is_staff:
        found |= Q(**{f"{at}reach": Reach.STAFF, f"{at}confidential": False})
    if held := scope_q(grants.scope(*FIGURE_ROLES), at):
        found |= Q(**{f"{at}reach": Reach.ROLES, f"{at}confidential": False}) & held
    if kept := scope_q(grants.scope(*MODERATES), at):
        found |= Q(**{f"{at}reach": HIDDEN, f"{at}confidential": False}) & kept
    return found if person.is_active else Q(pk__in=[])


def query_of(words: str) -> SearchQuery:
    """What a person typed as a query. A minus means "without" before a word only: hundreds in a
    row would be nested as deep, and deeper than the database goes."""
    plain = LONE_MINUS.sub(" ", words[:200])
    return SearchQuery(plain, search_type="websearch", config="office")


class RecordQuerySet(models.QuerySet):
    def visible_to(self, person) -> Self:
        return self.filter(visible(person))

    def search(self, words: str) -> Self:
        """Full-text over title, reference and text; best first, at most what is asked for."""
        query = query_of(words)
        return (
            self.filter(search=query)
            .annotate(closeness=SearchRank("search", query))
            .order_by("-closeness", "-id")
        )


class Record(models.Model):
    """The header of every record, kept by a trigger on its Work table and never written here."""

    id = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=24)
    reference = models.CharField(max_length=24, unique=True)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=24)
    unit = models.ForeignKey(BusinessUnit, null=True, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    reach = models.SmallIntegerField(choices=Reach.choices)
    confidential = models.BooleanField()
    home = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+")
    search = SearchVectorField(null=True)
    created_at = models.DateTimeField()

    objects = RecordQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(fields=["search"], name="record_search"),
            GinIndex(fields=["title"], opclasses=["gin_trgm_ops"], name="record_title_trigram"),
            models.Index(fields=["kind", "-id"], name="record_kind"),
            models.Index(
                fields=["home"], name="record_confidential", condition=models.Q(confidential=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        from changeoffice.core.record.models.work import work_model

        return work_model(self.kind).url_for(self.reference)


class NamedPerson(models.Model):
    """Someone named on a record: co-author, assessor, or admitted to a confidential item. For each
    part in it once, so that giving up one leaves the others."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="named")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    part = models.CharField(max_length=20, default="reader")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record", "person", "part"], name="named_once_for_a_part"
            )
        ]

    @staticmethod
    def put(record_id: int, *people: Person | None, part: str = "reader") -> None:
        """Name them for this part; whoever is named for it already stays so."""
        rows = [NamedPerson(record_id=record_id, person=one, part=part) for one in people if one]
        NamedPerson.objects.bulk_create(rows, ignore_conflicts=True)


class Alias(models.Model):
    """The same thing under another system's name."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="aliases")
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="alias_names_one_record")
        ]
