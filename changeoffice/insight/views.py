"""Pages of insight: the portfolio dashboard, the list behind a number, and My work."""

from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from changeoffice.core.access.rules import STAFF
from changeoffice.core.doors.lists import count_of
from changeoffice.core.doors.templatetags import formats
from changeoffice.core.people.models import BusinessUnit
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotAllowed, NotSeen
from changeoffice.insight import evidence, my_work, quality, selectors
from changeoffice.insight.asking import FORTNIGHT, Asked, read
from changeoffice.insight.dashboard import Dashboard
from changeoffice.insight.kpis.definitions import KPIS
from changeoffice.insight.measures import ITEMS, MONEY, Measure, measure

PER_PAGE = 100


@require_GET
def portfolio(request: HttpRequest) -> HttpResponse:
    asked = read(request.GET.dict(), request.user)
    board = Dashboard(request.user, asked.chosen, asked.day, asked.versus, asked.portfolios)
    return render(request, "insight/portfolio.html", {
        "board": board, "chosen": asked.chosen, "as_of": asked.day if asked.is_past else None,
        "day": asked.day, "versus": asked.versus, "portfolios": asked.portfolios,
        "fact_day": board.facts.days.get(asked.day), "since_choices": _earlier(asked.day),
        "as_of_choices": _ends_of_months(clock.today()),
    })  # fmt: skip


def _earlier(day: date) -> list[tuple[str, date]]:
    return [("A week before", day - timedelta(days=7)), ("Two weeks before", day - FORTNIGHT),
            ("Four weeks before", day - timedelta(days=28)),
            ("A quarter before", day - timedelta(days=91))]  # fmt: skip


def _ends_of_months(today: date) -> list[tuple[str, date]]:
    ends, day = [], today
    for _ in range(3):
        day = day.replace(day=1) - timedelta(days=1)
        ends.append((f"End of {day:%B}", day))
    return ends


@require_GET
def items(request: HttpRequest) -> HttpResponse:
    """What adds up to one number of the dashboard, as of the same day, as far as one may see it."""
    params = request.GET.dict()
    asked = _in_unit(read(params, request.user), params.get("unit", ""))
    what = _measure(params, request.user)
    found = evidence.behind(what, asked, request.user, params.get("currency", "")[:3])
    page = Paginator(found.rows, PER_PAGE).get_page(params.get("page"))
    back, back_words = _back(params)
    return render(request, "insight/items.html", {
        "measure": what, "evidence": found, "page": page,
        "rows": evidence.dressed(page, request.user), "answer": _answer(what, found, asked),
        "is_money": what.unit == MONEY, "is_value": what.unit != ITEMS or what.family == "sla",
        "value_head": what.unit.capitalize(), "state_head": STATE_HEADS.get(what.family, "Status"),
        "is_range": what.family == "changes", "has_state": what.family not in ("money", "sla"),
        "by_programme": what.family in ("projects", "plans", "changes"),
        "place_head": "Programme" if what.family in ("projects", "plans", "changes") else "Unit",
        "back_url": back, "back_words": back_words,
    })  # fmt: skip


def _back(params: dict[str, str]) -> tuple[str, str]:
    """Where the number stood: on the page of a KPI, or on the dashboard."""
    if kpi := KPIS.get(params.get("kpi", "")):
        query = urlencode({k: v for k, v in params.items() if k == "unit"})
        return f"/kpis/{kpi.slug}" + (f"?{query}" if query else ""), kpi.label
    query = urlencode(
        {k: v for k, v in params.items() if k in ("as_of", "vs", "portfolio", "programme")}
    )
    return "/portfolio" + (f"?{query}" if query else ""), "Portfolio"


def _in_unit(asked: Asked, code: str) -> Asked:
    """Narrowed to what stands in one business unit."""
    if not code:
        return asked
    unit = BusinessUnit.objects.filter(code=code[:40]).first()
    if unit is None:
        raise Invalid(unit="There is no such unit.")
    return replace(asked, chosen=selectors.Chosen("unit", unit.pk, unit.name, unit.code))


NOUNS = {
    "projects": ("project", "projects"), "plans": ("project", "projects"),
    "money": ("budget", "budgets"), "milestones": ("milestone", "milestones"),
    "dependencies": ("dependency", "dependencies"), "risks": ("risk", "risks"),
    "interventions": ("intervention", "interventions"), "changes": ("change", "changes"),
    "demands": ("demand", "demands"), "demand_flow": ("demand", "demands"),
    "sla": ("demand", "demands"), "estimates": ("demand", "demands"), "ideas": ("idea", "ideas"), "idea_answers": ("idea", "ideas"),
}  # fmt: skip
STATE_HEADS = {"demands": "State", "demand_flow": "State", "ideas": "State", "changes": "What changed",
               "risks": "Exposure", "interventions": "Asked for"}  # fmt: skip


def _answer(what: Measure, found: evidence.Evidence, asked: Asked) -> str:
    one, many = NOUNS.get(what.family, ("item", "items"))
    several = one if found.count == 1 else many
    day = formats.long_day(asked.day)
    when = f"at the end of {day}" if asked.is_past else "now"
    if what.family == "changes":
        when = f"from {formats.short_day(asked.versus)} to {formats.short_day(asked.day)}"
    where = f" in {asked.chosen.title}" if asked.chosen.reference else ""
    total = ""
    if what.unit == MONEY:
        total = f", {formats.full_money(found.total, found.currency)} together"
    return f"{found.count:,} {several}{where} {when}{total}."


def _measure(params: dict[str, str], person) -> Measure:
    found = measure(params.get("measure", ""))
    if found is None or not found.adds_up:
        raise Invalid(measure="Choose one of the measures of the dashboard.")
    if found.is_figure and not selectors.sees_figures(person):
        raise NotSeen("There is no such list, or you may not see it.")
    return found


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "insight/my_work.html", my_work.page(request.user, request.GET.dict()))


@require_GET
def data_quality(request: HttpRequest) -> HttpResponse:
    """What cannot be right, or what nobody answers for; one check's list at a time."""
    if not STAFF.holds(request.user, None):
        raise NotAllowed("Data quality is for members of staff.")
    found = [
        {"check": check, "rows": check.rows(request.user)} for check in quality.CHECKS.values()
    ]
    for item in found:
        item["count"], item["words"] = count_of(item["rows"])
    asked = quality.CHECKS.get(request.GET.get("check", ""))
    worst = max(found, key=lambda item: item["count"])
    chosen = next((item for item in found if item["check"] is asked), worst)
    page = Paginator(chosen["rows"].order_by("kind", "pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    failing = sum(item["count"] > 0 for item in found)
    return render(request, "insight/data_quality.html", {
        "found": found, "chosen": chosen, "page": page, "rows": page.object_list,
        "answer": f"{failing} of {len(found)} checks find something to mend." if failing
                  else "Every check is clean, as far as you may see.",
    })  # fmt: skip
