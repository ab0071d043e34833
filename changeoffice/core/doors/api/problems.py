"""Every error as application/problem+json, mapped once."""

import logging

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, OperationalError
from django.http import Http404, JsonResponse
from rest_framework import exceptions
from rest_framework.views import set_rollback

from changeoffice.core.doors.pages import errors
from changeoffice.core.record.errors import (
    Invalid,
    NotAllowed,
    NotNow,
    NotSeen,
    Refused,
    Stale,
    TooOften,
    is_contention,
    is_database_away,
    is_nul,
)

log = logging.getLogger(__name__)
TITLES = {
    400: "The input cannot be used", 401: "Sign in first", 403: "You may not do this",
    404: "Not found", 405: "This method is not offered here", 406: "Not in this format",
    409: "Not now", 412: "Changed since you read it", 413: "Too large",
    415: "Send JSON", 422: "The same key came with another body", 429: "Too many requests",
    503: "Busy, try again",
}  # fmt: skip
# A recursion error is JSON nested deeper than anything we ask for.
UNUSABLE = (DataError, UnicodeError, OverflowError, SuspiciousOperation, RequestDataTooBig,
            RecursionError)  # fmt: skip
STATUS = {NotSeen: 404, NotAllowed: 403, NotNow: 409, Stale: 412, TooOften: 429, Invalid: 400}


def problem(status: int, detail: str, errors: list[dict] | None = None, **more) -> JsonResponse:
    body = {
        "type": "about:blank", "title": TITLES.get(status, "Error"), "status": status,
        "detail": detail, "errors": errors or [], **more,
    }  # fmt: skip
    return JsonResponse(body, status=status, content_type="application/problem+json")


def handle(error: Exception, context: dict):
    """DRF's exception handler: refusals, bad input and DRF's own errors; the rest is a fault."""
    answer = _answer(error, context)
    if answer is not None:
        set_rollback()
    return answer


def _answer(error: Exception, context: dict):
    if isinstance(error, Refused):
        return _refused(error)
    if isinstance(error, (Http404, exceptions.NotFound)):
        return problem(404, "There is no such item, or you may not see it.")
    if isinstance(error, (PermissionDenied, exceptions.PermissionDenied)):
        return problem(403, str(getattr(error, "detail", "")) or "You may not do this.")
    if isinstance(error, exceptions.APIException):
        return _from_framework(error)
    if isinstance(error, UNUSABLE) or is_nul(error):
        return problem(400, "A value is out of range or cannot be stored.")
    if isinstance(error, OperationalError) and is_contention(error):
        answer = problem(503, "Somebody else is changing this; try again.")
        answer["Retry-After"] = "1"
        return answer
    return errors.away(context["request"]) if is_database_away(error) else None


def _refused(error: Refused) -> JsonResponse:
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    if isinstance(error, Invalid):
        return problem(status, "Some fields need another value.", [
            {"field": name, "message": words, "code": "invalid"}
            for name, found in error.errors.items() for words in found
        ])  # fmt: skip
    if isinstance(error, NotNow):
        state = {"state": error.record.state} if error.record is not None else {}
        return problem(status, str(error), [
            {"field": "", "message": words, "code": "guard"} for words in error.reasons
        ], **state)  # fmt: skip
    if isinstance(error, Stale):
        answer = problem(status, str(error), version=error.record.version, state=error.record.state,
                         changed=[item["field"] for item in error.changes])  # fmt: skip
        answer["ETag"] = etag_of(error.record)
        return answer
    if isinstance(error, TooOften):
        answer = problem(status, str(error))
        answer["Retry-After"] = str(error.wait)
        return answer
    return problem(status, str(error))


def _from_framework(error: exceptions.APIException) -> JsonResponse:
    errors = list(_flatten(error.get_full_details())) if isinstance(
        error, exceptions.ValidationError) else []  # fmt: skip
    detail = "Some fields need another value." if errors else str(error.detail)
    answer = problem(error.status_code, detail, errors)
    if header := getattr(error, "auth_header", None):
        answer["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        answer["Retry-After"] = str(int(wait) + 1)
    return answer


def _flatten(details, field: str = ""):
    if isinstance(details, dict) and set(details) >= {"message", "code"}:
        yield {"field": field, "message": str(details["message"]), "code": details["code"]}
    elif isinstance(details, dict):
        for name, inner in details.items():
            yield from _flatten(inner, f"{field}.{name}" if field else str(name))
    elif isinstance(details, list):
        for inner in details:
            yield from _flatten(inner, field)


def etag_of(record) -> str:
    return f'"{record.kind}-{record.pk}-{record.version}"'
