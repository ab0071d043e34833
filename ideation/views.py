"""Pages of ideas: the board, one idea, a new one, votes in place, and likenesses while typing."""

import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.rules import ANALYST
from changeoffice.core.doors.addresses import changed
from changeoffice.core.doors.lists import COUNT_CEILING
from changeoffice.core.doors.pages import parts
from changeoffice.core.doors.pages.work import NewPage, Tab, WorkListPage, WorkPage, seen
from changeoffice.core.people.models import Person
from changeoffice.core.record import at_once, clock
from changeoffice.core.record import inputs as shapes
from changeoffice.core.record.errors import Invalid, NotNow, TooOften
from changeoffice.core.record.prepared import prepared
from ideation import (
    answers,
    board,
    delivered,
    duplicates,
    keeping,
    moderation,
    sharing,
    story,
)
from ideation.alike_pages import SIMILAR_FROM
from ideation.filters import ORDERINGS, TRENDING_WORDS, IdeaFilterSet
from ideation.models import (
    ELSEWHERE,
    UNDONE_FOR,
    Idea,
    IdeaDraft,
    IdeaPolicy,
    Thresholds,
    needs_review,
)
from ideation.models.moderation import READS_WHY
from ideation.tags import normalised
from ideation.tags import of as tags_of

THANKS_SHOWN = 12
LOOKED_AT = ("open", "under_review", "more_information", "vetting")
SIZES = ("", "small", "large")


class IdeaBoard(WorkListPage):
    work, template, fragment = Idea, "ideation/board.html", "ideation/_list.html"
    filterset, orderings, default_ordering = IdeaFilterSet, ORDERINGS, "trending"
    related = ("unit", "owner", "theme")
    page_size, keeps_views = 20, True
    tabs = [Tab("all", "All"), Tab("review", "Needs review")]

    def rows(self):
        person, asked = self.request.user, self.request.GET
        rows = super().rows().with_my_vote(person).prefetch_related("services")
        rows = board.mine(rows, person, asked.get("mine", ""))
        chosen = any(asked.get(name) for name in ("state", "mine", "submitted_at__gte"))
        return rows if chosen else rows.on_the_board()

    @cached_property
    def decided_by(self) -> tuple:
        return (Thresholds.now(),)

    def kept_by(self, tab: Tab) -> Q:
        return needs_review(*self.decided_by) if tab.slug == "review" else super().kept_by(tab)

    def around(self, rows) -> dict[str, Any]:
        person = self.request.user
        return board.menus(person) | ({} if self.is_part else board.above(person))

    def extra(self) -> dict[str, Any]:
        person, asked = self.request.user, self.request.GET
        found = {"chips": board.chips(self.found, asked), "trending_words": TRENDING_WORDS,
                 "export_url": self._export_url()}  # fmt: skip
        if self.is_part:
            return found
        return found | {
            "totals": board.totals(self.found), "promoted": self.found["promoted_lately"],
            "delivered": delivered.lines(self.found["delivered"], person),
            "running": board.running(self.found["campaigns"]),
            "usually": answers.usually(self.found["answers"])["long"],
            "keeps_ideas": keeping.keeps_ideas(person), "keeps_watch": moderation.keeps_watch(person),
            "reviews": duplicates.reviews(person), "draft": _draft(self.found["draft"]),
            "form": suggestion_form(person, menus=self.found, initial=self._begun()),
            "similar_from": SIMILAR_FROM,
        }  # fmt: skip

    def _context(self, params, wanted) -> dict[str, Any]:
        found = super()._context(params, wanted)
        reviews = grants_of(self.request.user).has("analyst", "manager")
        waiting = found["tabs"][1]["words"] if reviews else None
        sorts = board.sorts(
            self.request.GET, found["ordering"], self.tab.slug if self.tab else "", waiting
        )
        several = "idea" if found["count"] == 1 else "ideas"
        return found | {
            "ideas": [_row(idea) for idea in found["page"].rows], "sorts": sorts,
            "count_label": f"{found['count_words']} {several}",
            "is_counted": found["count"] < COUNT_CEILING, "is_narrowed": bool(wanted),
        }  # fmt: skip

    def _begun(self) -> dict[str, Any]:
        """What was typed last time; on the list of a campaign one suggests for it."""
        campaign = self.request.GET.get("campaign", "")
        draft = _draft(self.found["draft"])
        return (draft.typed if draft else {}) | ({"campaign": campaign} if campaign else {})

    def _export_url(self) -> str:
        return f"/api/v1/ideas/?{changed(self.request.GET, view=None, mine=None, saved=None, format='csv')}"


