"""Pages of moderation: report something, decide on what was reported."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from changeoffice.core.access.rules import ANALYST
from changeoffice.core.doors.pages.forms import InputPage
from changeoffice.core.doors.pages.work import seen
from changeoffice.core.record.errors import NotAllowed, NotSeen
from changeoffice.core.record.inputs import Inputs
from changeoffice.core.record.models import Work
from changeoffice.core.talk.models import Comment
from ideation import moderation
from ideation.models import Idea
from ideation.models.moderation import WHY

MOST_KEYS = 2**62


@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """What people reported and nobody has decided yet, most reported first."""
    if not moderation.keeps_watch(request.user):
        raise NotAllowed("Reports are read by analysts and auditors.")
    rows = list(moderation.open_reports(request.user)[: moderation.LISTED])
    found = moderation.cases(rows, request.user)
    return render(request, "ideation/reports.html", {"cases": found})


class ActPage(InputPage):
    """One act about an idea, or a comment on a record, that its menu does not offer."""

    work: ClassVar[type[Work]] = Idea
    asked: ClassVar[Inputs] = {}
    heading: ClassVar[str] = ""
    words: ClassVar[str] = ""
    done: ClassVar[str] = ""
    goes_to: ClassVar[str] = ""

    def dispatch(self, request: HttpRequest, reference: str, pk: int | None = None) -> HttpResponse:
        self.about = seen(self.work, reference, request.user)
        self.comment = None
        if pk is not None:
            rows = Comment.objects.filter(record_id=self.about.pk, pk=min(pk, MOST_KEYS))
            self.comment = rows.select_related("author").first()
            if self.comment is None or (self.comment.hidden_at and not self._watches()):
                raise NotSeen("There is no such comment on this idea.")
        self.check()
        return super().dispatch(request)

    def check(self) -> None:
        if not ANALYST.holds(self.request.user, self.about):
            raise NotAllowed(f"This needs {ANALYST.words}.")

    def _watches(self) -> bool:
        return moderation.WATCHES.holds(self.request.user, self.about)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.drawn(self.form_of(self.asked), **self._context())

    def post(self, request: HttpRequest) -> HttpResponse:
        return self.attempt(self.asked, self._done, **self._context())

    def _done(self, given: dict[str, Any]) -> HttpResponse:
        self.act(**given)
        messages.success(self.request, self.done)
        return self.gone_to(self.goes_to or f"{self.about.get_absolute_url()}#discussion")

    def act(self, **given: Any) -> None:
        raise NotImplementedError

    def _context(self) -> dict[str, Any]:
        return {"heading": self.heading, "record": self.about, "verb": {"label": self.heading},
                "submit_label": self.heading, "confirm": self.words, "work": self.work}  # fmt: skip


class ReportPage(ActPage):
    asked, heading = moderation.REPORT_INPUTS, "Report"
    words = "The change office looks at it. Whoever wrote it does not learn that it was you."
    done = "Thank you. The change office looks at it."

    def check(self) -> None:
        """Whoever may read it may report it."""

    def act(self, **given: Any) -> None:
        moderation.report(self.about, by=self.request.user, comment=self.comment, **given)


class HideCommentPage(ActPage):
    asked: ClassVar[Inputs] = {"reason": WHY}
    heading, done = "Hide the comment", "The comment is hidden, and its author hears why."
    words = "Others read that the change office has hidden it. Its author, analysts and auditors still see it."

    def act(self, **given: Any) -> None:
        self.about.hide_comment(by=self.request.user, comment=self.comment, **given)


class RestoreCommentPage(ActPage):
    heading, done = "Show the comment again", "Everybody can read the comment again."
    words = "Everybody can read it again; its author is told."

    def act(self, **given: Any) -> None:
        self.about.restore_comment(by=self.request.user, comment=self.comment)


class LeavePage(ActPage):
    heading, done, goes_to = "Leave it as it is", "Its reports are answered.", "/ideas/reports"
    words = "Its open reports are closed. It stays as it is."

    def act(self, **given: Any) -> None:
        self.about.leave_shown(by=self.request.user, comment=self.comment)


COMMENT_PAGES = {
    "report": ReportPage, "hide": HideCommentPage, "restore": RestoreCommentPage, "leave": LeavePage,
}  # fmt: skip


def comment_urls(work: type[Work]) -> list[URLPattern]:
    """The acts about a comment on records of this kind."""
    return [
        path(f"{work.plural}/<str:reference>/comments/<int:pk>/{act}", page.as_view(work=work),
             name=f"{work.kind}_comment_{act}")
        for act, page in COMMENT_PAGES.items()
    ]  # fmt: skip
