"""Changing what one said: by its author, for a day, with the earlier words kept."""

from django.db import transaction
from django.db.models import QuerySet

from changeoffice.core.people.models import Person
from changeoffice.core.record import clock, pace
from changeoffice.core.record.errors import NotAllowed, NotNow, NotSeen
from changeoffice.core.record.models import SAID
from changeoffice.core.record.workflow import lock
from changeoffice.core.talk.models import (
    MODERATORS,
    Comment,
    EarlierWords,
    follow,
    mentioned,
    said,
)

MOST_KEYS = 2**62


def found(work, number: int, person) -> Comment:
    """The comment on this record, as it stands now, if this person may read it."""
    rows = Comment.objects.filter(pk=min(number, MOST_KEYS), record_id=work.pk)
    row = rows.select_related("author").first()
    if row is None or (row.hidden_at and not knows(row, work, person)):
        raise NotSeen("There is no such comment here.")
    return row


def knows(row: Comment, work, person) -> bool:
    """Its author and those who keep watch read what others do not."""
    return row.author_id == person.pk or MODERATORS.holds(person, work)


def earlier(row: Comment, work, person) -> QuerySet[EarlierWords]:
    if not knows(row, work, person):
        raise NotAllowed("What it said before is read by its author and those who keep watch.")
    return row.earlier.all()


def need_author(row: Comment, person) -> None:
    if row.author_id != person.pk:
        raise NotAllowed("Only its author changes a comment.")


def need_editable(row: Comment, work, person) -> None:
    need_author(row, person)
    if row.hidden_at:
        raise NotNow(
            "The change office has hidden this comment, so it stays as it is.", record=work
        )
    if not row.is_editable_by(person):
        raise NotNow("A comment can be changed for one day; now it stands.", record=work)


@transaction.atomic
def edit(work, row: Comment, *, by: Person, body: str) -> Comment:
    """Say it otherwise; whoever is newly named hears of it, nobody else."""
    lock(work)
    if not work.is_visible_to(by):
        raise NotSeen(f"{work.reference} does not exist.")
    row = found(work, row.pk, by)
    need_editable(row, work, by)
    body = said(body)
    if body == row.body:
        return row
    pace.keep(by, "comment")
    EarlierWords.objects.create(comment=row, body=row.body, at=row.edited_at or row.at)
    row.body, row.edited_at = body, clock.now()
    row.save(update_fields=["body", "edited_at"])
    _call(work, row, by)
    return row


def _call(work, row: Comment, by: Person) -> None:
    """Whoever this comment has called before does not hear of it again, were they left out between."""
    told = work.record.events.filter(verb__in=SAID, data__comment=row.pk)
    before = set(row.mentions.values_list("pk", flat=True)).union(
        *filter(None, told.values_list("data__mentions", flat=True))
    )
    people = mentioned(row.body, work)
    new = [person for person in people if person.pk not in before]
    row.mentions.set(people)
    follow(work.pk, *new)
    work.note("edit_comment", by=by, words="edited a comment on", before=work.state, quiet=not new,
              data={"comment": row.pk, "mentions": [person.pk for person in new]})  # fmt: skip
