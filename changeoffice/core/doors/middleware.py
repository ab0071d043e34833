"""Name the door of each request, set its clock's zone, and answer a verb's refusal as a page."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DataError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone

from changeoffice.core.access.grants import grants_of
from changeoffice.core.doors.lists import whole
from changeoffice.core.doors.pages import errors
from changeoffice.core.people.models import Office, kept_for_request
from changeoffice.core.record import acting
from changeoffice.core.record.errors import (
    Refused,
    is_contention,
    is_database_away,
    is_nul,
)

WITHOUT_OFFICE = {"/livez", "/readyz", "/metrics"}
UNREADABLE = (DataError, RequestDataTooBig, SuspiciousOperation, UnicodeError)
FILES_AT_ONCE = 10
PAGE_METHODS = ("GET", "HEAD", "OPTIONS", "POST")
IMPORTS = ("/imports", "/api/v1/imports")


class DoorMiddleware:
    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if "\x00" in query or "%00" in query or "\x00" in request.path:
            return errors.bad_request(request)
        if _is_too_large(request):
            return errors.too_large(request)
        if request.path in WITHOUT_OFFICE:
            return self.get_response(request)
        door = "api" if request.path.startswith("/api/") else "page"
        if door == "page" and request.method not in PAGE_METHODS:
            return HttpResponseNotAllowed(PAGE_METHODS)
        with (
            acting.through(door, request.path),
            kept_for_request(),
            timezone.override(_zone(request)),
        ):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refused):
            return errors.refused(request, error)
        if isinstance(error, UNREADABLE) or is_nul(error):
            return errors.bad_request(request, error)
        if isinstance(error, OperationalError) and is_contention(error):
            return errors.busy(request)
        return errors.away(request) if is_database_away(error) else None


def _is_too_large(request: HttpRequest) -> bool:
    """Asked before anything is read: Django itself counts neither JSON streams nor files."""
    length = whole(request.META.get("CONTENT_LENGTH"), 2**63 - 1) or 0
    files = request.content_type == "multipart/form-data"
    allowed = 0
    if files and request.path.startswith(IMPORTS):
        allowed = settings.IMPORT_MAX_BYTES
    elif files and not request.path.startswith("/api/"):
        allowed = settings.ATTACHMENT_MAX_BYTES * FILES_AT_ONCE
    return length > allowed + settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _zone(request: HttpRequest):
    """The person's own time zone where they chose one, else the office's."""
    person = request.user
    if not person.is_authenticated:
        return Office.current().zone
    grants_of(person)  # which reads the office as well
    return person.zone
