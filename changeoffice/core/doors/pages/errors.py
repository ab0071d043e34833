"""Pages for what cannot be done: what happened, what to do, what was kept."""

import logging
import sys

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from changeoffice.core.record.errors import (
    Invalid,
    NotAllowed,
    NotNow,
    NotSeen,
    Refused,
    Stale,
    TooOften,
    is_database_away,
)

log = logging.getLogger(__name__)
STATUS = {NotSeen: 404, NotAllowed: 403, NotNow: 409, Stale: 409, TooOften: 429, Invalid: 400}


def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    record = getattr(error, "record", None)
    context = {"error": error, "exception_words": str(error), "record": record,
               "back_url": record.get_absolute_url() if record is not None else ""}  # fmt: skip
    answer = render(request, f"{status}.html", context, status=status)
    if isinstance(error, TooOften):
        answer["Retry-After"] = str(error.wait)
    return answer


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if request.path.startswith("/api/"):
        from changeoffice.core.doors.api.problems import problem

        return problem(400, "The request cannot be read.")
    return render(
        request, "400.html", {"exception_words": "The request cannot be read."}, status=400
    )


def too_large(request: HttpRequest) -> HttpResponse:
    words = "This is more than can be sent at once."
    if request.path.startswith(("/imports", "/api/v1/imports")):
        limit = settings.IMPORT_MAX_BYTES // 1024**2
        words = (
            f"A file to import may have {limit} MB. Split it, or leave out columns nobody needs."
        )
    if request.path.startswith("/api/"):
        from changeoffice.core.doors.api.problems import problem

        return problem(413, words)
    return render(request, "400.html", {"exception_words": words}, status=413)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", {}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if request.path.startswith("/api/"):
        from changeoffice.core.doors.api.problems import problem

        return problem(404, "There is nothing at this address.")
    return render(request, "404.html", {}, status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Drawn without asking the database anything, which may be what broke."""
    if is_database_away(sys.exception()):
        return away(request)
    if request.path.startswith("/api/"):
        from changeoffice.core.doors.api.problems import problem

        return problem(500, "Something went wrong on our side.")
    return HttpResponse(render_to_string("500.html"), status=500)


def away(request: HttpRequest) -> HttpResponse:
    log.error("the database did not answer %s", request.path, exc_info=True)
    words = ("The database does not answer just now. Wait a moment and try again; look first "
             "whether what you sent was saved.")  # fmt: skip
    return later(request, "The office is not ready", words, seconds=5)


def busy(request: HttpRequest) -> HttpResponse:
    words = "Somebody else is changing this just now. Nothing was lost: try again in a moment."
    return later(request, "One moment", words, seconds=2)


def later(request: HttpRequest, title: str, words: str, seconds: int) -> HttpResponse:
    if request.path.startswith("/api/"):
        from changeoffice.core.doors.api.problems import problem

        answer: HttpResponse = problem(503, words)
    else:
        page = render_to_string("503.html", {"title": title, "words": words})
        answer = HttpResponse(page, status=503)
    answer["Retry-After"] = str(seconds)
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    message = (
        "This form was open too long or came from another page. Go back, reload and send it again."
    )
    return render(request, "403.html", {"exception_words": message}, status=403)
