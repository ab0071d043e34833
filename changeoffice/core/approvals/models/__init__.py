"""Read it in this order: `policies` (who is to be asked), `delegations` (who decides for somebody
away), `rounds` (asking and answering)."""

from changeoffice.core.approvals.models.deciders import DECIDES_NOW, HAS_DECIDED
from changeoffice.core.approvals.models.delegations import Delegation
from changeoffice.core.approvals.models.policies import ApprovalPolicy, Patience
from changeoffice.core.approvals.models.rounds import Approval, Round

__all__ = [
    "DECIDES_NOW",
    "HAS_DECIDED",
    "Approval",
    "ApprovalPolicy",
    "Delegation",
    "Patience",
    "Round",
]
