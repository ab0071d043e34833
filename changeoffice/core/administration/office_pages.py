"""Units, the office's settings, and the trail of what administrators did."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from changeoffice.core.access.grants import grants_of
from changeoffice.core.administration import units as commands
from changeoffice.core.administration.forms import OfficeForm, UnitForm
from changeoffice.core.administration.models import AdminEvent
from changeoffice.core.administration.pages import administrators_only, attempted, gone
from changeoffice.core.administration.tabs import tabs
from changeoffice.core.doors import export
from changeoffice.core.doors.lists import Ordering, fingerprint_of, page_of
from changeoffice.core.doors.pages.chips import chip, words_chip
from changeoffice.core.people.models import BusinessUnit, Office, Person
from changeoffice.core.record.errors import Invalid, NotAllowed, NotSeen

NEWEST = {"newest": Ordering("Newest", "id")}


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


def trail(request: HttpRequest) -> HttpResponse:
    """Readable by auditors and administrators, on the page and as a file."""
    if not grants_of(request.user).has("auditor", "administrator"):
        raise NotAllowed("The trail needs an auditor or an administrator.")
    params = {
        name: request.GET.get(name, "")[:64].replace("\x00", "")
        for name in ("who", "about", "verb")
    }
    rows = AdminEvent.objects.select_related("actor", "person")
    if params["who"]:
        rows = rows.filter(actor__username__iexact=params["who"])
    if params["about"]:
        rows = rows.filter(person__username__iexact=params["about"])
    if params["verb"]:
        rows = rows.filter(verb=params["verb"])
    if request.GET.get("format") == "csv":
        return _as_file(rows)
    options = {"ordering": "newest", "size": 50, "fingerprint": fingerprint_of(params)}
    try:
        page = page_of(rows, NEWEST, cursor=request.GET.get("cursor", ""), **options)
    except Invalid:
        page = page_of(rows, NEWEST, **options)
    verbs = AdminEvent.objects.order_by("verb").values_list("verb", flat=True).distinct()
    labels = [(verb, verb.replace("_", " ").capitalize()) for verb in verbs]
    chips = [words_chip(request.GET, "By user name", "who"), chip(request.GET, "verb", "What", labels),
             words_chip(request.GET, "About user name", "about")]  # fmt: skip
    context = {"page": page, "rows": page.rows, "chips": chips}
    return render(request, "administration/trail.html", context)


def _as_file(rows) -> HttpResponse:
    columns = ["at", "actor", "verb", "words", "about", "reason", "door", "changes"]
    made = (
        {"at": row.at.isoformat(), "actor": row.actor and row.actor.username, "verb": row.verb,
         "words": row.words, "about": row.person and row.person.username, "reason": row.reason,
         "door": row.door, "changes": "; ".join(
             f"{c['label']}: {c['old'] or 'none'} to {c['new'] or 'none'}" for c in row.changes)}
        for row in rows.order_by("id")[: export.MOST_ROWS].iterator(2000)
    )  # fmt: skip
    return export.csv("trail.csv", columns, made)
