"""Lifecycle templates: which gates a project passes, what each asks, and the stage it opens."""

from dataclasses import dataclass

from django.db import models


class Stage(models.TextChoices):
    MANDATE = "mandate", "Waiting for its mandate"
    DESIGN = "design", "In design"
    DEVELOPMENT = "development", "In development"
    TESTING = "testing", "In testing"
    GO_LIVE = "go_live", "Approaching go-live"
    SUPPORT = "support", "Early life support"
    CLOSED = "closed", "Closed"


class Template(models.TextChoices):
    STAGED = "staged", "Staged"
    AGILE = "agile", "Agile, releases as gates"


@dataclass(frozen=True)
class Check:
    """One criterion of a gate; the practice that owns it and whether the gate fails without."""

    text: str
    practice: str = ""
    critical: bool = False


@dataclass(frozen=True)
class GatePlan:
    """A gate, the stage that begins when it is passed, and where on the way it lies (per cent)."""

    code: str
    title: str
    opens: Stage
    at: int
    checks: tuple[Check, ...]


STAGED = (
    GatePlan("G0", "Mandate", Stage.DESIGN, 0, (
        Check("The sponsor has accepted the mandate", critical=True),
        Check("Each effect names a business KPI", "finance"),
        Check("Budget for the design stage is released", "finance", critical=True),
    )),
    GatePlan("G1", "Design sign-off", Stage.DEVELOPMENT, 25, (
        Check("The service design package is signed", "design", critical=True),
        Check("Design risks have owners and review dates", "design"),
        Check("The budget covers the estimate", "finance", critical=True),
        Check("Test strategy is agreed", "testing"),
    )),
    GatePlan("G2", "Build complete", Stage.TESTING, 60, (
        Check("Everything in scope is built and reviewed", critical=True),
        Check("Test environments are booked", "deployment"),
        Check("Test plan is ready", "testing", critical=True),
    )),
    GatePlan("G3", "Test exit", Stage.GO_LIVE, 80, (
        Check("No open severity 1 defect", "testing", critical=True),
        Check("Users have accepted the result", "testing", critical=True),
        Check("Support model is in place", "design"),
        Check("The back-out plan is rehearsed", "deployment", critical=True),
    )),
    GatePlan("G4", "Go-live", Stage.SUPPORT, 90, (
        Check("The change is approved", "change", critical=True),
        Check("The release window is confirmed", "release", critical=True),
        Check("The service desk is briefed", "release"),
    )),
    GatePlan("G5", "End of early life support", Stage.CLOSED, 100, (
        Check("No open severity 1 or 2 incident", "testing", critical=True),
        Check("The service owner has taken over", critical=True),
        Check("Benefit readings have an owner", "finance"),
    )),
)  # fmt: skip

AGILE = (
    GatePlan("G0", "Mandate", Stage.DEVELOPMENT, 0, STAGED[0].checks),
    GatePlan("G1", "First release", Stage.DEVELOPMENT, 35, (
        Check("Acceptance criteria of the release are met", "testing", critical=True),
        Check("The change is approved", "change", critical=True),
    )),
    GatePlan("G2", "Second release", Stage.DEVELOPMENT, 65, (
        Check("Acceptance criteria of the release are met", "testing", critical=True),
        Check("The change is approved", "change", critical=True),
    )),
    GatePlan("G3", "Final release", Stage.SUPPORT, 90, (
        Check("Acceptance criteria of the release are met", "testing", critical=True),
        Check("The change is approved", "change", critical=True),
        Check("Support model is in place", "design"),
    )),
    GatePlan("G4", "End of early life support", Stage.CLOSED, 100, STAGED[5].checks),
)  # fmt: skip

GATES: dict[str, tuple[GatePlan, ...]] = {Template.STAGED: STAGED, Template.AGILE: AGILE}
