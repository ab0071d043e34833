"""Lists keep their whole state in the address; this changes some of it."""

from typing import Any

from django.http import QueryDict

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
