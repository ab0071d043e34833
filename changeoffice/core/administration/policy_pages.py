"""The policies of approval: read by managers, auditors and administrators, written by managers."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from changeoffice.core.administration import policies as commands
from changeoffice.core.administration.forms import ReasonForm
from changeoffice.core.administration.pages import attempted, gone
from changeoffice.core.administration.policy_forms import ExampleForm, PatienceForm, PolicyForm
from changeoffice.core.administration.trying import tried
from changeoffice.core.approvals import describing
from changeoffice.core.approvals.models import ApprovalPolicy, Patience
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow, NotSeen

HOME = "/admin/policies/approvals"
EFFECTS_SHOWN = 12


def readers_only(view: Callable) -> Callable:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not commands.reads_policies(request.user):
            raise NotAllowed("Policies are read by managers, auditors and administrators.")
        return view(request, *args, **kwargs)

    return guarded


def keepers_only(view: Callable) -> Callable:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        commands.need_keeper(request.user)
        return view(request, *args, **kwargs)

    return guarded


def chosen_kind(request: HttpRequest) -> str:
    kinds, wanted = describing.kinds(), request.GET.get("kind", "")
    return wanted if wanted in kinds else kinds[0]


def named(pk: int) -> ApprovalPolicy:
    found = ApprovalPolicy.objects.filter(pk=min(pk, 2**62)).first()
    if found is None:
        raise NotSeen("There is no such policy.")
    return found


def told(policy: ApprovalPolicy) -> dict[str, Any]:
    words = commands.Told.of(policy)
    return {"policy": policy, "when": words.when, "who": words.who}


@readers_only
def policies(request: HttpRequest) -> HttpResponse:
    rows = ApprovalPolicy.objects.filter(kind=chosen_kind(request))
    context = {"rows": [told(row) for row in rows], "keeps": commands.keeps_policies(request.user),
               "history": commands.told_of(), "patience": Patience.current()}  # fmt: skip
    return render(request, "administration/policies.html", context)


# Writing -----------------------------------------------------------------------------------------
@keepers_only
@require_http_methods(["GET", "POST"])
def policy_new(request: HttpRequest) -> HttpResponse:
    return _edited(request, ApprovalPolicy(kind=chosen_kind(request), order=2**15 - 1))


@readers_only
@require_http_methods(["GET", "POST"])
def policy(request: HttpRequest, pk: int) -> HttpResponse:
    found = named(pk)
    if not commands.keeps_policies(request.user):
        if request.method == "POST":
            commands.need_keeper(request.user)
        context = told(found) | {"history": commands.told_of(found)}
        return render(request, "administration/policy.html", context)
    return _edited(request, found)


def _edited(request: HttpRequest, found: ApprovalPolicy) -> HttpResponse:
    """The form; sent with "effect" it only says what the draft would change."""
    begin = PolicyForm.begins_with(found) | {"seen": commands.latest(found)} if found.pk else {}
    form = PolicyForm(found.kind, request.POST or None, initial=begin)
    effect = None
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("go") != "effect":
                return _saved(request, found, form)
            effect = _effect_of(request, found, form)
        except Invalid as error:
            for name, words in error.errors.items():
                form.add_error(name if name in form.fields else None, words)
        except NotNow as error:
            form.add_error(None, str(error))
    context = told(found) if found.pk else {"policy": None}
    context |= {
        "form": form,
        "effect": effect,
        "history": commands.told_of(found) if found.pk else [],
    }
    return render(
        request, "administration/policy.html", context, status=422 if form.errors else 200
    )


def _saved(request: HttpRequest, found: ApprovalPolicy, form: PolicyForm) -> HttpResponse:
    given = form.cleaned_data
    said = {"by": request.user, "name": given["name"], "conditions": form.conditions(),
            "steps": form.steps(), "reason": given["reason"]}  # fmt: skip
    if found.pk:
        commands.edit(found, seen=given["seen"], **said)
    else:
        commands.add(kind=found.kind, **said)
    messages.success(request, f"{given['name']} is in force for whatever is asked from now on.")
    return redirect(HOME)


def _effect_of(request: HttpRequest, found: ApprovalPolicy, form: PolicyForm) -> dict[str, Any]:
    draft = ApprovalPolicy(
        pk=found.pk, kind=found.kind, order=found.order, name=form.cleaned_data["name"],
        conditions=form.conditions(), steps=form.steps(), is_active=found.is_active,
    )  # fmt: skip
    commands.check(draft.kind, draft.conditions, draft.steps)
    rows = commands.effect(draft.kind, draft, request.user)
    return {"rows": rows[:EFFECTS_SHOWN], "count": len(rows), "more": len(rows) - EFFECTS_SHOWN,
            "when": describing.when(draft.kind, draft.conditions), "who": describing.steps(draft.steps)}  # fmt: skip


@keepers_only
@require_http_methods(["GET", "POST"])
def policy_switch(request: HttpRequest, pk: int) -> HttpResponse:
    found = named(pk)
    on = not found.is_active

    def act(given: dict) -> HttpResponse:
        commands.switch(found, by=request.user, on=on, reason=given["reason"])
        messages.success(request, f"{found.name} is {'on' if on else 'off'}.")
        return gone(request, HOME)

    word = "on" if on else "off"
    return attempted(request, ReasonForm(request.POST or None), act, back=HOME,
                     heading=f"Switch {found.name} {word}", confirm=f"Switch it {word}",
                     text="Whatever is asked from now on follows it." if on else
                          "Nobody is asked by it any more. Rounds asked already go on.")  # fmt: skip


@keepers_only
@require_POST
def policy_move(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        commands.move(named(pk), by=request.user, down=request.POST.get("to") == "down")
    except NotNow as error:
        messages.error(request, str(error))
    return redirect(HOME)


@keepers_only
@require_http_methods(["GET", "POST"])
def patience(request: HttpRequest) -> HttpResponse:
    def act(given: dict) -> HttpResponse:
        commands.set_patience(by=request.user, **given)
        messages.success(request, f"Late approvals wait {given['working_days']} working days.")
        return gone(request, HOME)

    begin = {"working_days": Patience.current().working_days}
    return attempted(request, PatienceForm(request.POST or None, initial=begin), act, back=HOME,
                     heading="How long a late approval waits", confirm="Save")  # fmt: skip


# Trying ------------------------------------------------------------------------------------------
@readers_only
def policy_try(request: HttpRequest) -> HttpResponse:
    """Who would approve this? Everything stands in the address."""
    kind = chosen_kind(request)
    form = ExampleForm(kind, request.user, request.GET if request.GET else None)
    context: dict[str, Any] = {"form": form}
    if request.GET and form.is_valid():
        context |= _answer(kind, form.cleaned_data)
    status = 422 if form.errors else 200
    return render(request, "administration/policy_try.html", context, status=status)


def _answer(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    found = tried(kind, given)
    apart = describing.in_another_currency(found.work) if found.work else ""
    return {"work": found.work, "plan": found.plan, "people": found.people, "apart": apart,
            "applying": [told(policy) for policy in found.plan.policies]}  # fmt: skip
