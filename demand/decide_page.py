"""One screen for who is asked to approve: what is signed, what follows, what others said, and may I."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from changeoffice.core.approvals.models import Approval
from demand import consequences, figures
from demand.models import Demand
from demand.views import DemandPage

MOST = 50


class DecidePage(DemandPage):
    """Only for whoever may answer now; everybody else is led to the demand itself."""

    template = "demand/decide.html"
    asked: list[Approval]

    def elsewhere(self, demand: Demand) -> HttpResponse | None:
        rows = Approval.objects.asked_of(self.request.user).select_related("record")
        self.asked = list(rows.order_by("due_on", "id")[:MOST])
        return None if self._place(demand) is not None else redirect(demand)

    def around(self, demand: Demand) -> dict[str, Any]:
        return super().around(demand) | {"behind": consequences.behind(demand, self.request.user)}

    def extra(self, demand: Demand) -> dict[str, Any]:
        told = super().extra(demand)
        place, step = self._place(demand) or 0, told["approvals"]["mine"]
        others = [row.record.reference for row in [*self.asked[place + 1 :], *self.asked[:place]]]
        return told | {
            "approval": step, "figures": _leading_to(demand, figures.of(demand, told)),
            "asks": consequences.asks(demand, told),
            "yes": consequences.of_yes(demand, told, self.found["behind"]),
            "no": consequences.of_no(demand, told),
            "place": f"Approvals, {place + 1} of {len(self.asked)}",
            "next": next((one for one in others if one != demand.reference), ""),
        }  # fmt: skip

    def _place(self, demand: Demand) -> int | None:
        """Where it stands among what waits for this person; None where it does not."""
        found = (n for n, row in enumerate(self.asked) if row.record_id == demand.pk)
        place = next(found, None)
        mine = place is not None and self.asked[place].may_decide(self.request.user)
        return place if mine else None


def _leading_to(demand: Demand, found: list[figures.Figure]) -> list[figures.Figure]:
    """Each figure opens where it comes from, which stands on the demand's own page."""
    return [one | {"url": f"{demand.get_absolute_url()}{one['url']}"} for one in found]
