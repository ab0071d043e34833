"""The four steps from an empty database to an office people can sign in to."""

from typing import Any

from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods

from changeoffice.calendar.models import DayOff
from changeoffice.core.administration import units
from changeoffice.core.administration.keeping import need_keeper
from changeoffice.core.people.models import BusinessUnit, Office, Person
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow, NotSeen
from changeoffice.first_run import opening
from changeoffice.first_run.forms import ROLES, Newcomers, OrganisationForm, WorkingDaysForm, pasted
from changeoffice.first_run.month import preview
from changeoffice.organisation.models import BusinessKpi, Objective, Service

STEPS = [("Organisation", ""), ("Working days", "/setup/working-days"),
         ("Units and people", "/setup/people"), ("Ready", "/setup/ready")]  # fmt: skip
BLANKS = 3


def _steps(current: int) -> list[dict[str, str]]:
    states = ["done" if n < current else "current" if n == current else "future"
              for n in range(len(STEPS))]  # fmt: skip
    return [{"label": label, "state": state, "url": url if state == "done" else ""}
            for (label, url), state in zip(STEPS, states, strict=True)]  # fmt: skip


def _drawn(request: HttpRequest, step: int, template: str, status: int = 200, **context: Any):
    context |= {"steps": _steps(step)}
    return render(request, f"first_run/{template}.html", context, status=status)


@login_not_required
@require_http_methods(["GET", "POST"])
def organisation(request: HttpRequest) -> HttpResponse:
    """Only with the link that starting the office printed, and only while nobody is in."""
    key = request.POST.get("key") or request.GET.get("key", "")
    if opening.is_open():
        raise NotSeen("This office has been opened already.")
    if not opening.fits(key[:200]):
        return _drawn(request, 0, "no_key", status=403)
    here = Office.current()
    form = OrganisationForm(request.POST or None, initial={
        "name": "" if here.name == "Change Office" else here.name, "currency": here.currency,
        "time_zone": here.time_zone, "holidays_country": here.holidays_country,
    })  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            person = opening.open_office(**form.cleaned_data)
            return perform_login(request, person, redirect_url="/setup/working-days")
        except Invalid as error:
            for name, words in error.errors.items():
                form.add_error(name if name in form.fields else None, words)
        except NotNow as error:
            form.add_error(None, str(error))
    answer = _drawn(
        request, 0, "organisation", status=422 if form.errors else 200, form=form, key=key
    )
    patch_cache_control(answer, no_store=True)
    return answer


@require_http_methods(["GET", "POST"])
def working_days(request: HttpRequest) -> HttpResponse:
    need_keeper(request.user)
    here = Office.current()
    begin = {"weekdays": here.weekdays, "holidays_country": here.holidays_country}
    form = WorkingDaysForm(request.POST if request.method == "POST" else None, initial=begin)
    if form.is_valid():
        try:
            units.edit_office(by=request.user, **form.cleaned_data)
        except Invalid as error:
            if "__all__" not in error.errors:  # nothing changed is as good as saved
                raise
        return redirect("/setup/people")
    return _drawn(request, 1, "working_days", status=422 if form.errors else 200, form=form,
                  own=DayOff.objects.filter(on__gte=clock.today()),
                  seen=preview(set(here.weekdays), here.holidays_country, clock.today()))  # fmt: skip


def month(request: HttpRequest) -> HttpResponse:
    """The same month, as it would be with what is ticked now."""
    need_keeper(request.user)
    form = WorkingDaysForm(request.GET)
    if not form.is_valid():
        return HttpResponse(status=204)
    given = form.cleaned_data
    seen = preview(set(given["weekdays"]), given["holidays_country"], clock.today())
    return render(request, "first_run/_month.html", {"seen": seen})


@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """A grid that is kept on the page until Finish; letters go out only then."""
    need_keeper(request.user)
    if request.method == "GET":
        return _people_page(request, Newcomers(initial=[{}] * BLANKS))
    rows = Newcomers(request.POST)
    go = request.POST.get("go", "")
    if go == "finish" and request.POST.get("pasted", "").strip():
        go = "paste"  # nobody is invited whom the list has not shown
    if go in ("unit", "paste"):
        return _with_more(request, rows, go)
    if not rows.is_valid():
        return _people_page(request, rows, status=422)
    given = [(n, row) for n, row in enumerate(rows.cleaned_data) if row.get("email")]
    try:
        made = opening.invite_all((opening.Newcomer(**row) for _, row in given), by=request.user)
    except Invalid as error:
        for place, words in error.errors.items():
            rows.forms[given[int(place)][0]].add_error(None, words)
        return _people_page(request, rows, status=422)
    if made:
        many = "1 person is" if len(made) == 1 else f"{len(made)} people are"
        messages.success(request, f"{many} invited; the letters are on their way.")
    return redirect("/setup/ready")


def _with_more(request: HttpRequest, rows, go: str) -> HttpResponse:
    """The same grid with a new unit, or with what was pasted."""
    kept = [{name: request.POST.get(f"{form.prefix}-{name}", "") for name in form.fields}
            for form in rows.forms]  # fmt: skip
    kept = [row for row in kept if row["name"] or row["email"]]
    complaint = ""
    if go == "paste":
        more = pasted(request.POST.get("pasted", "")[:60_000])
        complaint = _strange(more) if more else "Paste rows of name, e-mail, unit and role."
        kept += more
    else:
        complaint = _add_unit(request)
    return _people_page(request, Newcomers(initial=kept + [{}] * BLANKS), complaint=complaint,
                        status=422 if complaint else 200)  # fmt: skip


def _strange(rows: list[dict[str, str]]) -> str:
    """What the roles that were pasted cannot mean; whoever has one is staff until it is chosen."""
    known = {code for code, _ in ROLES}
    told = [f"“{row['role'][:40]}” of {row['name'] or row['email']}"
            for row in rows if row["role"] not in known]  # fmt: skip
    return f"There is no such role: {', '.join(told[:5])}. Choose one in the list." if told else ""


def _add_unit(request: HttpRequest) -> str:
    """What stands in the way of a new unit, or nothing once it is there."""
    name = " ".join(request.POST.get("unit_name", "").replace("\x00", "").split())[:120]
    code = slugify(name)[:32]
    if not code:
        return "Give the unit a name with letters or digits."
    parent = BusinessUnit.objects.filter(code=request.POST.get("unit_parent", "")[:32]).first()
    try:
        units.add_unit(by=request.user, name=name, code=code, parent=parent)
    except (Invalid, NotAllowed) as error:
        return str(error)
    return ""


def _people_page(request: HttpRequest, rows, *, complaint: str = "", status: int = 200):
    return _drawn(request, 2, "people", status=status, rows=rows, complaint=complaint,
                  units=units.tree())  # fmt: skip


def ready(request: HttpRequest) -> HttpResponse:
    """What is there, and what one may do next when one likes."""
    need_keeper(request.user)
    todo = [
        ("Import your project list", "A spreadsheet, with a dry run first.", "/imports?of=projects",
         "file-up", False),
        ("Add services and their owners", "So that changes can name what they touch.",
         "/services/new", "server", Service.objects.exists()),
        ("Name goals and KPIs", "A demand needs one before it is approved.", "/business-kpis/new",
         "target", BusinessKpi.objects.exists() or Objective.objects.exists()),
    ]  # fmt: skip
    return _drawn(request, 3, "ready", todo=[
        dict(zip(("title", "text", "url", "icon", "done"), row, strict=True)) for row in todo
    ], people_count=Person.objects.filter(is_active=True).count(),
       unit_count=BusinessUnit.objects.filter(is_active=True).count())  # fmt: skip
