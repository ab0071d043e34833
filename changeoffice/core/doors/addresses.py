"""Lists keep their whole state in the address; this changes some of it, and leads back to it."""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme

PAGING = ("cursor", "page", "before", "after")


def changed(asked: QueryDict, **changes: Any) -> str:
    """The query with some parameters changed; None or "" takes one away, and paging restarts."""
    query = asked.copy()
    for name in (*PAGING, *changes):
        query.pop(name, None)
    for name, value in changes.items():
        if value not in (None, ""):
            query[name] = str(value)
    return query.urlencode()


def came_from(request: HttpRequest) -> str:
    """The page of ours a form was sent from, with its query; nothing for another site's."""
    there = urlsplit(request.headers.get("Referer", ""))
    return ours(f"{there.path}?{there.query}" if there.query else there.path)


def ours(path: str) -> str:
    """The path, if it is one of this portal and not of another site."""
    is_ours = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_ours else ""
