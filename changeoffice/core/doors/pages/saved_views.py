"""Saved and shared views of a list: named, changed, opened first, and given up."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path

from changeoffice.core.access.grants import grants_of
from changeoffice.core.doors.addresses import PAGING
from changeoffice.core.doors.models import SavedView
from changeoffice.core.doors.pages.forms import InputPage
from changeoffice.core.record.errors import Invalid, NotSeen
from changeoffice.core.record.inputs import Flag, Inputs, Text
from changeoffice.core.record.workflow import constraints_in_words, need_staff, own_context

MOST_OF_A_PERSON = 40
LONGEST, TOO_LONG = 2000, "This view has more filters than can be kept."
NOT_KEPT = (*PAGING, "saved", "format", "csrfmiddlewaretoken")
NAMING: Inputs = {
    "name": Text(label="Name", max=60, hint="For example: Late in payments."),
    "is_shared": Flag(label="Share it with all colleagues",
                      hint="They see the rows they may see, not more."),
    "is_start": Flag(label="Open this list with it"),
}  # fmt: skip


def kept_query(query: str) -> str:
    """The part of an address that makes a view: without the page one is on."""
    if "\x00" in query or len(query) > LONGEST:
        raise Invalid(__all__=TOO_LONG)
    asked = QueryDict(query, mutable=True)
    for name in NOT_KEPT:
        asked.pop(name, None)
    filled = [(name, [v for v in values if v]) for name, values in asked.lists()]
    plain = QueryDict(mutable=True)
    for name, values in sorted(filled):
        plain.setlist(name, values)
    kept = plain.urlencode()
    if len(kept) > LONGEST:  # letters that an address spells out in several
        raise Invalid(__all__=TOO_LONG)
    return kept


def drawn(found: list[SavedView], request: HttpRequest, listed: str) -> dict[str, Any]:
    """The views of a list as its page offers them, with the one that is open now."""
    key, person = request.GET.get("saved", ""), request.user
    now = next((view for view in found if str(view.pk) == key), None)
    here = kept_query(request.GET.urlencode()[:2000])
    return {
        "mine": [view for view in found if view.owner_id == person.pk],
        "shared": [view for view in found if view.owner_id != person.pk],
        "now": now, "listed": listed, "query": here,
        "is_changed": now is not None and kept_query(now.query) != here,
        "is_kept_by_me": now is not None and may_keep(now, person),
    }  # fmt: skip


def may_keep(view: SavedView, person) -> bool:
    """Its owner; a manager of the owner's unit may also give up or rename what is shared."""
    if view.owner_id == person.pk:
        return True
    return view.is_shared and grants_of(person).scope("manager").covers(view.owner.unit_id)


def save(*, by, listed: str, query: str, name: str, is_shared=False, is_start=False) -> SavedView:
    need_staff(by, "Saving views")
    if SavedView.objects.filter(owner=by).count() >= MOST_OF_A_PERSON:
        raise Invalid(name=f"You have {MOST_OF_A_PERSON} views already. Delete one first.")
    return _write(SavedView(owner=by, listed=listed, query=kept_query(query)), by=by, verb="save_view",
                  name=name, is_shared=is_shared, is_start=is_start)  # fmt: skip


def _write(view: SavedView, *, by, verb: str, **values: Any) -> SavedView:
    for field, value in values.items():
        setattr(view, field, value)
    with constraints_in_words(SavedView), transaction.atomic(), own_context(by, verb, ""):
        if view.is_start:
            others = SavedView.objects.filter(owner_id=view.owner_id, listed=view.listed)
            others.exclude(pk=view.pk).filter(is_start=True).update(is_start=False)
        view.save()
    return view


class _ViewPage(InputPage):
    """Pages about the views of one list; `listed` comes with the address."""

    listed: str = ""

    def context(self, heading: str, button: str) -> dict[str, Any]:
        return {"heading": heading, "submit_label": button, "back": f"/{self.listed}"}

    def view_of(self, pk: int, *, keeps: bool = True) -> SavedView:
        rows = SavedView.objects.open_to(self.request.user, self.listed)
        found = rows.select_related("owner").filter(pk=pk).first()
        if found is None or (keeps and not may_keep(found, self.request.user)):
            raise NotSeen("There is no such view, or it is not yours.")
        return found


class NewView(_ViewPage):
    template, dialog = "doors/view.html", "doors/_view.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        need_staff(request.user, "Saving views")
        return self.drawn(self.form_of(NAMING), **self._context(request.GET.get("query", "")))

    def post(self, request: HttpRequest) -> HttpResponse:
        query = request.POST.get("query", "")

        def act(given: dict[str, Any]) -> HttpResponse:
            made = save(by=request.user, listed=self.listed, query=query, **given)
            messages.success(request, f"View “{made.name}” saved.")
            return self.gone_to(made.list_url)

        return self.attempt(NAMING, act, **self._context(query))

    def _context(self, query: str) -> dict[str, Any]:
        return self.context("Save this view", "Save view") | {"query": query[:2000]}


class OneView(_ViewPage):
    """A view's own address, to be sent to colleagues: it opens the list as the view has it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return redirect(self.view_of(pk, keeps=False).list_url)


class EditView(_ViewPage):
    template, dialog = "doors/view.html", "doors/_view.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        view = self.view_of(pk)
        initial = {name: getattr(view, name) for name in NAMING}
        form = self.form_of(self._naming(view), initial=initial)
        return self.drawn(form, **self._context(view))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        view = self.view_of(pk)

        def act(given: dict[str, Any]) -> HttpResponse:
            _write(view, by=request.user, verb="edit_view", **given)
            messages.success(request, f"View “{view.name}” saved.")
            return self.gone_to(view.list_url)

        return self.attempt(self._naming(view), act, **self._context(view))

    def _naming(self, view: SavedView) -> Inputs:
        """With which view a list opens is its owner's own choice."""
        mine = view.owner_id == self.request.user.pk
        return NAMING if mine else {k: v for k, v in NAMING.items() if k != "is_start"}

    def _context(self, view: SavedView) -> dict[str, Any]:
        return self.context("Rename or share", "Save") | {"view": view, "back": view.list_url}


class UpdateView(_ViewPage):
    """The filters, order and columns one sees now become the view's."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        view = self.view_of(pk)
        _write(view, by=request.user, verb="update_view",
               query=kept_query(request.POST.get("query", "")))  # fmt: skip
        messages.success(request, f"View “{view.name}” now shows what you see.")
        return redirect(view.list_url)


class DeleteView(_ViewPage):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        view = self.view_of(pk)
        with transaction.atomic(), own_context(request.user, "delete_view", ""):
            view.delete()
        messages.success(request, f"View “{view.name}” deleted. The list itself is unchanged.")
        return redirect(f"/{self.listed}")


def urls_for(listed: str) -> list:
    """The addresses of a list's views; they stand before those of its records."""
    at = f"{listed}/views"
    pages = {"new": NewView, "<int:pk>": OneView, "<int:pk>/edit": EditView,
             "<int:pk>/update": UpdateView, "<int:pk>/delete": DeleteView}  # fmt: skip
    return [
        path(f"{at}/{end}", page.as_view(listed=listed), name=f"{listed}_{page.__name__.lower()}")
        for end, page in pages.items()
    ]
