"""Who decides for me while I am away; the same page for an administrator, about somebody absent."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from changeoffice.core.administration import delegates as commands
from changeoffice.core.administration.forms import Plain
from changeoffice.core.administration.keeping import keeps
from changeoffice.core.administration.pages import administrators_only, named, url_of
from changeoffice.core.approvals.approvers import Kind
from changeoffice.core.approvals.models import Delegation
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.choosing import PersonChoice
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow, NotSeen
from changeoffice.core.record.inputs import SaneDate

OWN = "/settings/delegates"


def _day(label: str) -> SaneDate:
    return SaneDate(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class DelegateForm(Plain):
    delegate = PersonChoice(Person.objects.none(), label="Who decides", empty_label="Choose")
    from_on, until_on = _day("First day"), _day("Last day")
    kinds = forms.MultipleChoiceField(
        label="Only as", required=False, choices=Kind.choices, widget=forms.CheckboxSelectMultiple,
        help_text="Without a choice, every kind of approval.",
    )  # fmt: skip
    reason = forms.CharField(max_length=200, label="Why", help_text="For example Leave. It stands in the history.")  # fmt: skip

    def __init__(self, person: Person, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        staff = Person.objects.staff().exclude(pk=person.pk).order_by("name", "pk")
        self.fields["delegate"].queryset = staff


@require_http_methods(["GET", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    if request.user.is_outside:
        raise NotAllowed("Approvals are decided by members of staff.")
    return _page(request, request.user, OWN)


@administrators_only
@require_http_methods(["GET", "POST"])
def of_person(request: HttpRequest, username: str) -> HttpResponse:
    someone = named(username)
    if not keeps(request.user, someone.unit_id):
        raise NotAllowed("This needs an administrator of this unit.")
    return _page(request, someone, f"{url_of(someone)}/delegates")


def _page(request: HttpRequest, person: Any, url: str) -> HttpResponse:
    begin = {"from_on": clock.today()}
    form = DelegateForm(person, request.POST or None, initial=begin)
    if request.method == "POST" and form.is_valid():
        try:
            made = commands.set_delegate(by=request.user, person=person, **form.cleaned_data)
            messages.success(request, f"{made.delegate.name} decides from {made.from_on:%-d %B} to {made.until_on:%-d %B}.")  # fmt: skip
            return redirect(url)
        except Invalid as error:
            for name, words in error.errors.items():
                form.add_error(name if name in form.fields else None, words)
        except NotAllowed as error:
            form.add_error(None, str(error))
    context = _shown(request, person) | {"form": form, "url": url}
    return render(
        request, "administration/delegates.html", context, status=422 if form.errors else 200
    )


def _shown(request: HttpRequest, person: Person) -> dict[str, Any]:
    rows = Delegation.objects.to_come().select_related("person", "delegate", "set_by")
    return {
        "someone": person, "is_oneself": person.pk == request.user.pk, "today": clock.today(),
        "given": rows.filter(person=person), "taken": rows.filter(delegate=person),
        "history": commands.told_of(person),
    }  # fmt: skip


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Delegation.objects.select_related("person", "delegate")
    found = rows.filter(pk=min(pk, 2**62)).first()
    if found is None or not commands.may_end(request.user, found):
        raise NotSeen("There is no such delegate.")
    try:
        commands.end(found, by=request.user)
        messages.success(
            request, f"{found.delegate.name} no longer decides for {found.person.name}."
        )
    except NotNow as error:
        messages.error(request, str(error))
    return redirect(
        OWN if found.person_id == request.user.pk else f"{url_of(found.person)}/delegates"
    )
