"""Handing a demand over: the choice of what it becomes, and the fields of that choice."""

from typing import Any

from django import forms
from django.http import QueryDict

from changeoffice.core.doors.pages.work import VerbPage
from demand import delivery, ports
from demand.models import Demand


class HandOverPage(VerbPage):
    """The choice stands in the address, so that it needs no script."""

    work = Demand

    @property
    def into(self) -> str:
        asked: QueryDict = self.request.POST or self.request.GET
        code = asked.get("into", "")
        return code if code in ports.targets else delivery.USUAL

    def form_of(self, inputs, **options: Any) -> forms.Form:
        """Of all that may be asked, what this choice asks; the choice itself goes along unseen."""
        form = super().form_of(delivery.asked_for(self.into), **options)
        kept = inputs["into"].form_field(self.request.user)
        kept.widget, kept.initial = forms.HiddenInput(), self.into
        form.fields["into"] = kept
        return form

    def _context(self, record, verb, version) -> dict[str, Any]:
        here = f"{record.get_absolute_url()}/{verb.slug}"
        choices = [{"label": target.label, "url": f"{here}?into={code}",
                    "current": code == self.into} for code, target in ports.targets.items()]  # fmt: skip
        return super()._context(record, verb, version) | {"choices": choices}
