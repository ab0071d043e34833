"""The gate room: would it pass today, and if not, what is missing; and the decision itself."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from changeoffice.core.doors.pages import parts
from changeoffice.core.doors.pages.work import VerbPage, seen
from changeoffice.core.record import at_once
from changeoffice.core.record import inputs as shapes
from changeoffice.core.record.errors import NotSeen
from portfolio.models import Action, Decision, Gate, Project
from portfolio.models.gate import MOST_CONDITIONS
from portfolio.rules import DECIDES_GATE
from portfolio.views import drawing
from portfolio.views.criteria import look_over
from portfolio.views.project_pages import RELATED, head_of, plan_from, plan_rows


def gate_room(request: HttpRequest, reference: str, code: str) -> HttpResponse:
    project = seen(Project, reference, request.user, RELATED)
    gates = plan_from(project, at_once.fetch_named(plan_rows(project, request.user))).gates
    at_once.hold(project, gates=gates)
    gate = next((found for found in gates if found.code == code.upper()), None)
    if gate is None:
        raise NotSeen(f"{project.reference} has no gate {code[:8]}.")
    look_over(gate)
    offers = {offer.verb.name: offer for offer in gate.open_verbs(request.user)}
    context = head_of(project, request.user, "gates") | {
        "gate": gate, "steps": drawing.tracker(project, gates, gate),
        "offers": offers, "decision": decision_form(gate, request.user, offers),
        "decide_offer": offers.get("decide"), "may_decide": DECIDES_GATE.words,
        "conditions": list(
            Action.objects.visible_to(request.user).filter(source_id=gate.pk).select_related("owner")
        ),
        "events": parts.timeline(gate, request.user),
        "show_all": request.GET.get("show") == "all",
        "shows": [
            {"label": "Open", "url": "?show=open", "count": len(gate.unmet),
             "current": request.GET.get("show") != "all"},
            {"label": "All", "url": "?show=all", "count": len(gate.items),
             "current": request.GET.get("show") == "all"},
        ],
    }  # fmt: skip
    return render(request, "portfolio/gate_room.html", context)


def decision_form(gate: Gate, person, offers) -> forms.Form | None:
    """The five decisions; what cannot be decided today stays visible, locked, with its reason."""
    offer = offers.get("decide")
    if offer is None or not offer.is_open:
        return None
    form = shapes.form_for(offer.verb.asks, person)()
    return as_options(form, gate)


def as_options(form: forms.Form, gate: Gate) -> forms.Form:
    field = form.fields["decision"]
    field.choices = [(value, label) for value, label in field.choices if value]
    field.widget = forms.RadioSelect(choices=field.choices)
    field.whys = {
        Decision.GO.value: "Every critical criterion is met or waived.",
        Decision.CONDITIONAL_GO.value: "What is open becomes an action with a person and a date.",
        Decision.HOLD.value: "The evidence is not enough yet; the gate stays open.",
        Decision.RECYCLE.value: "The stage is done again from a new scope.",
        Decision.STOP.value: "The project's end follows; the sponsor stops it.",
    }
    field.locked = locked(gate)
    return form


def locked(gate: Gate) -> dict[str, str]:
    if gate.blocking:
        n = len(gate.blocking)
        words = f"Closed until every critical criterion is met or waived. Now {n} open."
        return {Decision.GO.value: words, Decision.CONDITIONAL_GO.value: words}
    if not gate.unmet:
        return {Decision.CONDITIONAL_GO.value: "Nothing is open, so there is no condition to set."}
    if len(gate.unmet) > MOST_CONDITIONS:
        words = f"At most {MOST_CONDITIONS} criteria may stay open. Now {len(gate.unmet)}."
        return {Decision.CONDITIONAL_GO.value: words}
    return {}


def first_gate(request: HttpRequest, reference: str) -> HttpResponse:
    """The gate that is to be decided next, else the last one."""
    project = seen(Project, reference, request.user)
    gates = list(Gate.objects.filter(project=project).order_by("position"))
    if not gates:
        context = head_of(seen(Project, reference, request.user, RELATED), request.user, "gates")
        return render(request, "portfolio/no_gates.html", context)
    gate = next((found for found in gates if not found.is_closed), gates[-1])
    return redirect(f"{project.get_absolute_url()}/gates/{gate.code}")


def gate_by_reference(request: HttpRequest, reference: str) -> HttpResponse:
    gate = seen(Gate, reference, request.user, ("project",))
    return redirect(f"{gate.project.get_absolute_url()}/gates/{gate.code}")


class GateVerbPage(VerbPage):
    """A verb of a gate, with only its own criteria to choose from."""

    work = Gate

    def drawn(self, form, status: int = 200, **context):
        gate = context["record"]
        if "criterion" in form.fields:
            form.fields["criterion"].queryset = gate.criteria.all()
        if "decision" in form.fields:
            as_options(form, look_over(gate))
        return super().drawn(form, status, **context)
