"""API tokens: made with a name, scopes and an end; shown once; never more than their person may."""

from datetime import timedelta

from django.utils import timezone

from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.models import ApiToken

MOST_DAYS = 365


class WrongScope(ValueError):
    pass


def issue(person, *, name: str, scopes: list[str], days: int = MOST_DAYS, areas: set[str]):
    """Answers the stored token and the text to show this once."""
    _check(person, scopes, areas)
    return ApiToken.objects.create(
        user=person, name=name[:80], scopes=sorted(set(scopes)),
        expiry=timedelta(days=max(1, min(days, MOST_DAYS))),
    )  # fmt: skip


def _check(person, scopes: list[str], areas: set[str]) -> None:
    if not scopes:
        raise WrongScope("Choose at least one scope.")
    if "admin" in scopes and not grants_of(person).has("administrator"):
        raise WrongScope("Only an administrator's token may carry the scope admin.")
    for scope in set(scopes) - {"admin"}:
        area, _, action = scope.partition(":")
        if area not in areas or action not in ("read", "write"):
            raise WrongScope(f"There is no scope {scope[:60]}.")


def live_tokens(person):
    return ApiToken.objects.filter(user=person, expiry__gt=timezone.now())
