"""Pages about one comment on any record: its author changes it, and what it said before."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from changeoffice.core.doors.pages.forms import InputPage
from changeoffice.core.doors.pages.seeing import seen
from changeoffice.core.record.choosing import SEARCHED_AT
from changeoffice.core.record.errors import NotNow
from changeoffice.core.record.inputs import Inputs, LongText
from changeoffice.core.record.models import Work
from changeoffice.core.talk import editing

WORDS: Inputs = {"body": LongText(label="Comment", hint="Others see that it was changed.")}


class CommentPage(InputPage):
    work: ClassVar[type[Work]] = Work

    def dispatch(self, request: HttpRequest, reference: str, pk: int) -> HttpResponse:
        self.about = seen(self.work, reference, request.user)
        self.comment = editing.found(self.about, pk, request.user)
        self.check()
        return super().dispatch(request)

    def check(self) -> None:
        """Whoever may read the comment may look at the page."""

    def context(self, heading: str) -> dict[str, Any]:
        return {"heading": heading, "verb": {"label": heading}, "record": self.about, "work": self.work,
                "submit_label": "Save"}  # fmt: skip


class EditComment(CommentPage):
    def check(self) -> None:
        editing.need_author(self.comment, self.request.user)

    def form_of(self, inputs: Inputs, **options: Any):
        form = super().form_of(inputs, **options)
        form.fields["body"].widget.attrs["data-mentions"] = SEARCHED_AT
        return form

    def get(self, request: HttpRequest) -> HttpResponse:
        refusal = None
        try:
            editing.need_editable(self.comment, self.about, request.user)
        except NotNow as error:
            refusal = error
        form = self.form_of(WORDS, initial={"body": self.comment.body})
        return self.drawn(form, **self.context("Edit the comment"), refusal=refusal)

    def post(self, request: HttpRequest) -> HttpResponse:
        def act(given: dict[str, Any]) -> HttpResponse:
            editing.edit(self.about, self.comment, by=request.user, **given)
            messages.success(request, "Comment saved.")
            return self.gone_to(f"{self.about.get_absolute_url()}#comment-{self.comment.pk}")

        return self.attempt(WORDS, act, **self.context("Edit the comment"))


class EarlierComment(CommentPage):
    template, dialog = "doors/earlier.html", "doors/_earlier.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = editing.earlier(self.comment, self.about, request.user)
        shown = {"comment": self.comment, "rows": rows}
        return self.drawn(None, **self.context("What it said before"), **shown)


def urls_for(work: type[Work]) -> list[URLPattern]:
    """The addresses of a comment on records of this kind."""
    at = f"{work.plural}/<str:reference>/comments/<int:pk>"
    pages = {"edit": EditComment, "earlier": EarlierComment}
    return [path(f"{at}/{end}", page.as_view(work=work), name=f"{work.kind}_comment_{end}")
            for end, page in pages.items()]  # fmt: skip
