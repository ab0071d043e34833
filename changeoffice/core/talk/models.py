"""Talk about a record: comments with mentions, attachments, followers."""

import re
import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models, transaction
from django.db.models.functions import JSONObject, Lower

from changeoffice.core.access.rules import role
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock, pace
from changeoffice.core.record.clock import OfficeNow
from changeoffice.core.record.errors import Invalid, NotSeen
from changeoffice.core.record.models import MODERATES, Record, visible
from changeoffice.core.record.workflow import lock

MODERATORS = role(*MODERATES)
EDITED_FOR = timedelta(days=1)  # later, what was answered to it would no longer fit
MENTION = re.compile(r"(?<![\w@])@([A-Za-z0-9][\w.-]{0,62}\w)")


class Follower(models.Model):
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="followers")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(db_default=OfficeNow())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "person"], name="follow_once")]


class VisibleThroughRecord(models.QuerySet):
    def visible_to(self, person):
        return self.filter(visible(person, at="record__"))


class CommentQuerySet(VisibleThroughRecord):
    def with_called(self):
        """With whom each of them names: login and name, in the same query."""
        named = Comment.mentions.through.objects.filter(comment=models.OuterRef("pk"))
        pairs = named.values(pair=JSONObject(login="person__username", name="person__name"))
        return self.annotate(called=ArraySubquery(pairs))


class Comment(models.Model):
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="comments")
    author = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=120, blank=True)  # someone of another system
    reply_to = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    body = models.TextField()
    at = models.DateTimeField(db_default=OfficeNow())
    edited_at = models.DateTimeField(null=True, blank=True)
    mentions = models.ManyToManyField(Person, related_name="+")
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_because = models.TextField(blank=True, default="", db_default="")

    objects = CommentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["record", "at", "id"], name="comment_of_record")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(body=""), name="comment_says_something")
        ]

    def __str__(self) -> str:
        return self.body[:60]

    def is_editable_by(self, person) -> bool:
        """Its author, for a day, and not once the change office has hidden it."""
        mine = self.author_id is not None and self.author_id == person.pk
        return mine and not self.hidden_at and clock.now() - self.at <= EDITED_FOR


class EarlierWords(models.Model):
    """What a comment said before its author changed it."""

    append_only = True

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="earlier")
    body = models.TextField()
    at = models.DateTimeField()  # since when it said so

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.body[:60]


def as_read_by(person, comments: Iterable[Comment], work) -> list[Comment]:
    """With the words of hidden comments only for their authors and those who keep watch."""
    watches, rows = MODERATORS.holds(person, work), list(comments)
    for row in rows:
        row.is_veiled = bool(row.hidden_at) and not watches and row.author_id != person.pk
        if row.is_veiled:
            row.body = row.hidden_because = ""
        at = f"{work.get_absolute_url()}/comments/{row.pk}"
        own = [("Edit", f"{at}/edit")] if row.is_editable_by(person) else []
        row.acts = own + work.acts_on(row, person)
        knows = row.edited_at and (watches or row.author_id == person.pk)
        row.earlier_url = f"{at}/earlier" if knows else ""
    return rows


def attachment_path(attachment, name: str) -> str:
    """A name of our own making: nothing a person typed reaches the file system."""
    return f"{attachment.record_id % 1000:03d}/{uuid.uuid4().hex}"


class Attachment(models.Model):
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=160)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=attachment_path)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=OfficeNow())

    objects = VisibleThroughRecord.as_manager()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.name


def follow(record_id: int, *people: Person | None) -> None:
    rows = [Follower(record_id=record_id, person=person) for person in people if person]
    Follower.objects.bulk_create(rows, ignore_conflicts=True)


def unfollow(record_id: int, person: Person) -> None:
    Follower.objects.filter(record_id=record_id, person=person).delete()


def mentioned(body: str, work) -> list[Person]:
    """People named with @user-name who may see the record; others stay plain text."""
    names = {name.lower() for name in MENTION.findall(body)[:50]}
    if not names:
        return []
    found = Person.objects.filter(is_active=True).annotate(low=Lower("username"))
    return [person for person in found.filter(low__in=names) if work.is_visible_to(person)]


def said(body: str) -> str:
    """The words as they are kept."""
    body = body.strip()
    if not body or "\x00" in body or len(body) > 20_000:
        raise Invalid(body="Write a comment of at most 20,000 characters.")
    return body


@transaction.atomic
def comment(work, *, by: Person, body: str, reply_to: Comment | None = None) -> Comment:
    """Say something on a record; its author and those mentioned follow it from then on."""
    lock(work)
    if not work.is_visible_to(by):
        raise NotSeen(f"{work.reference} does not exist.")
    pace.keep(by, "comment")
    body = said(body)
    if reply_to and reply_to.record_id != work.pk:
        raise Invalid(reply_to="Reply to a comment of the same item.")
    made = Comment.objects.create(record_id=work.pk, author=by, body=body, reply_to=reply_to)
    people = mentioned(body, work)
    made.mentions.set(people)
    follow(work.pk, by, *people)
    work.after_comment()
    work.note("comment", by=by, words="commented on", before=work.state,
              data={"comment": made.pk, "mentions": [p.pk for p in people]})  # fmt: skip
    return made
