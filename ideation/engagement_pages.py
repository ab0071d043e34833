"""The page of who takes part, and the same as a file."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from changeoffice.core.doors import export
from changeoffice.core.doors.lists import whole
from changeoffice.core.record import clock
from changeoffice.core.record.workflow import need_staff
from ideation import engagement as figures

PERIODS = {90: "90 days", 365: "A year"}


@require_GET
def engagement(request: HttpRequest) -> HttpResponse:
    """By unit and theme: ideas, voters, participation, time to the first answer, conversion."""
    need_staff(request.user, "This page")
    days = whole(request.GET.get("days"), 3660)
    days = days if days in PERIODS else 365
    start = clock.today() - timedelta(days=days)
    found = figures.engagement(request.user, start)
    if request.GET.get("format") == "csv":
        return _file(found)
    context = {
        "total": _drawn([found.total], "unit", start)[0],
        "groups": [("Business unit", _drawn(found.units, "unit", start)),
                   ("Theme", _drawn(found.themes, "theme", start))],
        "periods": [{"label": label, "url": f"/ideas/engagement?days={n}", "current": n == days}
                    for n, label in PERIODS.items()],
        "days": days, "start": start,
    }  # fmt: skip
    return render(request, "ideation/engagement.html", context)


def _drawn(lines: list[figures.Line], by: str, start) -> list[dict[str, Any]]:
    at = figures.since(start)
    return [{"line": line, "url": figures.links(line, by, at)} for line in lines]


def _file(found: figures.Engagement) -> HttpResponse:
    groups = (("unit", found.units), ("theme", found.themes), ("all", [found.total]))
    rows = ({"by": by} | line.row() for by, lines in groups for line in lines)
    return export.csv("engagement.csv", figures.COLUMNS, rows)
