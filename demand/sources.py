"""What a form asks of a demand, depending on where it comes from; the rest can be added later."""

from dataclasses import dataclass

from demand.inputs import PROFILE
from demand.models.vocabulary import Source

ALWAYS = ("source", "title", "need", "unit")


@dataclass(frozen=True)
class Asked:
    """Fields shown beside the usual ones, and what the number in the source is called there."""

    fields: tuple[str, ...]
    says: str
    number: str = ""
    example: str = ""


BY_SOURCE = {
    Source.BUSINESS_UNIT: Asked(
        ("services", "sponsor", "objective"), "Who pays for it and which goal it serves help most."
    ),
    Source.IDEA: Asked(
        ("source_reference", "services", "sponsor"), "The idea it comes from tells the rest.",
        "Idea", "IDEA-0042",
    ),
    Source.PROJECT: Asked(
        ("source_reference", "services", "mandatory_on"), "Which project needs it, and by when.",
        "Project", "PRJ-041",
    ),
    Source.AGILE_TEAM: Asked(
        ("source_reference", "services"), "The team and its ticket are enough to begin.",
        "Team and ticket", "Cards, CARD-311",
    ),
    Source.PRODUCT_TEAM: Asked(
        ("source_reference", "services", "objective"), "The product and its backlog item.",
        "Product and item", "Mobile banking, MB-87",
    ),
    Source.REGULATORY: Asked(
        ("source_reference", "mandatory_on", "compliance_flags", "services", "sponsor"),
        "The rule, the day it applies from and the frameworks it belongs to.",
        "Rule or letter", "PS24/9, article 5",
    ),
    Source.INCIDENT: Asked(
        ("source_reference", "services", "risk"), "Which service failed, and where that is on record.",
        "Incident or problem", "INC0048211",
    ),
    Source.SUPPLIER: Asked(
        ("source_reference", "services", "mandatory_on"), "Who asks or gives notice, and by when.",
        "Supplier and notice", "Quillon Systems, end of support 12.2",
    ),
    Source.CLOUD_PROVIDER: Asked(
        ("source_reference", "services", "mandatory_on"), "What the provider changes or ends, and when.",
        "Provider's notice", "Retirement of gateway v1",
    ),
    Source.IMPROVEMENT: Asked(
        ("source_reference", "services", "objective"), "What was measured, and what it should be.",
        "Entry in the register", "CSI-0007",
    ),
}  # fmt: skip


def asked_of(source: str) -> Asked:
    known = source if source in Source.values else Source.BUSINESS_UNIT
    return BY_SOURCE[Source(known)]


def shown(source: str) -> tuple[list[str], list[str]]:
    """The fields a form shows at once, and those behind "More facts"."""
    first = [*asked_of(source).fields]
    return first, [name for name in PROFILE if name not in (*first, *ALWAYS)]
