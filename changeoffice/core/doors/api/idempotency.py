"""Idempotency-Key: the first answer again for the same key and body, kept beside its effect."""

import hashlib
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from changeoffice.core.doors.api.problems import problem
from changeoffice.core.doors.models import RememberedAnswer

KEPT = timedelta(hours=24)


class AnswersOnce:
    """View mixin: a POST with an Idempotency-Key runs in one transaction with its remembered answer."""

    answers_once = True

    def dispatch(self, request, *args, **kwargs):
        key = request.headers.get("Idempotency-Key", "")
        if request.method != "POST" or not key:
            return super().dispatch(request, *args, **kwargs)
        if len(key) > 255 or "\x00" in key:
            return problem(400, "An Idempotency-Key has at most 255 characters.")
        self._idempotency = (key, _fingerprint(request))
        try:
            with transaction.atomic():
                return self._dispatch_once(request, *args, **kwargs)
        except IntegrityError as error:
            if "answer_once" not in str(error):
                raise
            answer = problem(409, "A request with this key is still being answered.")
            answer["Retry-After"] = "1"
            return answer

    def _dispatch_once(self, request, *args, **kwargs):
        answer = super().dispatch(request, *args, **kwargs)
        remembered = getattr(self, "_remembered", None)
        if remembered is None or getattr(answer, "replayed", False):
            return answer
        if answer.status_code >= 400 or not hasattr(answer, "data"):
            remembered.delete()
        else:
            import json

            answer.render()
            remembered.status = answer.status_code
            remembered.body = json.loads(answer.content or b"null")
            remembered.etag = answer.headers.get("ETag", "")
            remembered.save()
        return answer

    def initial(self, request, *args, **kwargs) -> None:
        super().initial(request, *args, **kwargs)
        if getattr(self, "_idempotency", None):
            self._remember(request)

    def _remember(self, request) -> None:
        key, fingerprint = self._idempotency
        RememberedAnswer.objects.filter(
            person=request.user, key=key, at__lt=timezone.now() - KEPT
        ).delete()
        found, made = RememberedAnswer.objects.get_or_create(
            person=request.user, key=key, defaults={"fingerprint": fingerprint}
        )
        if made:
            self._remembered = found
        elif found.fingerprint != fingerprint:
            raise Replay(problem(422, "This Idempotency-Key was used with another request."))
        else:
            raise Replay(_again(found))

    def handle_exception(self, error):
        if isinstance(error, Replay):
            error.answer.replayed = True
            return error.answer
        return super().handle_exception(error)


class Replay(Exception):
    def __init__(self, answer) -> None:
        self.answer = answer


def _again(found: RememberedAnswer):
    from django.http import JsonResponse

    answer = JsonResponse(found.body, status=found.status, safe=False)
    answer["Idempotent-Replay"] = "true"
    if found.etag:
        answer["ETag"] = found.etag
    return answer


def _fingerprint(request) -> str:
    parts = (request.method.encode(), request.get_full_path().encode(), request.body)
    return hashlib.sha256(b"\n".join(parts)).hexdigest()
