"""The pages every kind of work has: list, one, new, edit, and a page for each of its verbs."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.cache import patch_vary_headers
from django.views import View

from changeoffice.core.doors.lists import (
    COUNT_CEILING,
    NEWEST,
    Orderings,
    Tally,
    WorkFilterSet,
    count_words,
    counted,
    cut,
    fingerprint_of,
    narrowed,
    page_from,
    read_cursor,
    whole,
)
from changeoffice.core.doors.models import SavedView
from changeoffice.core.doors.pages import comments, parts, saved_views, undoing
from changeoffice.core.doors.pages.forms import InputPage
from changeoffice.core.doors.pages.seeing import seen, still_at
from changeoffice.core.doors.perform import asked_by, asks_of, perform, verb_named
from changeoffice.core.record import at_once
from changeoffice.core.record import inputs as shapes
from changeoffice.core.record.errors import Invalid, NotNow
from changeoffice.core.record.models import Work
from changeoffice.core.record.prepared import known, prepared
from changeoffice.core.record.workflow import need_staff

PAGE_SIZE = 50
FIRST = "rows of the page"
UNNARROWED = {"view", "ordering", "layout", "columns", "saved"}  # none chooses rows by a value


@dataclass(frozen=True)
class Tab:
    """A saved view of a list: its slug in the URL, its label, and which rows it keeps."""

    slug: str
    label: str
    keep: Callable[[Any], Q] = lambda person: Q()


class WorkListPage(View):
    """A list whose every state (tab, filters, order, page) stands in its URL."""

    work: ClassVar[type[Work]]
    template: ClassVar[str]
    fragment: ClassVar[str]
    filterset: ClassVar[type[WorkFilterSet]] = WorkFilterSet
    orderings: ClassVar[Orderings] = {"newest": NEWEST}
    default_ordering: ClassVar[str] = "newest"
    tabs: ClassVar[list[Tab]] = []
    related: ClassVar[tuple[str, ...]] = ("unit", "owner")
    page_size: ClassVar[int] = PAGE_SIZE
    keeps_views: ClassVar[bool] = False  # people may save views of it; see `work_urls`

    layout: str = ""
    tab: Tab | None
    shown: QuerySet

    def rows(self) -> QuerySet:
        return self.work.objects.visible_to(self.request.user).select_related(*self.related)

    @property
    def decided_by(self) -> tuple:
        """What decides which rows are kept, beside who asks, and has been read before."""
        return ()

    def kept_by(self, tab: Tab) -> Q:
        return tab.keep(self.request.user)

    def around(self, rows: QuerySet) -> at_once.Sets:
        """What the kind's own list reads beside its rows, all of it at once."""
        return {}

    def extra(self) -> dict[str, Any]:
        """What the kind's own template needs; what was read around stands in `self.found`."""
        return {}

    @property
    def is_part(self) -> bool:
        return bool(self.request.htmx and not self.request.htmx.boosted)

    @property
    def is_paged(self) -> bool:
        """Whether it shows its rows page by page."""
        return True

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.keeps_views and not request.GET and (start := self._start()):
            return redirect(start.list_url)
        params = {k: v for k, v in request.GET.items() if v != ""}
        wanted = {k: v for k, v in params.items() if k in self.filterset.base_filters}
        complaint = self.look_up(params, wanted)
        context = self._context(params, wanted) | {"complaint": complaint}
        answer = render(request, self.fragment if self.is_part else self.template, context)
        # Or the browser's back button would show the fragment as a page.
        patch_vary_headers(answer, ["HX-Request"])
        return answer

    def look_up(self, params: dict[str, str], wanted: dict[str, str]) -> str:
        """Read the page, its counts and what stands beside it; answers what is wrong with a filter."""
        self.tab, complaint = self._tab(params.get("view", "")), ""
        ordering = params.get("ordering", self.default_ordering)
        self.ordering = ordering if ordering in self.orderings else self.default_ordering
        fingerprint = fingerprint_of({**wanted, "view": self.tab.slug if self.tab else ""})
        at = self._position(params.get("cursor", ""), fingerprint)
        if params.keys() <= UNNARROWED:
            sets = self._known()
        else:
            try:
                rows = narrowed(self.filterset, wanted, self.rows(), self.request.user)
            except Invalid as error:
                rows, complaint = self.rows(), str(error)
            sets = self._sets(rows, at)
        first = at_once.read(sets.pop(FIRST)) if self.is_paged else []
        self.page = page_from(first, ordering=self.ordering, size=self.page_size,
                              fingerprint=fingerprint, at=at)  # fmt: skip
        self.found = at_once.fetch_named(sets)
        return complaint

    def _sets(self, rows: QuerySet, at: dict[str, Any] | None = None) -> at_once.Sets:
        """What is shown of these rows: those of one page, counts, and what stands beside them."""
        person = self.request.user
        kept = {one.slug: rows.filter(self.kept_by(one)) for one in self.tabs}
        self.shown = kept[self.tab.slug] if self.tab else rows
        counts = {f"view {slug}": counted(found) for slug, found in kept.items()}
        sets: at_once.Sets = {**(counts or {"total": counted(rows)})}
        if self.is_paged:
            rule = self.orderings[self.ordering]
            sets[FIRST] = cut(self.shown, rule, self.page_size, person, at)
        return sets | self._views() | self.around(self.shown)

    def _known(self) -> at_once.Sets:
        """The same while nothing narrows the list, for which the SQL is kept."""
        slug = self.tab.slug if self.tab else ""
        asked = {"view": slug, "ordering": self.ordering, "layout": self.layout}

        def as_seen_by(person) -> at_once.Sets:
            page = copy(self)
            page.request = SimpleNamespace(user=person, GET=asked, htmx=self.request.htmx)
            return page._sets(page.rows())

        under = (type(self), self.is_part, *asked.values(), *self.decided_by)
        return known(as_seen_by, self.request.user, under=under)

    def _start(self) -> SavedView | None:
        """The view the person wants this list to open with."""
        found = at_once.read(_beginning(self.request.user, listed=self.work.plural)["start"])
        return found[0] if found else None

    def _views(self) -> at_once.Queries:
        rows = SavedView.objects.open_to(self.request.user, self.work.plural)
        return {"saved views": rows.select_related("owner")} if self.keeps_views else {}

    def _tab(self, slug: str) -> Tab | None:
        if not self.tabs:
            return None
        return next((tab for tab in self.tabs if tab.slug == slug), self.tabs[0])

    def _position(self, cursor: str, fingerprint: str) -> dict[str, Any] | None:
        try:
            return read_cursor(cursor, self.ordering, fingerprint) if cursor else None
        except Invalid:  # an old link: begin at the first page
            return None

    def _context(self, params: dict[str, str], wanted: dict[str, str]) -> dict[str, Any]:
        saved = saved_views.drawn(self.found.get("saved views", []), self.request, self.work.plural)
        count = self.found[f"view {self.tab.slug}" if self.tab else "total"]
        return {
            "rows": self.page.rows, "page": self.page, "count": min(count, COUNT_CEILING),
            "count_words": count_words(count),
            "params": params, "filters": wanted, "ordering": self.ordering,
            "orderings": self.orderings, "tab": self.tab, "tabs": [
                {"tab": t, "count": Tally(self.found[f"view {t.slug}"]),
                 "words": count_words(self.found[f"view {t.slug}"])} for t in self.tabs
            ],
            "work": self.work, "states": self.work.states,
            "list_url": self.request.path, "saved": saved if self.keeps_views else None,
            **self.extra(),
        }  # fmt: skip


