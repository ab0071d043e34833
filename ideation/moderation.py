"""Reports of what should not stand here: each person counts once, and no reader learns who it was."""

from dataclasses import dataclass, field

from django.db.models import QuerySet

from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.rules import ANALYST, STAFF, role
from changeoffice.core.administration.keeping import kept
from changeoffice.core.record import pace
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow, NotSeen
from changeoffice.core.record.inputs import LongText
from changeoffice.core.record.models import MODERATES
from changeoffice.core.record.workflow import lock
from changeoffice.core.talk.models import Comment
from ideation.models import Idea, Report

REPORT_INPUTS = {
    "reason": LongText(label="What is wrong with it", lines=3, min=5, max=500,
                       hint="Only the change office reads this, and your name.")
}  # fmt: skip
LISTED = 200
WATCHES = role(*MODERATES)


def report(idea: Idea, *, by, reason: str, comment: Comment | None = None) -> Report:
    """Say once that an idea, or a comment on it, should not stand here; a second time changes nothing."""
    if not STAFF.holds(by, idea):
        raise NotAllowed("Reporting is for members of staff.")
    with kept(by, "report", model=Report, reason=reason) as draft:
        lock(idea)
        if not idea.is_visible_to(by):
            raise NotSeen(f"{idea.reference} does not exist.")
        _check(idea, by, comment)
        pace.keep_among(Report.objects.filter(person=by), by, "report")
        made, _ = Report.objects.get_or_create(
            idea=idea, comment=comment, person=by, decided_at=None, defaults={"reason": reason}
        )
        what = "a comment on " if comment else ""
        which = "a confidential idea" if idea.confidential else idea.reference
        draft.subject, draft.words = made, f"reported {what}{which}"
    return made


def _check(idea: Idea, by, comment: Comment | None) -> None:
    if idea.state == "draft":
        raise NotNow("A draft is read by nobody else.", record=idea)
    if (comment.author_id if comment else idea.owner_id) == by.pk:
        raise Invalid(reason="You wrote it yourself.")
    if comment and comment.record_id != idea.pk:
        raise Invalid(reason="There is no such comment on this idea.")
    if comment.hidden_at if comment else idea.is_hidden:
        raise NotNow("The change office has hidden it already.", record=idea)


def keeps_watch(person) -> bool:
    return grants_of(person).has(*MODERATES)


def open_reports(person) -> QuerySet:
    """What waits to be decided, of ideas this person may see and keeps watch over."""
    watched = Idea.objects.visible_to(person).filter(WATCHES.q(person))
    rows = Report.objects.filter(decided_at=None, idea__in=watched.order_by().values("pk"))
    return rows.select_related("idea", "comment", "comment__author", "person")


@dataclass
class Case:
    """All that is reported of one thing."""

    idea: Idea
    comment: Comment | None
    reports: list[Report] = field(default_factory=list)
    may_decide: bool = False

    @property
    def url(self) -> str:
        part = f"/comments/{self.comment.pk}" if self.comment else ""
        return f"{self.idea.get_absolute_url()}{part}"


def cases(rows: list[Report], person) -> list[Case]:
    """Most reported first."""
    found: dict[tuple[int, int | None], Case] = {}
    for row in rows:
        case = found.setdefault((row.idea_id, row.comment_id), Case(row.idea, row.comment))
        case.reports.append(row)
    for case in found.values():
        case.may_decide = ANALYST.holds(person, case.idea)
    return sorted(found.values(), key=lambda case: (-len(case.reports), case.reports[0].at))
