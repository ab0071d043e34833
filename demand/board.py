"""Demands as cards on a board and rows of a table; both say age, score and whom it waits for."""

from collections import defaultdict
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Count, F, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber
from django.http import QueryDict

from changeoffice.core import ports as core_ports
from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.rules import ANALYST, FIGURE_ROLES, SEES_FIGURES
from changeoffice.core.doors.pages.chips import MENU_LIMIT, chip, words_chip
from changeoffice.core.people.models import Person
from changeoffice.core.record.at_once import Queries
from changeoffice.core.record.prepared import prepared
from changeoffice.organisation.models import Service, units
from demand import ports, waiting
from demand.models import Demand, DemandType, Size, Source
from demand.stages import StageClock

CARDS_SHOWN = 8
# Column, label, the states in it.
COLUMNS = [
    ("submitted", "Submitted", ("submitted",)),
    ("screening", "Screening", ("screening",)),
    ("assessment", "Assessment", ("assessment",)),
    ("approval", "Approval", ("approval",)),
    ("scheduled", "Scheduled", ("approved", "scheduled")),
    ("in_delivery", "In delivery", ("in_delivery",)),
]
ENDS = [
    ("completed", "Completed", "circle-check", "Delivered"),
    ("deferred", "Deferred", "circle-pause", "Comes back by itself"),
    ("rejected", "Rejected", "circle-x", "Each with its reason"),
]
# What an analyst may do next in a state: the verb, the column it leads to, its label, has a form.
MOVES = {
    "submitted": [("screen", "screening", "Screening", False)],
    "screening": [("assess", "assessment", "Assessment", True)],
    "assessment": [("request-approval", "approval", "Approval", False)],
    "approval": [("send-back", "assessment", "Back to assessment", True)],
    "approved": [("schedule", "scheduled", "Scheduled", True)],
    "scheduled": [("hand-over", "in_delivery", "In delivery", True)],
}
DEFERRABLE = {"submitted", "screening", "assessment", "approval", "approved", "scheduled"}
SOURCE_ICONS = {
    "idea": "lightbulb", "business_unit": "building-2", "regulatory_update": "landmark",
    "incident_problem": "siren", "supplier": "handshake", "project": "square-kanban",
    "agile_team": "users", "product_team": "package", "cloud_provider": "server",
    "continual_improvement": "refresh-cw",
}  # fmt: skip
RISK_TONES = {"high": "red"}


class Drawer:
    """Draws demands for one person: one set of look-ups for however many rows."""

    def __init__(self, person: Person, demands: list[Demand], limits: list[tuple]) -> None:
        self.person = person
        self.clock = StageClock(dict(limits))
        self.waits = waiting.for_demands(demands)
        self.delivery = ports.cards([d.pk for d in demands if d.state == "in_delivery"], person)

    def row(self, demand: Demand) -> dict[str, Any]:
        age = self.clock.age(demand)
        seen = SEES_FIGURES.holds(self.person, demand)
        return {
            "demand": demand, "id": demand.reference, "reference": demand.reference,
            "title": demand.title, "url": demand.get_absolute_url(), "age": age,
            "rank": demand.rank, "sees_figures": seen, "score": _score(demand) if seen else None,
            "size": (demand.size or "?") if seen else "",
            "risk": demand.get_risk_display() if seen else "",
            "risk_tone": RISK_TONES.get(demand.risk, "") if seen else "",
            "waits_for": self.waits[demand.pk].short, "owner": demand.owner,
            "select_value": demand.reference if ANALYST.holds(self.person, demand) else "",
        }  # fmt: skip

    def card(self, demand: Demand) -> dict[str, Any]:
        row = self.row(demand)
        age = row["age"]
        ticking = age.limit and demand.state != "more_information"
        return row | {
            "facts": self._facts(demand, row), "moves": self._moves(demand),
            "days": age.days if ticking else None, "limit": age.limit if ticking else None,
            "delivery": self.delivery.get(demand.pk), "progress": demand.progress,
        }  # fmt: skip

    def _facts(self, demand: Demand, row: dict[str, Any]) -> list[dict[str, str]]:
        icon = SOURCE_ICONS.get(demand.source, "inbox")
        facts = [{"icon": icon, "text": demand.get_source_display()}]
        if row["size"]:
            facts.append({"text": f"Size {row['size']}"})
        if row["risk"]:
            facts.append({"icon": "shield-alert" if demand.risk == "high" else "shield",
                          "text": f"{row['risk']} risk", "tone": row["risk_tone"]})  # fmt: skip
        if demand.state == "more_information":
            facts.append({"icon": "circle-help", "text": "Question asked", "tone": "amber"})
        if demand.mandatory_on:
            facts.append({"icon": "flag", "text": f"By {demand.mandatory_on:%-d %b %Y}"})
        return facts

    def _moves(self, demand: Demand) -> list[dict[str, Any]]:
        if not ANALYST.holds(self.person, demand):
            return []
        moves = [*MOVES.get(demand.state, [])]
        if demand.state in DEFERRABLE:
            moves.append(("defer", "closed", "Deferred", True))
        if ("demand", "hand_over") not in core_ports.next_steps:
            moves = [move for move in moves if move[0] != "hand-over"]
        at = demand.get_absolute_url()
        return [{"label": label, "to": to, "needs_form": form,
                 "url": f"{at}/{verb}" if form else f"{at}/move/{verb}"}
                for verb, to, label, form in moves]  # fmt: skip


