"""One screen for who is asked to approve: what is signed, what follows, what others said, and may I."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from changeoffice.core.approvals.models import Approval
from changeoffice.core.approvals.views import DONE, gone_on
from changeoffice.core.doors.lists import whole
from changeoffice.core.doors.pages.seeing import seen
from changeoffice.core.doors.templatetags.formats import money
from changeoffice.core.record import inputs as shapes
from changeoffice.core.record.errors import Invalid, NotAllowed
from demand import consequences, figures
from demand.models import Demand
from demand.views import DemandPage

MOST = 50
NOTE = {"comment": shapes.LongText(label="Note", lines=2, max=4000, required=False)}
ASKS: dict[str, shapes.Inputs] = {
    "approve": NOTE, "ask": Demand.ask.asks, "defer": Demand.defer.asks, "refuse": NOTE,
}  # fmt: skip


class DecidePage(DemandPage):
    """Only for whoever may answer now; everybody else is led to the demand itself."""

    template = "demand/decide.html"
    asked: list[Approval]
    choice, tried = "approve", None

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Do what was chosen, or draw the page again with what is wrong beside what was typed."""
        demand = seen(Demand, reference, request.user, self.related)
        step, choice = self._step(demand), request.POST.get("choice", "")
        if choice not in ASKS:
            raise Invalid(choice="Choose what you decide.")
        self.choice, self.tried = choice, _form(request, ASKS[choice], data=request.POST)
        if self.tried.is_valid():
            try:
                getattr(step if choice in DONE else demand, choice)(
                    by=request.user, **self.tried.cleaned_data
                )
            except Invalid as error:
                for field, words in error.errors.items():
                    self.tried.add_error(field if field in self.tried.fields else None, words)
            else:
                done = DONE.get(choice) or Demand.verbs()[choice].told
                return redirect(gone_on(request, demand.record, done))
        again = self.get(request, demand.reference)
        again.status_code = 422
        return again

    def elsewhere(self, demand: Demand) -> HttpResponse | None:
        rows = Approval.objects.asked_of(self.request.user).select_related("record")
        self.asked = list(rows.order_by("due_on", "id")[:MOST])
        if self._place(demand) is None:  # it may stand behind the first of a long list
            self.asked += rows.filter(record_id=demand.pk)
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
            "choices": _choices(demand, step, told["approvals"]["done"]),
            "choice": self.choice, "forms": self._forms(),
            "place": f"Approvals, {place + 1} of {len(self.asked)}",
            "next": next((one for one in others if one != demand.reference), ""),
        }  # fmt: skip

    def _forms(self) -> dict[str, Any]:
        """What each choice asks; the one that was tried with its errors, all with what was typed."""
        typed = self.request.POST.dict()
        drawn = {name: _form(self.request, asks, initial=typed) for name, asks in ASKS.items()}
        drawn |= {self.choice: self.tried} if self.tried else {}
        note = drawn["refuse" if self.choice == "refuse" else "approve"]
        return {"note": note, "ask": drawn["ask"], "defer": drawn["defer"]}

    def _step(self, demand: Demand) -> Approval:
        """The step this person was shown, if it is still theirs to answer."""
        wanted = whole(self.request.POST.get("approval"), 2**63 - 1)
        rows = Approval.objects.decidable_by(self.request.user).select_related("record", "approver")
        if (found := rows.filter(pk=wanted, record_id=demand.pk).first()) is None:
            raise NotAllowed("This decision is not yours, or it has been taken already.")
        return found

    def _place(self, demand: Demand) -> int | None:
        """Where it stands among what waits for this person; None where it does not."""
        found = (n for n, row in enumerate(self.asked) if row.record_id == demand.pk)
        place = next(found, None)
        mine = place is not None and self.asked[place].may_decide(self.request.user)
        return place if mine else None


def _form(request: HttpRequest, asks: shapes.Inputs, **options: Any):
    return shapes.form_for(asks, request.user)(**options)


def _choices(demand: Demand, step: Approval, done: int) -> list[dict[str, str]]:
    """What may be decided, each with what it leads to and the words on its button."""
    covers = step.round.ceiling or step.round.amount
    upto = f"Approve up to {money(covers, step.round.currency)}" if covers else "Approve"
    limit = (
        f"Covers cost up to {money(covers, step.round.currency)}; above it comes back to you"
        if covers
        else ""
    )
    lapse = "; each yes so far lapses" if done else ""
    return [
        {"code": "approve", "label": upto, "why": limit, "button": upto},
        {"code": "ask", "label": "Ask a question", "button": "Ask the question",
         "why": f"The clock stops until {demand.requester.name} answers"},
        {"code": "defer", "label": "Defer to a date", "button": "Defer",
         "why": f"Comes back to assessment by itself{lapse}"},
        {"code": "refuse", "label": "Refuse", "button": "Refuse",
         "why": "Needs a reason; goes back to assessment"},
    ]  # fmt: skip


def _leading_to(demand: Demand, found: list[figures.Figure]) -> list[figures.Figure]:
    """Each figure opens where it comes from, which stands on the demand's own page."""
    return [one | {"url": f"{demand.get_absolute_url()}{one['url']}"} for one in found]
