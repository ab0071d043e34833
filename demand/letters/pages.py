"""Letters for the change office: what waits, what became of the others."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from changeoffice.core.doors.addresses import changed
from changeoffice.core.doors.pages.forms import InputPage
from changeoffice.core.record.errors import NotAllowed, NotSeen
from changeoffice.core.record.inputs import Inputs, LongText, Text
from demand.letters import taking
from demand.models import Demand, Letter

PER_PAGE = 50
DEMAND_INPUTS: Inputs = {
    "title": Text(label="The demand in one line", min=8, max=120),
    "need": LongText(label="What is needed, and why?", min=20, max=8000),
}
DISMISS_INPUTS: Inputs = {"reason": Text(label="Why nothing is to be done", min=3, max=300)}


def need_handler(person) -> None:
    if not taking.may_handle(person):
        raise NotAllowed("Letters are handled by the change office.")


@require_GET
def letters(request: HttpRequest) -> HttpResponse:
    need_handler(request.user)
    letters_seen = Letter.objects.visible_to(request.user)
    counts = dict(letters_seen.order_by().values_list("outcome").annotate(n=Count("pk")))
    outcome = request.GET.get("outcome", "waiting")
    outcome = outcome if outcome in Letter.Outcome.values or outcome == "all" else "waiting"
    rows = letters_seen.select_related("person", "handled_by").defer("text")
    rows = rows if outcome == "all" else rows.filter(outcome=outcome)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    visible = Demand.objects.visible_to(request.user).filter(
        pk__in=[r.demand_id for r in page if r.demand_id]
    )
    return render(request, "demand/letters.html", {
        "page": page, "seen": {row.pk: row for row in visible}, "outcome": outcome,
        "waiting": counts.get("waiting", 0), "tabs": _tabs(request, counts, outcome),
    })  # fmt: skip


def _tabs(request: HttpRequest, counts: dict[str, int], now: str) -> list[dict[str, Any]]:
    kinds = [("waiting", "Waiting"), ("demand", "Demands"), ("draft", "To be confirmed"),
             ("comment", "Comments"), ("dismissed", "Put aside"), ("automatic", "Automatic")]  # fmt: skip
    found = [{"label": label, "count": counts.get(code, 0), "current": code == now,
              "url": f"/demands/letters?{changed(request.GET, outcome=code)}"} for code, label in kinds]  # fmt: skip
    return [*found, {"label": "All", "count": sum(counts.values()), "current": now == "all",
                     "url": f"/demands/letters?{changed(request.GET, outcome='all')}"}]  # fmt: skip


class LetterPage(InputPage):
    """One letter, with the demand it may become already written."""

    template = dialog = "demand/letter.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        letter = _letter(request, pk)
        title = letter.subject if len(letter.subject) <= 120 else letter.subject[:117] + "…"
        form = self.form_of(DEMAND_INPUTS, initial={"title": title, "need": letter.text})
        return self.drawn(form, **self._context(letter))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        letter = _letter(request, pk)

        def act(given: dict[str, Any]) -> HttpResponse:
            made = taking.make_demand(pk, by=request.user, **given)
            messages.success(request, f"{made.reference} is in Submitted, assigned to nobody yet."
                             if made.owner is None else f"{made.reference} was made of the letter.")  # fmt: skip
            return self.gone_to(made.get_absolute_url())

        return self.attempt(DEMAND_INPUTS, act, **self._context(letter))

    def _context(self, letter: Letter) -> dict[str, Any]:
        demand = letter.demand
        seen = demand if demand is not None and demand.is_visible_to(self.request.user) else None
        return {"letter": letter, "made": seen, "heading": str(letter)}


class DismissLetter(InputPage):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        letter = _letter(request, pk)
        return self.drawn(self.form_of(DISMISS_INPUTS), **self._context(letter))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        letter = _letter(request, pk)

        def act(given: dict[str, Any]) -> HttpResponse:
            taking.dismiss(pk, by=request.user, **given)
            messages.success(request, "The letter is put aside.")
            return self.gone_to("/demands/letters")

        return self.attempt(DISMISS_INPUTS, act, **self._context(letter))

    def _context(self, letter: Letter) -> dict[str, Any]:
        return {"heading": f"Put aside: {letter}", "submit_label": "Put aside", "work": Demand}


def _letter(request: HttpRequest, pk: int) -> Letter:
    need_handler(request.user)
    rows = Letter.objects.visible_to(request.user)
    rows = rows.select_related("person", "handled_by", "demand")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotSeen("There is no such letter.")
    return found


urlpatterns = [
    path("demands/letters", letters, name="letters"),
    path("demands/letters/<int:pk>", LetterPage.as_view(), name="letter"),
    path("demands/letters/<int:pk>/dismiss", DismissLetter.as_view(), name="letter_dismiss"),
]
