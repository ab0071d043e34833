"""How the API answers every list: one page, the addresses of its neighbours, a count when asked."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from changeoffice.core.doors.lists import Orderings, fingerprint_of, page_of, size_from
from changeoffice.core.record.errors import Invalid

MOST_ROWS = 500


def cursor_page(
    request: Request, rows: QuerySet, orderings: Orderings, *, ordering: str,
    filters: dict[str, str], draw: Callable[[list], list],
) -> Response:  # fmt: skip
    """`ordering` holds unless the caller asks for another; a cursor is good for its own filters."""
    params = request.query_params
    ordering = params.get("ordering", ordering)
    if ordering not in orderings:
        raise Invalid(ordering=f"Choose one of: {', '.join(orderings)}.")
    size = size_from(params.get("page_size", "50"), MOST_ROWS)
    page = page_of(rows, orderings, ordering=ordering, size=size, cursor=params.get("cursor", ""),
                   fingerprint=fingerprint_of(filters), person=request.user)  # fmt: skip
    body: dict[str, Any] = {
        "next": _address(request, page.next),
        "previous": _address(request, page.previous),
        "results": draw(page.rows),
    }
    if params.get("count") == "true":
        body["count"] = rows.order_by().count()
    return Response(body)


def _address(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    params = request.query_params.copy()
    params["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{params.urlencode()}")
