"""What should not stand here: reported by anybody, hidden and shown again by the change office."""

from django.db import models
from django.db.models import Q

from changeoffice.core.access.rules import ANALYST, OWNER, STAFF
from changeoffice.core.notify.fan_out import notify
from changeoffice.core.people.models import Person
from changeoffice.core.record import acting, clock
from changeoffice.core.record.clock import OfficeNow
from changeoffice.core.record.errors import Invalid, NotNow
from changeoffice.core.record.inputs import LongText
from changeoffice.core.record.models import HIDDEN, Reach, Record
from changeoffice.core.record.workflow import ANY, guard, transition
from changeoffice.core.talk.models import MODERATORS, Comment
from ideation.models.merging import Mergeable

READS_WHY = MODERATORS | OWNER
WHY = LongText(label="Why", lines=3, min=5, max=500, hint="Whoever wrote it reads this.")


class Report(models.Model):
    """Somebody thinks that an idea, or a comment on it or on another record, should not stand here."""

    idea = models.ForeignKey(
        "ideation.Idea", null=True, on_delete=models.PROTECT, related_name="reports"
    )
    comment = models.ForeignKey(Comment, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField(db_default=OfficeNow())
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["idea", "comment", "person"], condition=Q(decided_at=None),
                nulls_distinct=False, name="reported_once",
            ),
            models.CheckConstraint(
                condition=Q(idea__isnull=False) | Q(comment__isnull=False), name="report_is_of_something"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"report {self.pk}"

    @property
    def about(self) -> Record:
        """What it, or the comment, stands on."""
        return self.comment.record if self.comment else self.idea.record


class CommentsModerated:
    """What is said about a record, kept from others by who keeps watch over it."""

    @transition(ANY, None, who=ANALYST, told="hid a comment on", quiet=True, bumps=False, door=False,
                asks={"reason": WHY}, noted=False, reason_for=MODERATORS)  # fmt: skip
    def hide_comment(self, *, by, comment, reason):
        """Keep what was said from everybody but its author and those who keep watch."""
        said = self._said(comment)
        if said.hidden_at:
            raise NotNow("This comment is hidden already.", record=self)
        said.hidden_at, said.hidden_because = clock.now(), reason
        said.save(update_fields=["hidden_at", "hidden_because"])
        self.decide_reports(by, said)
        self._tell(said.author, by, f"Your comment on {self.reference} was hidden: {reason}")

    @transition(ANY, None, who=ANALYST, told="showed a comment again on", quiet=True, bumps=False,
                door=False, noted=False)  # fmt: skip
    def restore_comment(self, *, by, comment):
        """Let everybody read it again."""
        said = self._said(comment)
        if not said.hidden_at:
            raise NotNow("This comment is not hidden.", record=self)
        said.hidden_at, said.hidden_because = None, ""
        said.save(update_fields=["hidden_at", "hidden_because"])
        self._tell(said.author, by, f"Your comment on {self.reference} can be read again")

    @transition(ANY, None, who=ANALYST, told="left as it is", quiet=True, bumps=False, door=False,
                noted=False)  # fmt: skip
    def leave_shown(self, *, by, comment=None):
        """Nothing is wrong with it: its reports are answered."""
        said = self._said(comment) if comment else None
        if not self.decide_reports(by, said):
            raise NotNow("No open report is about this.", record=self)

    def decide_reports(self, by, comment: Comment | None) -> int:
        of = {"comment": comment} if comment else {"comment": None, "idea_id": self.pk}
        rows = Report.objects.filter(decided_at=None, **of)
        return rows.update(decided_at=clock.now(), decided_by=by)

    def _said(self, comment: Comment) -> Comment:
        """As it stands now, with the record locked: it may have moved on in a merge."""
        found = Comment.objects.filter(pk=comment.pk, record_id=self.pk).first()
        if found is None:
            raise Invalid(comment="There is no such comment on it.")
        return found

    def _tell(self, person, by, text: str) -> None:
        """Its own words instead of those of the event, which followers would read too."""
        if person and person.pk != by.pk and person.is_active and acting.door().name != "demo":
            key = f"moderated:{self.pk}:{clock.now().timestamp()}"
            notify(person, work=self, because="you wrote it", text=text, key=key)

    def acts_on(self, comment, person) -> list[tuple[str, str]]:
        """Report what others said; hide it or show it again for those who may."""
        base, found = f"{self.get_absolute_url()}/comments/{comment.pk}", []
        if ANALYST.holds(person, self):
            act = ("Show again", "restore") if comment.hidden_at else ("Hide", "hide")
            found.append((act[0], f"{base}/{act[1]}"))
        elif comment.author_id != person.pk and not comment.hidden_at and STAFF.holds(person, self):
            found.append(("Report", f"{base}/report"))
        return found


@guard("It is hidden already.")
def is_shown(idea) -> bool:
    return idea.reach != HIDDEN


@guard("It is not hidden.")
def was_hidden(idea) -> bool:
    return idea.reach == HIDDEN


SUBMITTED = ("open", "under_review", "more_information", "vetting", "developed", "promoted",
             "merged", "parked", "declined")  # fmt: skip


class Moderated(CommentsModerated, Mergeable):
    class Meta(Mergeable.Meta):
        abstract = True

    hidden_because = models.TextField(blank=True, default="", db_default="", editable=False)

    @classmethod
    def hidden_at(cls, header, person) -> tuple[str, ...]:
        why = () if READS_WHY.holds(person, header) else ("hidden_because",)
        return (*super().hidden_at(header, person), *why)

    @property
    def is_hidden(self) -> bool:
        return self.reach == HIDDEN

    @transition(SUBMITTED, None, who=ANALYST, told="hid", quiet=True, guards=[is_shown], tone="danger",
                asks={"reason": WHY}, reason_for=READS_WHY,
                confirm="It then exists only for its author, people named on it, analysts and auditors. "
                        "The words of a demand it became stay: edit that one, or make it confidential.")  # fmt: skip
    def hide(self, *, by, reason):
        """Take it out of sight; its author hears why."""
        self.reach, self.hidden_because = HIDDEN, reason
        self.decide_reports(by, None)
        self._tell(self.owner, by, f"{self.reference} was hidden by the change office: {reason}")

    @transition(SUBMITTED, None, who=ANALYST, told="showed again", quiet=True, guards=[was_hidden],
                label="Show again")  # fmt: skip
    def restore(self, *, by):
        """Let everybody see it again."""
        self.reach, self.hidden_because = Reach.STAFF, ""
        self._tell(self.owner, by, f"{self.reference} can be seen by everybody again")
