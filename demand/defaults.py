"""The limits and approval policies an office starts with; administrators change the rows."""

from changeoffice.core.approvals.models import ApprovalPolicy
from changeoffice.core.record import acting
from demand.models.parts import StageLimit
from demand.models.scorecard import Scorecard
from demand.models.vocabulary import LIMITS

LIMIT = 50_000
POLICIES = [
    ("Up to 50,000", {"cost_up_to": LIMIT}, ["manager"]),
    ("Above 50,000", {"cost_above": LIMIT}, ["sponsor", "finance"]),
    ("Regulatory", {"types": ["regulatory"]}, ["compliance"]),
    ("Service design requirements", {"flags": ["service_design"]}, ["design_authority"]),
]


def put(sender=None, **kwargs) -> None:
    """Add what is missing; never change what somebody has set."""
    with acting.through("job", "start"):
        Scorecard.put_in_force()
    for state, days in LIMITS.items():
        StageLimit.objects.get_or_create(state=state, defaults={"working_days": days})
    if ApprovalPolicy.objects.filter(kind="demand").exists():
        return
    for order, (name, conditions, kinds) in enumerate(POLICIES):
        ApprovalPolicy.objects.create(
            kind="demand", name=name, order=order, conditions=conditions,
            steps=[{"kinds": kinds, "parallel": True}],
        )  # fmt: skip
