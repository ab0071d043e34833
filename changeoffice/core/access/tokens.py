"""API tokens: made with a name, scopes and an end; shown once; never more than their person may."""

from datetime import timedelta
from functools import cache

from django.urls import get_resolver

from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.models import ApiToken

MOST_DAYS = 365


class WrongScope(ValueError):
    pass


@cache
def api_areas() -> frozenset[str]:
    """Every collection of the API that declares an area; its name is the first half of a scope."""
    found: set[str] = set()

    def walk(patterns) -> None:
        for entry in patterns:
            if hasattr(entry, "url_patterns"):
                walk(entry.url_patterns)
            elif area := getattr(getattr(entry.callback, "cls", None), "area", None):
                found.add(area)

    walk(get_resolver().url_patterns)
    return frozenset(found)


def everything() -> list[str]:
    return sorted(f"{area}:write" for area in api_areas())


def issue(person, *, name: str, scopes: list[str], days: int = MOST_DAYS) -> tuple[ApiToken, str]:
    """Answers the stored token and the text that is shown this once."""
    _check(person, scopes)
    return ApiToken.objects.create(
        user=person, name=name.strip()[:80], scopes=sorted(set(scopes)),
        expiry=timedelta(days=max(1, min(days, MOST_DAYS))),
    )  # fmt: skip


def revoke(token: ApiToken, *, by) -> None:
    """From the next request on the token is unknown."""
    token.delete()


def _check(person, scopes: list[str]) -> None:
    if not scopes:
        raise WrongScope("Choose at least one scope.")
    if "admin" in scopes and not grants_of(person).has("administrator"):
        raise WrongScope("Only an administrator's token may carry the scope admin.")
    for scope in set(scopes) - {"admin"}:
        area, _, action = scope.partition(":")
        if area not in api_areas() or action not in ("read", "write"):
            raise WrongScope(f"There is no scope {scope[:60]}.")
