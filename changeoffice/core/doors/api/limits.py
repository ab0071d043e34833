"""Requests per minute per token or person, announced in headers.

The count lives in the process: exact with one web process, and at most that many times higher
with several, which is enough to stop a runaway client without a shared store on the request path.
"""

import time
from collections import OrderedDict
from threading import Lock

from django.conf import settings
from rest_framework.throttling import BaseThrottle

_windows: OrderedDict[tuple, int] = OrderedDict()
_lock = Lock()
MOST_CLIENTS = 10_000


class TokenLimit(BaseThrottle):
    def allow_request(self, request, view) -> bool:
        minute = int(time.time() // 60)
        who = request.auth.pk if request.auth else getattr(request.user, "pk", None)
        who = who or request.META.get("REMOTE_ADDR")
        with _lock:
            used = _windows[(who, minute)] = _windows.pop((who, minute), 0) + 1
            while len(_windows) > MOST_CLIENTS:
                _windows.popitem(last=False)
        left = settings.API_REQUESTS_PER_MINUTE - used
        request._request.rate_limit = (settings.API_REQUESTS_PER_MINUTE, max(left, 0))
        return left >= 0

    def wait(self) -> float:
        return 60 - time.time() % 60
