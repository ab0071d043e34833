"""Reports of what should not stand here: each person counts once, and no reader learns who it was."""

from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.rules import ANALYST, STAFF, role
from changeoffice.core.administration.keeping import kept
from changeoffice.core.record import pace
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow, NotSeen
from changeoffice.core.record.inputs import LongText
from changeoffice.core.record.models import MODERATES, Record, Work
from changeoffice.core.record.workflow import lock
from changeoffice.core.talk.models import Comment
from ideation.models import Idea, Report

REPORT_INPUTS = {
    "reason": LongText(label="What is wrong with it", lines=3, min=5, max=500,
                       hint="Only the change office reads this, and your name.")
}  # fmt: skip
LISTED = 200
WATCHES = role(*MODERATES)


def report(work: Work, *, by, reason: str, comment: Comment | None = None) -> Report:
    """Say once that an idea, or a comment, should not stand here; a second time changes nothing."""
    if not STAFF.holds(by, work):
        raise NotAllowed("Reporting is for members of staff.")
    with kept(by, "report", model=Report, reason=reason) as draft:
        lock(work)
        if not work.is_visible_to(by):
            raise NotSeen(f"{work.reference} does not exist.")
        _check(work, by, comment)
        pace.keep_among(Report.objects.filter(person=by), by, "report")
        made, _ = Report.objects.get_or_create(
            idea=work if isinstance(work, Idea) else None, comment=comment, person=by,
            decided_at=None, defaults={"reason": reason},
        )  # fmt: skip
        what = "a comment on " if comment else ""
        which = f"a confidential {work.kind}" if work.confidential else work.reference
        draft.subject, draft.words = made, f"reported {what}{which}"
    return made


def _check(work: Work, by, comment: Comment | None) -> None:
    if not comment and not isinstance(work, Idea):
        raise Invalid(comment="Say which comment on it.")
    if work.state == "draft":
        raise NotNow("A draft is read by nobody else.", record=work)
    if (comment.author_id if comment else work.owner_id) == by.pk:
        raise Invalid(reason="You wrote it yourself.")
    if comment and comment.record_id != work.pk:
        raise Invalid(reason="There is no such comment on it.")
    if comment.hidden_at if comment else work.is_hidden:
        raise NotNow("The change office has hidden it already.", record=work)


def keeps_watch(person) -> bool:
    return grants_of(person).has(*MODERATES)


def open_reports(person) -> QuerySet:
    """What waits to be decided, about records this person may see and keeps watch over."""
    watched = Record.objects.visible_to(person).filter(WATCHES.q(person)).order_by().values("pk")
    about = Q(idea__in=watched, comment=None) | Q(comment__record__in=watched)
    rows = Report.objects.filter(about, decided_at=None)
    return rows.select_related("idea__record", "comment__record", "comment__author", "person")


@dataclass
class Case:
    """All that is reported of one thing."""

    record: Record
    comment: Comment | None
    words: str
    reports: list[Report] = field(default_factory=list)
    may_decide: bool = False

    @property
    def url(self) -> str:
        part = f"/comments/{self.comment.pk}" if self.comment else ""
        return f"{self.record.get_absolute_url()}{part}"


def cases(rows: list[Report], person) -> list[Case]:
    """Most reported first."""
    found: dict[tuple[int, int | None], Case] = {}
    for row in rows:
        words = row.comment.body if row.comment else row.idea.problem
        key = (row.about.pk, row.comment_id)
        found.setdefault(key, Case(row.about, row.comment, words)).reports.append(row)
    for case in found.values():
        case.may_decide = ANALYST.holds(person, case.record)
    return sorted(found.values(), key=lambda case: (-len(case.reports), case.reports[0].at))