def _row(idea: Idea) -> dict[str, Any]:
    return board.row(idea, [service.title for service in idea.services.all()])


class IdeaPage(WorkPage):
    work, template = Idea, "ideation/idea.html"
    related = ("unit", "owner", "theme", "merged_into", "campaign")

    def elsewhere(self, idea: Idea) -> HttpResponse | None:
        """A merged idea leads to the one it was merged into."""
        into = idea.merged_into
        if not into or "stay" in self.request.GET or not into.is_visible_to(self.request.user):
            return None
        if not len(messages.get_messages(self.request)):  # whoever just merged it was told already
            messages.info(self.request, f"{idea.reference} was merged into this idea.")
        return redirect(into)

    def around(self, idea: Idea) -> at_once.Sets:
        return _around(idea, self.request.user, is_promoted=idea.state == "promoted")

    def read(self, idea: Idea) -> None:
        """What its guards ask for has been read already."""
        super().read(idea)
        idea.co_authors = self.found["co_authors"]
        at_once.hold(idea, scores=self.found["scores"])

    def extra(self, idea: Idea) -> dict[str, Any]:
        person, found, into = self.request.user, self.found, idea.merged_into
        judged = story.evaluation(idea, found["scores"])
        voted = bool(found["voted"])
        return {
            "evaluation": judged, "stages": story.stages(idea, found["steps"], judged.count),
            "votes": story.votes(found["units"], found["weeks"]), "is_voted": voted,
            "vote_url": board.vote_url(idea.reference, voted, "large"),
            "vote_locked": story.vote_lock(idea), "next": story.next_words(idea, person, found["policy"]),
            "usually": answers.usually(found["answers"])["short"] if idea.state == "open" else "",
            "co_authors": found["co_authors"],
            "services": found["services"], "is_mine": idea.owner_id == person.pk,
            "merged_here": found["merged_here"], "undone_since": clock.now() - UNDONE_FOR,
            "merged_into": into if into and into.is_visible_to(person) else None,
            "decline_reason": idea.get_decline_code_display(),
            "ended_elsewhere": idea.decline_code in ELSEWHERE,
            "is_analyst": ANALYST.holds(person, idea), "looks_alike": idea.state in LOOKED_AT,
            **delivered.outcome(idea, person, found, judged),
            "reads_why": READS_WHY.holds(person, idea),
            "may_report": idea.state != "draft" and idea.owner_id != person.pk and not idea.is_hidden,
        }  # fmt: skip


@prepared()
def _around(idea: Idea, person, *, is_promoted: bool) -> at_once.Queries:
    told = {"open": sharing.told_to_all(idea)} if is_promoted else {}
    return story.around(idea) | told | {
        "voted": idea.votes.filter(person=person), "services": idea.services.visible_to(person),
        "merged_here": idea.merged_here.visible_to(person),
        "co_authors": Person.objects.filter(pk__in=idea.named("co_author").values("person_id")),
        "policy": IdeaPolicy.objects.all(), "answers": answers.lately(),
        "thanks": idea.thanks.select_related("person__unit")[:THANKS_SHOWN],
        "thanks_count": at_once.Count(idea.thanks.all()),
        "thanked": idea.thanks.filter(person=person),
    }  # fmt: skip


class OneOfMany(forms.SelectMultiple):
    """One choice is enough when suggesting; more can be added when editing."""

    allow_multiple_selected = False

    def value_from_datadict(self, data, files, name):
        return [value for value in super().value_from_datadict(data, files, name) or [] if value]

    def optgroups(self, name, value, attrs=None):
        blank = self.create_option(name, "", "Choose", not value, 0)
        return [(None, [blank], 0), *super().optgroups(name, value, attrs)]


def _draft(found: list[IdeaDraft]) -> IdeaDraft | None:
    return found[0] if found else None


def suggestion_form(person, *, menus: dict[str, Any] | None = None, **options) -> forms.Form:
    """`menus` holds the themes and services to choose from, where a page has read them already."""
    form = shapes.form_for(Idea.profile, person)(**options)
    menus = at_once.fetch_named(board.menus(person)) if menus is None else menus
    services = form.fields["services"]
    services.widget = OneOfMany()
    form.fields["theme"].choices = [("", "Choose"), *menus["themes"]]
    running = [(row[0], row[1]) for row in menus["campaigns"] if row[2] == "open"]
    form.fields["campaign"].choices = [("", "None"), *running]
    if not running:
        form.fields["campaign"].widget = forms.HiddenInput()
    services.choices = [(code, f"{code} {name}") for code, name in menus["services"]]
    services.label = "Service"
    form.fields["title"].label = "What should change?"
    form.fields["unit"].empty_label = "My own"
    return form


