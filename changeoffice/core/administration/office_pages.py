"""Units and the office's settings."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from changeoffice.core.administration import units as commands
from changeoffice.core.administration.forms import OfficeForm, UnitForm
from changeoffice.core.administration.pages import administrators_only, attempted, gone
from changeoffice.core.administration.tabs import tabs
from changeoffice.core.people.models import BusinessUnit, Office, Person
from changeoffice.core.record.errors import NotSeen


@administrators_only
def units(request: HttpRequest) -> HttpResponse:
    counts = Person.objects.filter(is_active=True, unit__isnull=False).order_by().values("unit")
    people = {row["unit"]: row["n"] for row in counts.annotate(n=Count("pk"))}
    rows = commands.tree()
    for unit in rows:
        unit.head_count = people.get(unit.pk, 0)
    return render(request, "administration/units.html", {"rows": rows, "tabs": tabs(request.path)})


@administrators_only
@require_http_methods(["GET", "POST"])
def unit_new(request: HttpRequest) -> HttpResponse:
    def act(given: dict) -> HttpResponse:
        made = commands.add_unit(by=request.user, **given)
        messages.success(request, f"{made.name} added.")
        return gone(request, "/admin/units")

    return attempted(request, UnitForm(request.POST or None), act, heading="Add a unit",
                     confirm="Add the unit", back="/admin/units")  # fmt: skip


@administrators_only
@require_http_methods(["GET", "POST"])
def unit_edit(request: HttpRequest, code: str) -> HttpResponse:
    unit = BusinessUnit.objects.filter(code=code[:32]).first()
    if unit is None:
        raise NotSeen("There is no such unit.")

    def act(given: dict) -> HttpResponse:
        commands.edit_unit(unit, by=request.user, **given)
        messages.success(request, f"{given['name']} saved.")
        return gone(request, "/admin/units")

    begin = {"name": unit.name, "parent": unit.parent_id, "is_active": unit.is_active}
    form = UnitForm(request.POST or None, initial=begin, editing=True)
    return attempted(
        request, form, act, heading=f"Edit {unit.name}", confirm="Save changes", back="/admin/units"
    )


@administrators_only
@require_http_methods(["GET", "POST"])
def office(request: HttpRequest) -> HttpResponse:
    here = Office.current()

    def act(given: dict) -> HttpResponse:
        commands.edit_office(by=request.user, **given)
        messages.success(request, "The office's settings are saved.")
        return gone(request, "/admin/units/office")

    begin = {name: getattr(here, name) for name in OfficeForm.base_fields}
    form = OfficeForm(request.POST or None, initial=begin)
    return attempted(request, form, act, heading="Office", confirm="Save the settings",
                     tabs=tabs(request.path), stays=True)  # fmt: skip
