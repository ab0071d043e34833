"""What pages and the API ask for when a demand is raised, scored, sized and shaped."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal as Amount
from typing import cast

from changeoffice.core.record.inputs import (
    Choice,
    Date,
    Decimal,
    Inputs,
    LongText,
    Number,
    Ref,
    Text,
)
from changeoffice.organisation.models import BusinessKpi, Objective, Service, Skill, staff, units
from demand.cost_of_delay import PROFILES
from demand.models.vocabulary import FRAMEWORKS, DemandType, Risk, Size, Source


def kpis(person):
    return BusinessKpi.objects.visible_to(person).open()


def skills(person):
    return Skill.objects.all()


def only_held(asks: Inputs, name: str, rows, among: Callable | None = None) -> Inputs:
    """The same question, with only what the demand has to choose from, `among` what it could ever
    have had; where it has nothing, the verb's own guard says so."""
    every, held = cast(Ref, asks[name]), rows.values(name)

    def narrowed(person):
        if held.exists():
            return (among or every.rows)(person).filter(pk__in=held)
        return every.rows(person)

    return {**asks, name: replace(every, rows=narrowed)}


PROFILE = {
    "title": Text(label="The demand in one line", max=120, min=8),
    "need": LongText(label="What is needed, and why?", max=8000,
                     hint="Who needs it, what happens without it?"),
    "source": Choice(label="Where it comes from", choices=Source.choices, required=False,
                     initial="business_unit"),
    "source_reference": Text(label="Its number there", max=120, required=False,
                             hint="Of the incident, the regulation, the ticket: where to look it up."),
    "type": Choice(label="Type", choices=DemandType.choices, initial="improvement",
                   required=False),
    "unit": Ref(label="Business unit", rows=units, key="code", required=False),
    "services": Ref(label="Services it touches", key="reference", many=True, required=False,
                    rows=lambda p: Service.objects.visible_to(p).open()),
    "objective": Ref(label="Objective it serves", key="reference", required=False,
                     rows=lambda p: Objective.objects.visible_to(p).open()),
    "sponsor": Ref(label="Sponsor", rows=staff, key="username", required=False,
                   hint="Pays for it and answers for the benefit. Not whoever raises it."),
    "mandatory_on": Date(label="Mandatory date", required=False,
                         hint="Only where a law, a contract or a regulator sets it."),
    "compliance_flags": Choice(label="Control frameworks it touches", choices=FRAMEWORKS,
                               many=True, required=False),
    "risk": Choice(label="Risk of doing it", choices=Risk.choices, required=False),
    "availability": LongText(label="Availability", lines=2, max=2000, required=False),
    "capacity": LongText(label="Capacity", lines=2, max=2000, required=False),
    "continuity": LongText(label="Continuity", lines=2, max=2000, required=False),
    "security": LongText(label="Security", lines=2, max=2000, required=False),
    "support": LongText(label="Support", lines=2, max=2000, required=False),
}  # fmt: skip

LINE_INPUTS = {
    "skill": Ref(label="Skill", rows=skills, key="name"),
    "low_days": Decimal(label="Low, days", least=0, most=100_000, places=1),
    "likely_days": Decimal(label="Likely, days", least=0, most=100_000, places=1),
    "high_days": Decimal(label="High, days", least=0, most=100_000, places=1),
    "confidence": Number(label="Confidence, per cent", least=1, most=100, required=False),
}
SKILL_INPUT = {"skill": Ref(label="Skill", rows=skills, key="name")}
SIZE_INPUT = {"size": Choice(label="Size", choices=Size.choices)}
EFFECT_INPUTS = {
    "kpi": Ref(label="KPI", rows=kpis, key="reference"),
    "change": Decimal(label="Expected change, in the KPI's unit",
                      hint="A fall is negative, such as -12."),
    "by_on": Date(label="Reached by"),
}  # fmt: skip
DATE_INPUTS = {"starts_on": Date(label="Start"), "finishes_on": Date(label="Finish")}
KPI_INPUT = {
    "kpi": Ref(label="KPI", rows=lambda p: BusinessKpi.objects.visible_to(p), key="reference")
}
ASSESS_INPUTS = {
    "assessors": Ref(label="Assessors", rows=staff, key="username", many=True, required=False,
                     hint="Without names, analysts and owners of services and practices may score."),
    "scores_wanted": Number(label="Scores wanted", least=1, most=20, initial=1, required=False,
                            hint="The round closes by itself when they are in."),
}  # fmt: skip

ACTUAL_INPUTS = {
    "month": Date(label="Month", hint="Any day of it."),
    "skill": Ref(label="Skill", rows=skills, key="name", required=False,
                 hint="Leave it out for costs without days, such as a licence."),
    "days": Decimal(label="Person-days", least=0, most=100_000, places=1, required=False),
    "cost": Decimal(label="Cost", least=0, required=False,
                    hint="Days at the estimated day rate when left out."),
}  # fmt: skip
WAITING_INPUTS = {
    "waiting_cost": Decimal(label="Money lost a month", least=1, most=1_000_000_000,
                            hint="In the demand's currency."),
    "waiting_profile": Choice(label="How it arises", choices=PROFILES, initial="linear"),
    "waiting_on": Date(label="The date", required=False,
                       hint="From which it costs, or on which the chance has passed."),
}  # fmt: skip
SMALLER_INPUTS = {
    "less_without": Text(label="What would be left out", max=200,
                         hint="Such as: the contact centre, so the app only."),
    "less_cost": Decimal(label="What the rest would cost", least=0, most=1_000_000_000,
                         hint="In the demand's currency."),
    "less_effect": Text(label="What the rest would still bring", max=200,
                        hint="The KPI and where it would get to."),
}  # fmt: skip

# A first guess in the office's currency: low, likely, high.
SIZE_RANGES = {
    size: tuple(Amount(n * 1000) for n in guess)
    for size, guess in {
        "XS": (3, 8, 15), "S": (10, 25, 45), "M": (40, 90, 150), "L": (120, 260, 420),
        "XL": (350, 700, 1200),
    }.items()
}  # fmt: skip