class NewIdea(NewPage):
    """One form, two buttons: submit it now, or keep a draft only its author sees."""

    work, birth = Idea, Idea.propose
    template = dialog = "ideation/new.html"

    def form_of(self, inputs: shapes.Inputs, **options: Any) -> forms.Form:
        return suggestion_form(self.request.user, **options)

    def context(self) -> dict[str, Any]:
        return {"work": Idea, "similar_from": SIMILAR_FROM, "draft": self.draft}

    @cached_property
    def draft(self) -> IdeaDraft | None:
        return IdeaDraft.objects.filter(person=self.request.user).first()

    def initial(self) -> dict[str, Any]:
        return (self.draft.typed if self.draft else {}) | super().initial()

    def make(self, given: dict[str, Any]) -> HttpResponse:
        with transaction.atomic():
            idea = Idea.propose(by=self.request.user, **given)
            IdeaDraft.forget(self.request.user)
            if self.request.POST.get("go") == "draft":
                messages.success(self.request, "Draft saved. Only you can see it.")
                return self.gone_to(idea.get_absolute_url())
            if missing := Idea.submit.unmet(idea):
                raise Invalid(problem=missing)
            idea.submit(by=self.request.user)
        messages.success(self.request, f"{idea.reference} is open for votes. Yours counts already.")
        return self.gone_to(idea.get_absolute_url())


@require_POST
def vote(request: HttpRequest, reference: str) -> HttpResponse:
    return _voting(request, reference, wanted=True)


@require_POST
def unvote(request: HttpRequest, reference: str) -> HttpResponse:
    return _voting(request, reference, wanted=False)


def _voting(request: HttpRequest, reference: str, *, wanted: bool) -> HttpResponse:
    """Give or take back one's vote, and draw the button again where it stood."""
    idea = seen(Idea, reference, request.user)
    try:
        (idea.vote if wanted else idea.withdraw_vote)(by=request.user)
        refused = ""
    except NotNow:
        idea.refresh_from_db()
        refused = f"{story.vote_lock(idea)}. Your vote was not changed."
    except TooOften as error:
        if not request.htmx:
            raise
        refused = str(error)
    words = refused or ("Vote added" if wanted else "Vote taken back")
    undo = "" if refused else board.vote_url(idea.reference, wanted)
    if not request.htmx:
        send = messages.error if refused else messages.success
        send(request, words, extra_tags=f"undo:{undo}" if undo else "")
        return redirect(_back(request, idea))
    size = request.GET.get("size", "")
    size = size if size in SIZES else ""
    voted = wanted if not refused else idea.is_voted_by(request.user)
    key = f"similar-{idea.reference}" if size == "small" else idea.reference
    context = {"idea": idea, "is_voted": voted, "size": size, "key": key,
               "locked": story.vote_lock(idea),
               "vote_url": board.vote_url(idea.reference, voted, size)}  # fmt: skip
    answer = render(request, "ideation/_vote.html", context)
    told = parts.toast(words, undo=undo, wrong=bool(refused), changed=bool(size))
    for name, value in told.items():
        answer[name] = value
    return answer


def _back(request: HttpRequest, idea: Idea) -> str:
    """Where the vote was given: a page of ours, never another site."""
    there = request.POST.get("next", "") or urlsplit(request.headers.get("Referer", "")).path
    allowed = url_has_allowed_host_and_scheme(there, allowed_hosts=None)
    return there if allowed and there.startswith("/") else idea.get_absolute_url()


@require_GET
def tags(request: HttpRequest) -> HttpResponse:
    """The line of tags being typed, finished in the words others use, as options of its field."""
    *before, begun = re.split(r"[,;]", request.GET.get("tags", "")[:300].replace("\x00", ""))
    begun, before = normalised(begun), tags_of(",".join(before))
    found = board.suggested_tags(request.user, begun) if begun else []
    lines = [", ".join([*before, tag]) for tag in found if tag not in before and tag != begun]
    return render(request, "ideation/_tags.html", {"lines": lines})
