"""Read it in this order: `policies` (who is to be asked), `delegations` (who decides for somebody
away), `rounds` (asking and answering)."""

from changeoffice.core.approvals.models.delegations import Delegation, delegates_of
from changeoffice.core.approvals.models.policies import ApprovalPolicy
from changeoffice.core.approvals.models.rounds import HAS_DECIDED, Approval, Round

__all__ = ["HAS_DECIDED", "Approval", "ApprovalPolicy", "Delegation", "Round", "delegates_of"]
