"""Before somebody leaves: what they answer for, and who does from now on."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from changeoffice.core.administration import handing
from changeoffice.core.administration.forms import Plain
from changeoffice.core.administration.keeping import need_keeper
from changeoffice.core.administration.pages import administrators_only, named, url_of
from changeoffice.core.people.models import Person
from changeoffice.core.record.choosing import PersonChoice
from changeoffice.core.record.errors import Invalid, NotAllowed
from changeoffice.core.record.models import Record

SHOWN = 8


class HandOverForm(Plain):
    to = PersonChoice(
        Person.objects.none(), label="Who answers for them from now on", empty_label="Choose"
    )
    reason = forms.CharField(max_length=500, label="Why", help_text="It stands on the trail.")

    def __init__(self, someone: Person, by: Person, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = Person.objects.staff().exclude(pk__in=[someone.pk, by.pk])


@administrators_only
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, username: str) -> HttpResponse:
    someone = named(username)
    need_keeper(request.user, someone.unit_id)
    form = HandOverForm(someone, request.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            outcome = handing.hand_over(someone, by=request.user, **form.cleaned_data)
        except Invalid as error:
            for name, words in error.errors.items():
                form.add_error(name if name in form.fields else None, words)
        except NotAllowed as error:
            form.add_error(None, str(error))
        else:
            _tell(request, outcome, form.cleaned_data["to"])
            return redirect(url_of(someone) if not outcome.left else request.path)
    held = handing.held_by(someone, request.user)
    return render(request, "administration/hand_over.html", {
        "someone": someone, "form": form, "held": _readable(held, request.user),
        "total": sum(len(item.rows) for item in held),
        "approvals": len(handing.approvals_of(someone, request.user)),
    }, status=422 if form.errors else 200)  # fmt: skip


def _readable(held, by: Person) -> list[dict]:
    """Names of items only for those this administrator may read; the others are counted."""
    ids = [row.pk for item in held for row in item.rows]
    seen = set(Record.objects.visible_to(by).filter(pk__in=ids).values_list("pk", flat=True))
    return [{"label": item.label, "count": len(item.rows),
             "rows": [row for row in item.rows if row.pk in seen][:SHOWN]} for item in held]  # fmt: skip


def _tell(request: HttpRequest, outcome, to: Person) -> None:
    several = "item" if outcome.passed == 1 else "items"
    messages.success(request, f"{outcome.passed} {several} handed over to {to.name}.")
    for reference, why in outcome.left[:5]:
        messages.error(request, f"{reference} stays where it is: {why}")
