"""Own days off of the organisation, kept by administrators."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from changeoffice.calendar.models import DayOff
from changeoffice.core.administration.forms import Plain
from changeoffice.core.administration.keeping import kept, need_keeper
from changeoffice.core.administration.pages import administrators_only, attempted, gone
from changeoffice.core.administration.tabs import tabs
from changeoffice.core.people.models import Office
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotSeen
from changeoffice.core.record.inputs import SaneDate


class DayOffForm(Plain):
    on = SaneDate(label="Day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    name = forms.CharField(max_length=80, label="What it is")


def add_day_off(*, by, on, name: str) -> DayOff:
    """Nobody works that day; dates on it count as the next working day."""
    need_keeper(by)
    if DayOff.objects.filter(on=on).exists():
        raise Invalid(on="This day is off already.")
    with kept(by, "add_day_off", model=DayOff) as draft:
        made = DayOff.objects.create(on=on, name=name)
        draft.subject, draft.words = made, f"gave {on:%-d %B %Y} off: {name}"
    return made


def remove_day_off(day: DayOff, *, by) -> None:
    """The day is worked after all."""
    need_keeper(by)
    with kept(by, "remove_day_off", model=DayOff) as draft:
        draft.subject, draft.words = day, f"made {day.on:%-d %B %Y} a working day again"
        DayOff.objects.filter(pk=day.pk).delete()


@administrators_only
def days_off(request: HttpRequest) -> HttpResponse:
    rows = DayOff.objects.filter(on__year__gte=clock.today().year - 1)
    context = {
        "rows": rows,
        "tabs": tabs(request.path),
        "country": Office.current().holidays_country,
    }
    return render(request, "administration/days_off.html", context)


@administrators_only
@require_http_methods(["GET", "POST"])
def day_off_new(request: HttpRequest) -> HttpResponse:
    def act(given: dict) -> HttpResponse:
        made = add_day_off(by=request.user, **given)
        messages.success(request, f"{made.on:%-d %B %Y} is off.")
        return gone(request, "/admin/units/days-off")

    return attempted(request, DayOffForm(request.POST or None), act, heading="Add a day off",
                     confirm="Add the day", back="/admin/units/days-off")  # fmt: skip


@administrators_only
@require_POST
def day_off_remove(request: HttpRequest, pk: int) -> HttpResponse:
    day = DayOff.objects.filter(pk=min(pk, 2**62)).first()
    if day is None:
        raise NotSeen("This day is worked already.")
    remove_day_off(day, by=request.user)
    messages.success(request, f"{day.on:%-d %B %Y} is worked.")
    return redirect("/admin/units/days-off")
