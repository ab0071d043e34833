"""Pages of the KPIs: all of them, one with its trend and what stands behind it, its target."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.rules import STAFF
from changeoffice.core.administration.keeping import kept, put
from changeoffice.core.doors.pages.chips import chip
from changeoffice.core.doors.pages.forms import InputPage
from changeoffice.core.people.models import BusinessUnit
from changeoffice.core.record import clock
from changeoffice.core.record.errors import NotAllowed, NotSeen
from changeoffice.core.record.history import history_of
from changeoffice.core.record.inputs import Decimal, Inputs, LongText, Ref
from changeoffice.insight.kpis.definitions import KPIS, Kpi
from changeoffice.insight.kpis.reading import Reading, read, sentence
from changeoffice.insight.measures import measure
from changeoffice.insight.models import KpiTarget
from changeoffice.insight.selectors import sees_figures
from changeoffice.organisation.models import staff
from demand import ageing
from demand.models import Demand

PERIODS = {"quarter": ("3 months", 13), "half": ("6 months", 26), "year": ("12 months", 52)}
TARGETS_SHOWN = 6
TARGET_INPUTS: Inputs = {
    "target": Decimal(label="Target", least=0, most=100_000, places=1),
    "owner": Ref(label="Owner", rows=staff, key="username", required=False,
                 hint="Who answers for this figure."),
    "reason": LongText(label="Why", lines=2, max=500),
}  # fmt: skip


class Asked:
    """Which period and which unit; anything unknown in the address counts as not asked."""

    def __init__(self, request: HttpRequest) -> None:
        if not STAFF.holds(request.user, None):
            raise NotAllowed("KPIs are for members of staff.")
        self.query = request.GET
        self.period = request.GET.get("period", "")
        self.period = self.period if self.period in PERIODS else "year"
        self.units = list(BusinessUnit.objects.filter(is_active=True).order_by("name"))
        code = request.GET.get("unit", "")
        self.unit = next((unit for unit in self.units if unit.code == code), None)

    @property
    def weeks(self) -> int:
        return PERIODS[self.period][1]

    def url(self, path: str, **changes: str) -> str:
        kept = {"period": self.period if self.period != "year" else "",
                "unit": self.unit.code if self.unit else ""} | changes  # fmt: skip
        query = urlencode({name: value for name, value in kept.items() if value})
        return f"{path}?{query}" if query else path

    def shown(self, path: str) -> dict[str, Any]:
        options = [(unit.code, unit.name) for unit in self.units]
        return {
            "periods": [{"label": label, "url": self.url(path, period=code), "current": code == self.period}
                        for code, (label, _) in PERIODS.items()],
            "chips": [chip(self.query, "unit", "Unit", options, "building-2")],
            "unit": self.unit,
        }  # fmt: skip


@require_GET
def kpis(request: HttpRequest) -> HttpResponse:
    asked = Asked(request)
    readings = read(request.user, clock.today(), asked.weeks, asked.unit)
    demands = Demand.objects.visible_to(request.user)
    demands = demands.filter(unit=asked.unit) if asked.unit else demands
    return render(request, "insight/kpis.html", {
        "answer": sentence(readings), "stages": ageing.by_stage(demands),
        "cards": [{"reading": reading, "url": asked.url(f"/kpis/{reading.kpi.slug}")} for reading in readings],
        **asked.shown("/kpis"),
    })  # fmt: skip


@require_GET
def kpi(request: HttpRequest, slug: str) -> HttpResponse:
    found, asked = _known(slug), Asked(request)
    (reading,) = read(request.user, clock.today(), asked.weeks, asked.unit, [found])
    return render(request, "insight/kpi.html", {
        "kpi": found, "reading": reading, "chart": _chart(reading), "takeaway": _takeaway(reading),
        "doors": _doors(reading, asked, request.user), "targets": _targets(found), "may_set": may_set(request.user),
        "list_url": asked.url("/kpis"), **asked.shown(f"/kpis/{slug}"),
    })  # fmt: skip


def _known(slug: str) -> Kpi:
    if slug not in KPIS:
        raise NotSeen("There is no such KPI.")
    return KPIS[slug]


def may_set(person) -> bool:
    return grants_of(person).scope("manager").everywhere


def _chart(reading: Reading) -> dict[str, Any] | None:
    """Week by week beside the target."""
    if len(reading.known) < 2:
        return None
    points = [None if v is None else round(float(v), 1) for v in reading.values]
    target = [round(float(reading.target), 1)] * len(points)
    series = [{"name": reading.kpi.label, "values": points, "label": False},
              {"name": "Target", "values": target, "style": "target"}]  # fmt: skip
    return {"labels": [f"{day:%-d %b %y}" for day in reading.days], "label_head": "Week to",
            "unit": reading.kpi.unit, "min": 0, "series": series}  # fmt: skip


def _takeaway(reading: Reading) -> str:
    """In how many of the weeks it was where it shall be."""
    judged = [reading.kpi.is_met(v, reading.target) for v in reading.values if v is not None]
    return f"On target in {sum(judged)} of {len(judged)} weeks. Each point looks back over the whole window of its formula."


def _doors(reading: Reading, asked: Asked, person) -> list[dict[str, Any]]:
    """The lists whose items add up to the figure, as far as this person may open them."""
    day, unit = reading.days[-1], asked.unit
    query = {"as_of": day.isoformat(), "kpi": reading.kpi.slug} | (
        {"unit": unit.code} if unit else {}
    )
    found = []
    for code, words in reading.kpi.behind:
        known = measure(code)
        if known and known.adds_up and (not known.is_figure or sees_figures(person)):
            found.append({"label": words, "n": reading.n(code),
                          "url": f"/portfolio/items?{urlencode({'measure': code} | query)}"})  # fmt: skip
    return found


def _targets(kpi: Kpi) -> list[dict[str, Any]]:
    """What was wanted, since when, by whom and why, the latest first."""
    rows = history_of(KpiTarget).objects.filter(kpi=kpi.slug).order_by("-pgh_id")[:TARGETS_SHOWN]
    return [{"target": kpi.target_words(row.target), "at": row.pgh_created_at,
             "why": (row.pgh_context or {}).get("reason", "")} for row in rows]  # fmt: skip


def set_target(kpi: Kpi, *, by, target, owner, reason: str) -> KpiTarget:
    """Say what the office wants to reach; on the administrators' trail with the reason."""
    if not may_set(by):
        raise NotAllowed("Targets of the office are set by its manager.")
    with kept(by, "set_kpi_target", model=KpiTarget, reason=reason) as draft:
        row = KpiTarget.objects.select_for_update().filter(kpi=kpi.slug).first()
        row = row or KpiTarget(kpi=kpi.slug, target=kpi.target)
        draft.changes = put(row, {"target": target, "owner": owner, "at": clock.now()})
        draft.changes = [change for change in draft.changes if change["label"] != "At"]
        row.save()
        draft.subject, draft.words = row, f"set the target of {kpi.label.lower()}"
    return row


class TargetPage(InputPage):
    template, dialog = "insight/target.html", "insight/_target.html"

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        found = self._kpi(slug)
        row = KpiTarget.objects.filter(kpi=slug).select_related("owner").first()
        initial = {
            "target": row.target if row else found.target,
            "owner": row.owner if row else None,
        }
        form = self.form_of(TARGET_INPUTS, initial=initial)
        return self.drawn(form, **self._context(found))

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        found = self._kpi(slug)

        def act(given: dict[str, Any]) -> HttpResponse:
            set_target(found, by=request.user, **given)
            messages.success(request, f"The target of {found.label.lower()} is set.")
            return self.gone_to(f"/kpis/{slug}")

        return self.attempt(TARGET_INPUTS, act, **self._context(found))

    def _kpi(self, slug: str) -> Kpi:
        found = _known(slug)
        if not may_set(self.request.user):
            raise NotAllowed("Targets of the office are set by its manager.")
        return found

    def _context(self, kpi: Kpi) -> dict[str, Any]:
        return {"kpi": kpi, "heading": f"Target of {kpi.label.lower()}", "submit_label": "Set target",
                "back": f"/kpis/{kpi.slug}"}  # fmt: skip
