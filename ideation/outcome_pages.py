"""Pages of what became of ideas: one's own, those delivered, and thanks for one."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from changeoffice.core.doors.lists import count_words, counted
from changeoffice.core.doors.pages.work import seen
from changeoffice.core.record import at_once
from changeoffice.core.record.errors import NotNow
from changeoffice.core.record.inputs import Inputs
from changeoffice.core.record.workflow import need_staff
from ideation import delivered, mine, sharing
from ideation.models import Idea
from ideation.models.thanking import THANKS_INPUTS
from ideation.moderation_pages import ActPage

LISTED = 50


@require_GET
def my_ideas(request: HttpRequest) -> HttpResponse:
    need_staff(request.user, "This page")
    return render(request, "ideation/mine.html", {"lines": mine.ideas(request.user)})


@require_GET
def delivered_ideas(request: HttpRequest) -> HttpResponse:
    """Latest first, with what each was to bring and has brought."""
    need_staff(request.user, "This page")
    rows = delivered.ideas(request.user)
    latest = rows.select_related("owner", "unit").order_by("-state_since", "-pk")[:LISTED]
    shown, total = at_once.fetch(latest, counted(rows))
    lines = delivered.lines(shown, request.user)
    context = {"lines": lines, "total": count_words(total), "count": total}
    return render(request, "ideation/delivered.html", context)


@require_GET
def share(request: HttpRequest, reference: str) -> HttpResponse:
    """The link and a ready text of a story that everybody in the office may know."""
    need_staff(request.user, "This page")
    idea = seen(Idea, reference, request.user)
    story = sharing.story_of(idea)
    if story is None:
        raise NotNow(f"{idea.reference} has no story yet that everybody may read.", record=idea)
    template = "ideation/_share.html" if request.htmx else "ideation/share.html"
    return render(request, template, {"record": idea, "story": story})


class ThankPage(ActPage):
    asked: ClassVar[Inputs] = THANKS_INPUTS
    heading, done = "Say thanks", "Thank you: everybody along the trail hears of it."
    words = "Whoever had the idea and whoever made it come true is told, once."

    def check(self) -> None:
        """Any member of staff may; the verb looks whether it is delivered."""

    def act(self, **given: Any) -> None:
        self.goes_to = self.about.get_absolute_url()
        self.about.thank(by=self.request.user, **given)
