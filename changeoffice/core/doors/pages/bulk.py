"""One verb on several chosen records: on all of them, or on none."""

from typing import Any, ClassVar

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path

from changeoffice.core.doors.addresses import came_from, ours
from changeoffice.core.doors.pages import undoing
from changeoffice.core.doors.pages.forms import InputPage
from changeoffice.core.doors.pages.undoing import MOST_AT_ONCE
from changeoffice.core.doors.perform import asks_of, perform, verb_named
from changeoffice.core.record import acting
from changeoffice.core.record.errors import Invalid, NotAllowed, NotSeen, Refused
from changeoffice.core.record.models import Work
from changeoffice.core.record.workflow import Verb

NAMED = 5  # titles shown above the form; the rest are counted


class BulkPage(InputPage):
    """GET, or a POST that says `ask`, shows what the verb asks; any other POST does it."""

    template, dialog = "doors/bulk.html", "doors/_bulk.html"
    work: ClassVar[type[Work]]
    acts: ClassVar[tuple[str, ...]]

    @classmethod
    def urls(cls) -> list:
        """One address for each act that may be done to many; the others do not exist."""
        at = f"{cls.work.plural}/bulk"
        slugs = [cls.work.verbs()[name].slug for name in cls.acts]
        return [path(f"{at}/{slug}", cls.as_view(), {"verb": slug}, name=f"{cls.work.plural}_{slug}_many")
                for slug in slugs]  # fmt: skip

    def get(self, request: HttpRequest, verb: str) -> HttpResponse:
        return self._asked(self._verb(verb), self._chosen(request.GET.getlist("chosen")))

    def post(self, request: HttpRequest, verb: str) -> HttpResponse:
        found, names = self._verb(verb), request.POST.getlist("chosen")
        if not names:
            messages.error(request, f"Choose at least one {self.work.kind} first.")
            return redirect(self._back())
        records = self._chosen(names)
        asks = asks_of(self.work, found)
        if "ask" in request.POST:
            return self._asked(found, records)

        def act(given: dict[str, Any]) -> HttpResponse:
            self._do(found, records, given)
            return self.gone_to(self._back())

        if asks or found.confirm:
            return self.attempt(asks, act, **self._context(found, records))
        try:
            return act({})
        except Refused as error:
            messages.error(request, f"Nothing was changed. {error}")
            return self.gone_to(self._back())

    def _asked(self, verb: Verb, records: list[Work]) -> HttpResponse:
        form = self.form_of(asks_of(self.work, verb))
        return self.drawn(form, **self._context(verb, records))

    def _do(self, verb: Verb, records: list[Work], given: dict[str, Any]) -> None:
        with transaction.atomic(), acting.together():
            for record in records:
                try:
                    perform(record, verb.name, by=self.request.user, data=given)
                except NotAllowed as error:
                    raise NotAllowed(f"{record.reference}: {error}") from error
        many = records[0].reference if len(records) == 1 else f"{len(records)} {self.work.plural}"
        back = undoing.offer(records) if verb.offers_undo else ""
        messages.success(self.request, f"You {verb.told} {many}.", extra_tags=back)

    def _verb(self, slug: str) -> Verb:
        return verb_named(self.work, slug.replace("-", "_"))

    def _chosen(self, names: list[str]) -> list[Work]:
        """The older ones first, as verbs lock them: two bulk acts never wait in a circle."""
        wanted = {name.upper()[:24] for name in names}
        if len(wanted) > MOST_AT_ONCE:
            raise Invalid(chosen=f"Choose at most {MOST_AT_ONCE} at once.")
        rows = self.work.objects.visible_to(self.request.user).filter(reference__in=wanted)
        found = list(rows.order_by("pk"))
        if not found or len(found) != len(wanted):
            raise NotSeen("One of them does not exist, or you may not see it.")
        return found

    def _context(self, verb: Verb, records: list[Work]) -> dict[str, Any]:
        several = self.work.kind if len(records) == 1 else f"{len(records)} {self.work.plural}"
        return {
            "heading": f"{verb.label}: {several}", "verb": verb, "chosen": records,
            "named": records[:NAMED], "more": len(records) - NAMED, "submit_label": verb.label,
            "confirm": verb.confirm, "tone": verb.tone, "work": self.work, "next": self._back(),
        }  # fmt: skip

    def _back(self) -> str:
        """The list it was done from, as it stood."""
        there = ours(self.request.POST.get("next", "")) or came_from(self.request)
        here = f"/{self.work.plural}"
        return there if there.split("?")[0] == here else here