@prepared()
def _beginning(person, *, listed: str) -> at_once.Queries:
    return {"start": SavedView.objects.filter(owner=person, listed=listed, is_start=True)[:1]}


class WorkPage(View):
    """One record: its own template, with the parts every record has."""

    work: ClassVar[type[Work]]
    template: ClassVar[str]
    related: ClassVar[tuple[str, ...]] = ("unit", "owner")

    def elsewhere(self, record: Work) -> HttpResponse | None:
        """Where this record's page leads instead, if it does."""
        return None

    def around(self, record: Work) -> at_once.Sets:
        """What the kind's own page reads beside the record, all of it at once."""
        return {}

    def extra(self, record: Work) -> dict[str, Any]:
        """What the kind's own template needs; what was read around stands in `self.found`."""
        return {}

    def read(self, record: Work) -> None:
        around = parts.around(record, self.request.user) | self.around(record)
        self.found = at_once.fetch_named(around)

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        person = request.user
        record = seen(self.work, reference, person, self.related)
        if reference != record.reference:
            return redirect(record)
        if there := self.elsewhere(record):
            return there
        self.read(record)
        context = {"record": record, **parts.of(record, person, self.found), **self.extra(record)}
        return render(request, self.template, context)


class NewPage(InputPage):
    work: ClassVar[type[Work]]
    birth: ClassVar[Callable[..., Work]]
    inputs: ClassVar[shapes.Inputs] = {}
    heading: ClassVar[str] = ""
    submit_label: ClassVar[str] = "Save"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Nothing begins with a supplier's person, and the form names our people and milestones.
        need_staff(request.user, "This page")
        return super().dispatch(request, *args, **kwargs)

    def asked(self) -> shapes.Inputs:
        return type(self).inputs or self.work.profile

    def initial(self) -> dict[str, Any]:
        known = {k: v for k, v in self.request.GET.items() if k in self.asked()}
        return {k: i.initial for k, i in self.asked().items() if i.initial is not None} | known

    def context(self) -> dict[str, Any]:
        return {"heading": self.heading, "submit_label": self.submit_label, "work": self.work}

    def get(self, request: HttpRequest) -> HttpResponse:
        form = self.form_of(self.asked(), initial=self.initial())
        return self.drawn(form, **self.context())

    def post(self, request: HttpRequest) -> HttpResponse:
        return self.attempt(self.asked(), self.make, **self.context())

    def make(self, given: dict[str, Any]) -> HttpResponse:
        made = type(self).birth(by=self.request.user, **given)
        messages.success(self.request, f"{made.reference} saved.")
        return self.gone_to(made.get_absolute_url())


