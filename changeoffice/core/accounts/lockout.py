"""Sign-in's own pages that the sign-in libraries leave to us."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from changeoffice.core.people.models import Person


def locked_out(request: HttpRequest, response=None, credentials=None, *args) -> HttpResponse:
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    return render(request, "account/locked.html", {"minutes": minutes}, status=429)


def attempted_name(request: HttpRequest, credentials: dict | None = None) -> str | None:
    """One name per person to count attempts by, however it was written: e-mail, user name, case."""
    given = credentials or {}
    posted = request.POST if request is not None else {}
    name = given.get("login") or given.get("username") or given.get("email") or posted.get("login")
    if not name:
        return None
    name = str(name).strip().lower().replace("\x00", "")[:254]
    if "@" in name and (person := Person.objects.filter(email__iexact=name).first()):
        return person.username.lower()
    return name
