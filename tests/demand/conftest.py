"""Demands in the states a test wants to begin with, made by calling their verbs."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from demand import defaults
from demand.models import Demand

SCORES = {"value": 8, "time_criticality": 5, "risk_reduction": 5, "job_size": 3,
          "rationale": "It saves a thousand calls a month."}  # fmt: skip
PATH = (
    "draft",
    "submitted",
    "screening",
    "assessment",
    "ready",
    "approval",
    "approved",
    "scheduled",
)

LETTERS = Path(__file__).parents[1] / "data" / "letters"
AUTHORITY = "mx.office.example"  # whose word on a sender is believed


@pytest.fixture
def policies(db) -> None:
    defaults.put()


@pytest.fixture
def make_demand(policies, author, analyst, sponsor, skill, kpi) -> Callable[..., Demand]:
    """make_demand("approval", days=50, type="regulatory"): one demand brought to a state."""

    def make(state: str = "submitted", *, days: int = 10, **profile) -> Demand:
        facts = {"title": "Tell customers why a payment is held", "sponsor": sponsor,
                 "need": "Customers call us because the app does not say why."} | profile  # fmt: skip
        made = Demand.raise_new(by=author, **facts)
        for step in PATH[1 : PATH.index(state) + 1]:
            STEPS[step](made)
        return made

    def prepare(made: Demand) -> None:
        made.estimate(by=analyst, skill=skill, low_days=10, likely_days=20, high_days=40)
        made.add_kpi_effect(by=analyst, kpi=kpi, change=-100, by_on=date(2027, 8, 31))
        made.score(by=analyst, **SCORES)

    def approve(made: Demand) -> None:
        while step := made.record.approvals.filter(state="asked").first():
            step.approve(by=step.approver)
        made.refresh_from_db()

    STEPS = {
        "submitted": lambda d: d.submit(by=author),
        "screening": lambda d: d.screen(by=analyst),
        "assessment": lambda d: d.assess(by=analyst),
        "ready": prepare,
        "approval": lambda d: d.request_approval(by=analyst),
        "approved": approve,
        "scheduled": lambda d: d.schedule(
            by=analyst, starts_on=date(2027, 1, 11), finishes_on=date(2027, 8, 31)
        ),
    }
    return make


@pytest.fixture
def letter(author):
    def make(name: str, sender: str = "", reference: str = "") -> bytes:
        text = (LETTERS / f"{name}.eml").read_text("latin-1" if name == "broken" else "utf-8")
        filled = text.format(sender=sender or author.email, reference=reference)
        return filled.encode("latin-1" if name == "broken" else "utf-8")

    return make