class EditPage(InputPage):
    work: ClassVar[type[Work]]

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        record = self._editable(reference)
        form = self.form_of(record.profile_for(request.user), initial=profile_of(record))
        return self.drawn(form, **self._context(record, record.version))

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        record = self._editable(reference)
        version = posted_version(request)

        def save(given: dict[str, Any]) -> HttpResponse:
            record.revise(by=request.user, at_version=version, **given)
            messages.success(request, f"{record.reference} saved.")
            return self.gone_to(record.get_absolute_url())

        asked = record.profile_for(request.user)
        return self.attempt(asked, save, **self._context(record, version))

    def _editable(self, reference: str) -> Work:
        record = seen(self.work, reference, self.request.user)
        if not record.editors.holds(self.request.user, record):
            from changeoffice.core.record.errors import NotAllowed

            raise NotAllowed(f"Editing needs {record.editors.words}.")
        return record

    def _context(self, record: Work, version) -> dict[str, Any]:
        return {"heading": f"Edit {record.reference}", "record": record, "version": version,
                "submit_label": "Save changes", "work": self.work}  # fmt: skip


class VerbPage(InputPage):
    """GET shows what the verb asks and warns; POST does it."""

    work: ClassVar[type[Work]]

    def get(self, request: HttpRequest, reference: str, verb: str) -> HttpResponse:
        record = seen(self.work, reference, request.user)
        found = verb_named(self.work, verb.replace("-", "_"))
        asks = asks_of(self.work, found, record)
        form = self.form_of(asks, initial=self._initial(record, asks))
        offer = found.offer(record, request.user)
        refusal = None
        if not found.allows_state(record.state):
            refusal = NotNow(f"{record.reference} is {record.state_label.lower()}.")
        elif not offer.is_open:
            refusal = NotNow(offer.reasons[0], list(offer.reasons))
        return self.drawn(form, **self._context(record, found, record.version), refusal=refusal)

    def post(self, request: HttpRequest, reference: str, verb: str) -> HttpResponse:
        record = seen(self.work, reference, request.user)
        found = verb_named(self.work, verb.replace("-", "_"))
        asks = asked_by(request.user, found, record)
        version = posted_version(request)

        def act(given: dict[str, Any]) -> HttpResponse:
            answer = perform(record, found.name, by=request.user, data=given, at_version=version)
            made = answer if isinstance(answer, Work) and answer.pk != record.pk else None
            back = undoing.offer([record]) if found.offers_undo else ""
            messages.success(request, _done_words(record, found, made), extra_tags=back)
            return self.gone_to(still_at(made or record, request.user))

        return self.attempt(asks, act, **self._context(record, found, version))

    def _initial(self, record: Work, asks: shapes.Inputs) -> dict[str, Any]:
        """A field the record already has begins with its value; query parameters may preset."""
        seen_here = record.profile_for(self.request.user)
        known = {k: getattr(record, k) for k in asks if k in seen_here}
        fixed = {k: i.initial for k, i in asks.items() if i.initial is not None}
        return fixed | known | {k: v for k, v in self.request.GET.items() if k in asks}

    def _context(self, record: Work, verb, version) -> dict[str, Any]:
        return {"heading": f"{verb.label}: {record.title}", "record": record, "verb": verb,
                "version": version, "submit_label": verb.label, "confirm": verb.confirm,
                "tone": verb.tone, "work": self.work}  # fmt: skip


