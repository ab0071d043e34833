"""Name the door of each request, and answer a verb's refusal as a page."""

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.http import HttpRequest, HttpResponse

from changeoffice.core.doors.pages import errors
from changeoffice.core.record import acting
from changeoffice.core.record.errors import Refused


class DoorMiddleware:
    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_api = request.path.startswith("/api/")
        with acting.through("api" if is_api else "page", request.path):
            if "\x00" in request.META.get("QUERY_STRING", "") or "%00" in request.META.get(
                "QUERY_STRING", ""
            ):
                return errors.bad_request(request)
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refused):
            return errors.refused(request, error)
        if isinstance(error, (DataError, RequestDataTooBig, SuspiciousOperation, UnicodeError)):
            return errors.bad_request(request, error)
        return None