def _score(demand: Demand) -> str:
    """Its place on the scale all cards share, and the score it comes from."""
    return "" if demand.score_index is None else f"{demand.score_index:.0f}"


def around(rows: QuerySet, person: Person) -> dict[str, QuerySet]:
    """The board: the first cards of each column by rank and age, and the counts."""
    column = Case(
        *(When(Q(state__in=states) | Q(state="more_information", resume_state__in=states),
               then=Value(code)) for code, _, states in COLUMNS),
        default=Value(""),
    )  # fmt: skip
    rows = rows.order_by().annotate(column=column)
    order = [
        F("standing__rank").asc(nulls_last=True),
        F("due_on").asc(nulls_last=True),
        F("pk").asc(),
    ]
    place = Window(RowNumber(), partition_by=[F("column")], order_by=order)
    ended = Demand.objects.visible_to(person).filter(state__in=[code for code, *_ in ENDS])
    return {
        "cards": rows.annotate(place=place).filter(place__lte=CARDS_SHOWN).order_by("place"),
        "totals": rows.values_list("column").annotate(n=Count("pk")).order_by(),
        "ended": ended.values_list("state").annotate(n=Count("pk")).order_by(),
    }  # fmt: skip


def columns(drawer: Drawer, found: dict[str, Any], asked: QueryDict) -> list[dict[str, Any]]:
    cards, counts = defaultdict(list), dict(found["totals"])
    for demand in found["cards"]:
        cards[demand.column].append(drawer.card(demand))
    return [_column(code, label, states, cards[code], counts.get(code, 0), drawer.clock, asked)
            for code, label, states in COLUMNS]  # fmt: skip


def _column(code, label, states, cards, count, stage_clock, asked) -> dict[str, Any]:
    query = {k: v for k, v in asked.items() if v and k not in ("layout", "state", "state__in")}
    url = f"/demands?{urlencode(query | {'layout': 'table', 'state__in': ','.join(states)})}"
    limit = stage_clock.limits.get(states[0])
    return {
        "code": code, "label": label, "count": count, "cards": cards, "url": url,
        "limit": f"limit {limit} wd" if limit else "", "more": count - len(cards),
        "more_url": url if count > len(cards) else "",
    }  # fmt: skip


def closed_column(counts: list[tuple[str, int]]) -> dict[str, Any]:
    """The last column: counts by outcome, each the door to its list."""
    found = dict(counts)
    ends = [{"label": label, "icon": icon, "note": note, "count": found.get(code, 0),
             "url": f"/demands?layout=table&view=ended&state={code}"}
            for code, label, icon, note in ENDS]  # fmt: skip
    return {"code": "closed", "label": "Closed", "count": sum(e["count"] for e in ends),
            "cards": [{"ends": ends}], "url": "/demands?layout=table&view=ended"}  # fmt: skip


@prepared()
def menus(person: Person) -> Queries:
    """What may be chosen in the filter bar."""
    owned = Demand.objects.visible_to(person).open().values("owner_id")
    services = Service.objects.visible_to(person).open()
    return {
        "services": services.values_list("reference", "title")[:MENU_LIMIT],
        "owners": Person.objects.filter(pk__in=owned).values_list("username", "name"),
        "units": units(person).values_list("code", "name"),
    }  # fmt: skip


def chips(
    person: Person, menus: dict[str, Any], asked: QueryDict, *, with_state: bool
) -> list[dict[str, Any]]:
    """The filter bar: what is set, and what may be chosen."""
    states = [(code, state.label) for code, state in Demand.states.items()]
    found = [words_chip(asked, "Filter by text")]
    if with_state:
        found.append(chip(asked, "state", "State", states, "milestone"))
    if grants_of(person).has(*FIGURE_ROLES):
        found.append(chip(asked, "size", "Size", Size.choices, "package"))
    return [
        *found,
        chip(asked, "source", "Source", Source.choices, "inbox"),
        chip(asked, "type", "Type", DemandType.choices, "tag"),
        chip(asked, "service", "Service", menus["services"], "layers"),
        chip(asked, "unit", "Unit", menus["units"], "building-2"),
        chip(asked, "owner", "Owner", menus["owners"], "user-round"),
        {"name": "mandatory_on__lt", "label": "Needed before", "icon": "flag", "kind": "date",
         "value": asked.get("mandatory_on__lt", ""), "is_set": bool(asked.get("mandatory_on__lt"))},
    ]  # fmt: skip
