"""Two ideas that are one: what a merge moves, and how it goes back within a day."""

from datetime import timedelta

from django.db import models
from django.db.models import Q

from changeoffice.core.access.rules import ANALYST
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow
from changeoffice.core.record.inputs import Ref
from changeoffice.core.record.models import HIDDEN, Reach
from changeoffice.core.record.workflow import guard, transition
from changeoffice.core.talk.models import Comment, Follower
from ideation.models.reviewing import IN_REVIEW, Reviewed
from ideation.models.voting import OPEN_TO_VOTES, Vote

UNDONE_FOR = timedelta(days=1)
MERGEABLE = ("open", *IN_REVIEW, "more_information")


class Merge(models.Model):
    """What a merge moved, so that it can go back to where it was; gone once it went back."""

    idea = models.OneToOneField(
        "ideation.Idea", primary_key=True, on_delete=models.PROTECT, related_name="merge_kept"
    )
    state = models.CharField(max_length=24)
    votes = models.JSONField(default=list)
    comments = models.JSONField(default=list)
    followers = models.JSONField(default=list)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"what moved when {self.idea_id} was merged"


def _votable_targets(person):
    from ideation.models.idea import Idea

    return Idea.objects.visible_to(person).filter(state__in=OPEN_TO_VOTES)


@guard("It is confidential: people named on the other idea would read what was said here.")
def is_not_confidential(idea) -> bool:
    return not idea.confidential


@guard("It is hidden: what was said here would stand on the other idea. Show it again first.")
def is_not_hidden(idea) -> bool:
    return idea.reach != HIDDEN


@guard("A merge can be undone for one day; now it stands.")
def was_merged_lately(idea) -> bool:
    return clock.now() - idea.state_since <= UNDONE_FOR


@guard("The idea it was merged into is closed by now, so its votes stay there.")
def target_goes_on(idea) -> bool:
    return idea.merged_into is None or not idea.merged_into.is_closed


class Mergeable(Reviewed):
    class Meta(Reviewed.Meta):
        abstract = True

    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_here"
    )

    @transition(MERGEABLE, "merged", who=ANALYST, told="merged", guards=[is_not_confidential, is_not_hidden],
                also="into", asks={"into": Ref(label="Into which idea", key="reference", rows=_votable_targets, typed=True,
                                  hint="Its reference, for example IDEA-0042.")},
                label="Merge into another", undone_by="unmerge",
                confirm="Votes, followers and comments move to the other idea. "
                        "It can be undone for a day.")  # fmt: skip
    def merge(self, *, by, into):
        """Move votes (one per person), followers and comments, and leave a redirect."""
        if into.pk == self.pk:
            raise Invalid(into="Choose another idea than this one.")
        if not into.takes_votes:
            raise NotNow(f"{into.reference} takes no more votes.", record=into)
        if into.confidential or into.reach != Reach.STAFF:
            raise Invalid(
                into="Not everybody sees it, so what was said here would be lost to them."
            )
        moved = Merge(idea_id=self.pk, state=self.state, at=clock.now())
        moved.votes, moved.comments = _move_votes(self, into), _move_comments(self, into)
        moved.followers = _copy_followers(self, into)
        moved.save(force_insert=True)
        self.merged_into = into
        self._recount(), into._recount()
        into.note("absorb", by=by, before=into.state, words=f"merged {self.reference} into")

    @transition("merged", "?", who=ANALYST, also="merged_into", told="undid the merge of",
                label="Undo the merge", guards=[was_merged_lately, target_goes_on],
                confirm="Votes, followers and comments that moved come back to it.")  # fmt: skip
    def unmerge(self, *, by):
        """Put votes, comments and followers back as they were; open for a day."""
        into, moved = self.merged_into, Merge.objects.filter(pk=self.pk).first()
        if moved is None:
            raise NotNow("What this merge moved was not kept, so it stands.", record=self)
        if by is not None and not into.is_visible_to(by):
            raise NotAllowed("This needs somebody who may see the idea it was merged into.")
        Vote.objects.filter(pk__in=moved.votes, idea=into).update(idea=self)
        _bring_comments_back(self, into, moved.comments)
        _take_followers_off(into, moved.followers)
        self.merged_into, state = None, moved.state
        moved.delete()
        self._recount(), into._recount()
        into.note("release", by=by, before=into.state, words=f"took {self.reference} out of")
        return state

    def _recount(self) -> None:
        raise NotImplementedError


def _move_votes(idea, into) -> list[int]:
    """One per person is kept: who voted for both leaves the older vote where it was."""
    moving = idea.votes.exclude(person__in=into.votes.values("person_id"))
    return _moved(moving, idea=into)


def _move_comments(idea, into) -> list[int]:
    keys = _moved(Comment.objects.filter(record_id=idea.pk), record_id=into.pk)
    idea.reports.filter(comment__in=keys).update(idea=into)
    return keys


def _moved(rows, **to) -> list[int]:
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    rows.model.objects.filter(pk__in=keys).update(**to)
    return keys


def _copy_followers(idea, into) -> list[int]:
    there = Follower.objects.filter(record_id=into.pk).values("person_id")
    people = Person.objects.filter(
        pk__in=Follower.objects.filter(record_id=idea.pk).values("person_id")
    )
    made = Follower.objects.bulk_create(
        [Follower(record_id=into.pk, person=person) for person in people.exclude(pk__in=there)]
    )
    return [row.pk for row in made]


def _bring_comments_back(idea, into, keys: list[int]) -> None:
    """What was answered to them since goes with them."""
    theirs = Q(pk__in=keys) | Q(reply_to__in=keys)
    rows = Comment.objects.filter(theirs, record_id=into.pk)
    back = list(rows.values_list("pk", flat=True))
    Comment.objects.filter(pk__in=back).update(record_id=idea.pk)
    into.reports.filter(comment__in=back).update(idea=idea)


def _take_followers_off(into, keys: list[int]) -> None:
    """Except whoever has spoken up there since."""
    spoke = Comment.objects.filter(record_id=into.pk, author__isnull=False).values("author_id")
    rows = Follower.objects.filter(pk__in=keys, record_id=into.pk)
    rows.exclude(person__in=spoke).delete()
