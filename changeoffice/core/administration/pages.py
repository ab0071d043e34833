"""People and roles: who is here, what each may do and see, and what giving a role would change."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from changeoffice.core.access.grants import with_role
from changeoffice.core.access.models import Role, RoleAssignment
from changeoffice.core.administration import people as commands
from changeoffice.core.administration.forms import PersonForm, ReasonForm, RoleForm
from changeoffice.core.administration.keeping import ADMINISTRATORS_ONLY, keeps_anything
from changeoffice.core.administration.models import AdminEvent, note
from changeoffice.core.administration.sight import sight_of, try_item
from changeoffice.core.doors.lists import Ordering, count_of, fingerprint_of, page_of
from changeoffice.core.doors.pages.chips import chip, words_chip
from changeoffice.core.people.models import BusinessUnit, Person
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow, NotSeen

BY_NAME = {"name": Ordering("Name", "name", descending=False)}
ROWS = 40
STATES = [
    ("active", "Active"),
    ("invited", "Invited"),
    ("closed", "Closed"),
    ("outside", "Suppliers' people"),
]


def administrators_only(view: Callable) -> Callable:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not keeps_anything(request.user):
            raise NotAllowed(ADMINISTRATORS_ONLY)
        return view(request, *args, **kwargs)

    return guarded


def attempted(
    request: HttpRequest, form, act: Callable[[dict], HttpResponse], **context
) -> HttpResponse:
    """Draw the form; when sent, do it or show beside the fields what stands in the way."""
    if request.method == "POST" and form.is_valid():
        try:
            return act(form.cleaned_data)
        except Invalid as error:
            for name, words in error.errors.items():
                form.add_error(name if name in form.fields else None, words)
        except (NotNow, NotAllowed) as error:
            form.add_error(None, str(error))
    template = "administration/dialog.html" if request.htmx else "administration/form.html"
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)


def gone(request: HttpRequest, url: str) -> HttpResponse:
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def url_of(person: Person) -> str:
    return f"/admin/people/{person.username}"


def named(username: str) -> Person:
    found = (
        Person.objects.select_related("unit", "reports_to")
        .filter(username__iexact=username[:64])
        .first()
    )
    if found is None:
        raise NotSeen("There is nobody with this user name.")
    return found


# list --------------------------------------------------------------------------------------------
def listed(request: HttpRequest) -> dict[str, Any]:
    """The list beside every page of this section, with its filters from the address."""
    params = {name: request.GET.get(name, "")[:120] for name in ("q", "holds", "in", "state")}
    rows = Person.objects.named(params["q"].replace("\x00", ""))
    if params["holds"] in Role.values:
        rows = rows.filter(role_assignments__role=params["holds"]).distinct()
    if params["in"]:
        rows = rows.filter(unit__code=params["in"])
    rows = rows.filter(_in_state(params["state"]))
    held = Prefetch(
        "role_assignments", RoleAssignment.objects.select_related("unit", "record").order_by("role")
    )
    options = {"ordering": "name", "size": ROWS, "fingerprint": fingerprint_of(params)}
    shown = rows.select_related("unit").prefetch_related(held)
    try:
        page = page_of(shown, BY_NAME, cursor=request.GET.get("cursor", ""), **options)
    except Invalid:
        page = page_of(shown, BY_NAME, **options)
    kept = urlencode({name: value for name, value in params.items() if value})
    number = count_of(rows)[1]
    return {
        "rows": page.rows, "page": page, "count": number, "kept": f"?{kept}" if kept else "",
        "count_label": f"{number} {'person' if number == '1' else 'people'}",
        "everybody": count_of(Person.objects.filter(is_active=True))[1],
    }  # fmt: skip


def chips_of(request: HttpRequest) -> list[dict[str, Any]]:
    units = BusinessUnit.objects.filter(is_active=True).values_list("code", "name")
    return [
        words_chip(request.GET, "Name or user name", "q"), chip(request.GET, "holds", "Role", Role.choices),
        chip(request.GET, "in", "Unit", units), chip(request.GET, "state", "State", STATES),
    ]  # fmt: skip


def _in_state(state: str) -> Q:
    unusable = Q(password__startswith="!")
    return {
        "active": Q(is_active=True), "closed": Q(is_active=False), "outside": Q(is_outside=True),
        "invited": unusable & Q(is_active=True, is_integration=False),
    }.get(state, Q())  # fmt: skip


@administrators_only
def people(request: HttpRequest) -> HttpResponse:
    soon = clock.today() + timedelta(days=14)
    ending = RoleAssignment.objects.filter(
        until__range=(clock.today(), soon), person__is_active=True
    )
    context = {
        "chips": chips_of(request),
        "ending": ending.select_related("person", "unit", "record").order_by("until")[:10],
        "invited": Person.objects.filter(_in_state("invited")).order_by("-created_at")[:10],
        "recent": AdminEvent.objects.select_related("actor", "person").order_by("-id")[:12],
    }
    return render(request, "administration/people.html", listed(request) | context)


# one person --------------------------------------------------------------------------------------
@administrators_only
def person(request: HttpRequest, username: str) -> HttpResponse:
    """Roles, what they let somebody see, and, from the address, what one more would change."""
    someone = named(username)
    proposed, form = None, None
    if "role" in request.GET:
        form = RoleForm(request.user, request.GET)
        if not form.is_valid() or not _would_do(form, someone, request.user):
            return render(
                request, "administration/role.html", {"form": form, "someone": someone}, status=422
            )
        proposed = form.cleaned_data
    return render(
        request, "administration/person.html", listed(request) | _shown(request, someone, proposed)
    )


def _would_do(form: RoleForm, someone: Person, by: Person) -> bool:
    try:
        commands.check_role(someone, by=by, **form.cleaned_data)
    except Invalid as error:
        for name, words in error.errors.items():
            form.add_error(name if name in form.fields else None, words)
    except NotAllowed as error:
        form.add_error(None, str(error))
    return not form.errors


def _shown(request: HttpRequest, someone: Person, proposed: dict | None) -> dict[str, Any]:
    imagined = None
    if proposed:
        imagined = with_role(someone, proposed["role"], practice=proposed["practice"],
                             unit=proposed["unit"], record=proposed["record"])  # fmt: skip
    wanted = request.GET.get("item", "").strip()[:24].replace("\x00", "")
    if wanted:
        note(by=request.user, verb="look", subject=someone,
             words=f"looked whether {someone.name} can see {wanted.upper()}")  # fmt: skip
    held = someone.role_assignments.select_related("unit", "record", "given_by").order_by(
        "given_at", "id"
    )
    return {
        "someone": someone, "held": list(held), "proposed": proposed and RoleAssignment(**proposed),
        "sight": sight_of(someone, imagined), "wanted": wanted,
        "answer": try_item(wanted, imagined or someone, asked_by=request.user) if wanted else None,
        "trail": AdminEvent.objects.filter(person=someone).select_related("actor").order_by("-id")[:8],
        "today": clock.today(), "is_invited": not someone.has_usable_password(),
        "is_oneself": someone.pk == request.user.pk,
    }  # fmt: skip


@administrators_only
@require_http_methods(["GET", "POST"])
def person_new(request: HttpRequest) -> HttpResponse:
    def act(given: dict) -> HttpResponse:
        made = commands.add_person(by=request.user, **given)
        messages.success(request, f"{made.name} is invited; the letter goes to {made.email}.")
        return gone(request, url_of(made))

    return attempted(request, PersonForm(request.POST or None), act, heading="Invite a person",
                     confirm="Send the invitation", back="/admin/people",
                     text="They get a letter with a link to choose a password.")  # fmt: skip


@administrators_only
@require_http_methods(["GET", "POST"])
def person_edit(request: HttpRequest, username: str) -> HttpResponse:
    someone = named(username)
    begin = {name: getattr(someone, name) for name in commands.PROFILE}

    def act(given: dict) -> HttpResponse:
        commands.edit_person(someone, by=request.user, **given)
        messages.success(request, f"{given['name']} saved.")
        return gone(request, url_of(someone))

    form = PersonForm(request.POST or None, initial=begin, editing=True)
    return attempted(request, form, act, heading=f"Edit {someone.name}", confirm="Save changes",
                     back=url_of(someone))  # fmt: skip


@administrators_only
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest, username: str, act_name: str) -> HttpResponse:
    """Close or open an account, with the reason the trail will show."""
    someone = named(username)
    closing = act_name == "close"

    def act(given: dict) -> HttpResponse:
        command = commands.deactivate if closing else commands.reactivate
        command(someone, by=request.user, reason=given["reason"])
        messages.success(
            request, f"{someone.name}'s account is {'closed' if closing else 'open again'}."
        )
        return gone(request, url_of(someone))

    words = (
        "Sessions end and tokens are revoked at once. What they wrote and decided stays; what they "
        "answer for stays with them until it is handed over."
        if closing
        else ""
    )
    return attempted(request, ReasonForm(request.POST or None), act, text=words, back=url_of(someone),
                     heading=f"{'Close' if closing else 'Open'} {someone.name}'s account",
                     confirm="Close the account" if closing else "Open the account",
                     tone="danger" if closing else "")  # fmt: skip


@administrators_only
@require_POST
def invite_again(request: HttpRequest, username: str) -> HttpResponse:
    someone = named(username)
    commands.invite_again(someone, by=request.user)
    messages.success(request, f"Another letter goes to {someone.email}.")
    return redirect(url_of(someone))


# roles -------------------------------------------------------------------------------------------
@administrators_only
@require_http_methods(["GET", "POST"])
def roles(request: HttpRequest, username: str) -> HttpResponse:
    """GET asks for the role, which the person's page then previews; POST gives it."""
    someone = named(username)
    form = RoleForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reason = request.POST.get("reason", "").replace("\x00", "")[:500]
            commands.give_role(someone, by=request.user, reason=reason, **form.cleaned_data)
            messages.success(request, f"{someone.name} has the role from now on.")
            return redirect(url_of(someone))
        except Invalid as error:
            for name, words in error.errors.items():
                form.add_error(name if name in form.fields else None, words)
    context = {"form": form, "someone": someone, "is_oneself": someone.pk == request.user.pk}
    return render(request, "administration/role.html", context, status=422 if form.errors else 200)


@administrators_only
@require_http_methods(["GET", "POST"])
def role_end(request: HttpRequest, username: str, pk: int) -> HttpResponse:
    someone = named(username)
    given = (
        RoleAssignment.objects.select_related("person", "unit", "record")
        .filter(pk=pk, person=someone)
        .first()
    )
    if given is None:
        raise NotSeen("This role has ended already.")

    def act(said: dict) -> HttpResponse:
        commands.end_role(given, by=request.user, reason=said["reason"])
        messages.success(request, f"{someone.name} is no longer {given.label.lower()}.")
        return gone(request, url_of(someone))

    return attempted(request, ReasonForm(request.POST or None), act, back=url_of(someone), tone="danger",
                     heading=f"End the role {given.label.lower()}, {commands.where_words(given)}?",
                     text=f"{someone.name}'s next click is judged without it.", confirm="End the role")  # fmt: skip
