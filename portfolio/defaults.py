"""The RAG limits an office starts with; they are changed in the portal."""

from changeoffice.core.record import acting
from portfolio.models import RagPolicy


def put(sender=None, **kwargs) -> None:
    """Put the default limits in force once; never change what somebody has set."""
    with acting.through("job", "start"):
        RagPolicy.put_in_force(by=None)
