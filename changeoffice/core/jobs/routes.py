"""Health for load balancers and monitors: no sign-in, no secrets, next to no work."""

import hmac
import ipaddress

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView

from changeoffice.core.doors.pages import errors
from changeoffice.core.jobs import gauges, health, overview


@login_not_required
@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Requests can be served: the database answers and its schema is the code's."""
    if not health.database_answers():
        return HttpResponse("The database does not answer.", status=503, content_type="text/plain")
    if not health.is_migrated():
        return HttpResponse("Migrations are waiting.", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """The operations page's figures as JSON, for the same people."""
    overview.need_reader(request.user)
    return JsonResponse(overview.as_json())


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus reads from this machine, or with the token set for it; else there is nothing."""
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    allowed = hmac.compare_digest(given.encode(), token.encode()) if token else _is_local(request)
    if not allowed:
        return errors.not_found(request)
    gauges.offer()
    return ExportToDjangoView(request)


def _is_local(request: HttpRequest) -> bool:
    """Straight from this machine; whoever comes through a proxy says so in a header."""
    if request.headers.get("X-Forwarded-For") or request.headers.get("Forwarded"):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
