"""One vote a person, and the counters kept from the rows themselves."""

from django.db import connection, models

from changeoffice.core.people.models import Person
from changeoffice.core.record.clock import OfficeNow
from changeoffice.core.record.history import tracked

OPEN_TO_VOTES = ("open", "under_review", "more_information", "vetting", "developed")
HALF_LIFE_DAYS = 7
# Votes are told by unit and never by name; of fewer people the unit would be as good as the name.
SMALLEST_GROUP = 5

# Time-decayed interest: a vote or comment counts 2^(-age / half-life). The order of such sums does
# not change as time passes, so log2 of the sum, taken from a fixed epoch, can be stored and indexed.
RECOUNT = """
    WITH heard AS (
        SELECT at FROM ideation_vote WHERE idea_id = %(idea)s
        UNION ALL SELECT at FROM talk_comment WHERE record_id = %(idea)s
    ), latest AS (SELECT max(extract(epoch FROM at)) AS t FROM heard)
    UPDATE ideation_idea SET
        vote_count = (SELECT count(*) FROM ideation_vote WHERE idea_id = %(idea)s),
        comment_count = (SELECT count(*) FROM talk_comment WHERE record_id = %(idea)s),
        trending = coalesce((SELECT latest.t / %(half_life)s + ln(
            sum(power(2.0, (extract(epoch FROM at) - latest.t) / %(half_life)s))) / ln(2.0)
            FROM heard, latest GROUP BY latest.t), 0)
     WHERE id = %(idea)s RETURNING vote_count, comment_count, trending
"""


@tracked
class Vote(models.Model):
    idea = models.ForeignKey("ideation.Idea", on_delete=models.PROTECT, related_name="votes")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=OfficeNow())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["idea", "person"], name="one_vote_per_person")
        ]

    def __str__(self) -> str:
        return f"a vote for {self.idea_id}"


def units_told() -> models.QuerySet:
    """Ids of the units large enough to be told apart."""
    people = Person.objects.staff().order_by().values("unit").annotate(n=models.Count("pk"))
    return people.filter(n__gte=SMALLEST_GROUP).values("unit")


def tells_apart(code: str) -> bool:
    """Whether a list of what this unit voted for would leave open whose votes they are."""
    voters = Vote.objects.filter(person__unit__code=code).order_by().values("person").distinct()
    return voters[:SMALLEST_GROUP].count() == SMALLEST_GROUP


def recount(idea_id: int) -> tuple[int, int, float]:
    """Votes, comments and interest, set from the rows; called with the idea's row locked."""
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT, {"idea": idea_id, "half_life": HALF_LIFE_DAYS * 86400.0})
        return cursor.fetchone()
