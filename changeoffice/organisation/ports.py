"""What the organisation asks of apps downstream; filled in their AppConfig.ready."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Touch:
    """One open piece of change that names a service, as the service's page shows it."""

    kind: str
    reference: str
    title: str
    url: str
    stands: str  # "In testing", "Waits for approval"
    on: date | None = None  # the day it ends, or must
    rag: str = ""


# Given a service and a person: the open changes this person may see, soonest first, in one query.
touching: dict[str, Callable[[Any, Any], list[Touch]]] = {}