def _done_words(record: Work, verb, made: Work | None) -> str:
    if made is not None and verb.told:
        return f"You {verb.told} {record.reference}: {made.reference}."
    if made is not None:
        return f"{made.reference} was made of {record.reference}."
    if verb.told:
        return f"You {verb.told} {record.reference}."
    return f"{record.reference} is now {record.state_label.lower()}." if verb.target else "Done."


def posted_version(request: HttpRequest) -> int | None:
    return whole(request.POST.get("version"), 2**31 - 1)


def profile_of(record: Work) -> dict[str, Any]:
    found = {}
    for name in record.profile:
        value = getattr(record, name)
        found[name] = list(value.all()) if hasattr(value, "all") else value
    return found


def work_urls(
    work: type[Work], *, listed=None, one, new=None, edit: bool = True, more: list | None = None
) -> list:
    """The URLs of one kind, in the order a reader would guess them. `more` goes first."""
    plural = work.plural
    urls = list(more or [])
    if listed and getattr(listed, "keeps_views", False):
        urls += saved_views.urls_for(plural)
    if listed:
        urls.append(path(f"{plural}", listed.as_view(), name=f"{plural}"))
    if new:
        urls.append(path(f"{plural}/new", new.as_view(), name=f"{plural}_new"))
    urls.append(path(f"{plural}/<str:reference>", one.as_view(), name=f"{work.kind}"))
    if edit:
        page = type(f"{work.__name__}EditPage", (EditPage,), {"work": work})
        urls.append(
            path(f"{plural}/<str:reference>/edit", page.as_view(), name=f"{work.kind}_edit")
        )
    for name, view in parts.views_for(work).items():
        urls.append(path(f"{plural}/<str:reference>/{name}", view, name=f"{work.kind}_{name}"))
    urls += comments.urls_for(work)
    verb = type(f"{work.__name__}VerbPage", (VerbPage,), {"work": work})
    urls.append(
        path(f"{plural}/<str:reference>/<slug:verb>", verb.as_view(), name=f"{work.kind}_verb")
    )
    return urls
