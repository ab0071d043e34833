"""Keeping the policies of approval: managers of the whole office write them, with a reason."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from changeoffice.core.access.grants import grants_of
from changeoffice.core.administration.keeping import kept, need_reason, put
from changeoffice.core.administration.models import AdminEvent
from changeoffice.core.approvals import describing
from changeoffice.core.approvals.approvers import Kind
from changeoffice.core.approvals.asking import kinds_asked
from changeoffice.core.approvals.models import ApprovalPolicy, Patience
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow
from changeoffice.core.record.history import history_of
from changeoffice.core.record.models import work_model

MOST_COST = 100_000_000_000
LISTED = 20


def keeps_policies(person) -> bool:
    return grants_of(person).scope("manager").everywhere


def reads_policies(person) -> bool:
    return grants_of(person).has("manager", "auditor", "administrator")


def need_keeper(by) -> None:
    if not keeps_policies(by):
        raise NotAllowed("Policies are kept by change-office managers.")


# What may be written -----------------------------------------------------------------------------
def check(kind: str, conditions: dict[str, Any], steps: list[dict[str, Any]]) -> None:
    """Refuse what could never apply or would ask nobody, beside the field it stands in."""
    if kind not in describing.kinds():
        raise Invalid(kind="Nothing of this kind is approved by policy.")
    _check_costs(conditions.get("cost_above"), conditions.get("cost_up_to"))
    for name, choices in describing.choices_of(kind).items():
        unknown = set(conditions.get(name, ())) - {value for value, _ in choices}
        if unknown or conditions.get(name) == []:
            raise Invalid(**{name: "Choose from the list."})
    asked = [one for step in steps for one in step["kinds"]]
    if not asked or set(asked) - set(Kind.values) or len(asked) != len(set(asked)):
        raise Invalid(steps="Say who is asked: each approver in one step.")


def _check_costs(above: int | None, up_to: int | None) -> None:
    for name, limit in (("cost_above", above), ("cost_up_to", up_to)):
        if limit is not None and not 0 <= limit <= MOST_COST:
            raise Invalid(**{name: "Give an amount of zero or more."})
    if above is not None and up_to is not None and above >= up_to:
        raise Invalid(cost_up_to="This must be more than the other limit, or it never applies.")


# What is done ------------------------------------------------------------------------------------
def add(*, by, kind: str, name: str, conditions: dict, steps: list, reason: str) -> ApprovalPolicy:
    """From now on requests are asked by it as well."""
    need_keeper(by)
    check(kind, conditions, steps)
    with kept(by, "add_policy", model=ApprovalPolicy, reason=need_reason(reason)) as draft:
        last = ApprovalPolicy.objects.filter(kind=kind).order_by("order").last()
        made = ApprovalPolicy.objects.create(
            kind=kind, name=name, conditions=conditions, steps=steps,
            order=last.order + 1 if last else 0,
        )  # fmt: skip
        draft.subject, draft.words = made, f"added the approval policy {name}"
        draft.changes = _changes(None, made)
    return made


def edit(
    policy: ApprovalPolicy, *, by, name: str, conditions: dict, steps: list, reason: str,
    seen: int | None = None,
) -> ApprovalPolicy:  # fmt: skip
    """Rounds asked already go on as they are; what is asked later follows the new words."""
    need_keeper(by)
    check(policy.kind, conditions, steps)
    with kept(by, "edit_policy", model=ApprovalPolicy, reason=need_reason(reason)) as draft:
        policy = _locked(policy, seen)
        before = Told.of(policy)
        policy.name, policy.conditions, policy.steps = name, conditions, steps
        draft.changes = _changes(before, policy)
        if not draft.changes:
            raise Invalid(__all__="Nothing was changed.")
        policy.save()
        draft.subject, draft.words = policy, f"changed the approval policy {name}"
    return policy


def switch(policy: ApprovalPolicy, *, by, on: bool, reason: str) -> ApprovalPolicy:
    """A policy that is off asks nobody and keeps its place and history."""
    need_keeper(by)
    with kept(by, "switch_policy", model=ApprovalPolicy, reason=need_reason(reason)) as draft:
        policy = _locked(policy)
        if policy.is_active == on:
            raise NotNow(f"{policy.name} is {'on' if on else 'off'} already.")
        before = Told.of(policy)
        policy.is_active = on
        policy.save()
        draft.subject, draft.changes = policy, _changes(before, policy)
        draft.words = f"switched the approval policy {policy.name} {'on' if on else 'off'}"
    return policy


def move(policy: ApprovalPolicy, *, by, down: bool) -> None:
    """One place up or down: those of an earlier policy are named first within a step."""
    need_keeper(by)
    with kept(by, "move_policy", model=ApprovalPolicy) as draft:
        rows = list(ApprovalPolicy.objects.select_for_update().filter(kind=policy.kind))
        at = next(n for n, row in enumerate(rows) if row.pk == policy.pk)
        to = at + (1 if down else -1)
        if not 0 <= to < len(rows):
            raise NotNow(f"{policy.name} is {'last' if down else 'first'} already.")
        rows[at], rows[to] = rows[to], rows[at]
        for place, row in enumerate(rows):
            if row.order != place:
                row.order = place
                row.save(update_fields=["order"])
        draft.subject = policy
        draft.words = f"moved the approval policy {policy.name} {'down' if down else 'up'}"


def set_patience(*, by, working_days: int, reason: str) -> Patience:
    """How long past its limit an approval waits before somebody else is asked."""
    need_keeper(by)
    with kept(by, "set_patience", model=Patience, reason=need_reason(reason)) as draft:
        found = Patience.current()
        if found.working_days == working_days:
            raise Invalid(working_days="It is so already.")
        draft.changes = put(found, {"working_days": working_days})
        found.save()
        draft.subject, draft.words = found, f"let late approvals wait {working_days} working days"
    return found


def latest(policy: ApprovalPolicy) -> int:
    """The number of its newest state, so that a second writer is told."""
    rows = history_of(ApprovalPolicy).objects.filter(pgh_obj_id=policy.pk)
    return rows.order_by("-pgh_id").values_list("pgh_id", flat=True).first() or 0


def told_of(policy: ApprovalPolicy | None = None):
    """Who changed which policy when and why, newest first."""
    rows = AdminEvent.objects.filter(
        subject_kind__in=("approvalpolicy", "patience")
    ).select_related("actor")
    return (
        rows.filter(subject_kind="approvalpolicy", subject_id=policy.pk) if policy else rows
    ).order_by("-id")[:LISTED]


def _locked(policy: ApprovalPolicy, seen: int | None = None) -> ApprovalPolicy:
    found = ApprovalPolicy.objects.select_for_update().get(pk=policy.pk)
    if seen is not None and seen != latest(found):
        raise NotNow("Somebody changed this policy since you opened it. Look at it again.")
    return found


@dataclass(frozen=True)
class Told:
    """A policy in the words the trail keeps."""

    name: str
    when: str
    who: str
    state: str

    @classmethod
    def of(cls, policy: ApprovalPolicy) -> "Told":
        return cls(policy.name, describing.when(policy.kind, policy.conditions),
                   describing.steps(policy.steps), "on" if policy.is_active else "off")  # fmt: skip


LABELS = {"name": "Name", "when": "Applies", "who": "Asks", "state": "State"}


def _changes(before: Told | None, policy: ApprovalPolicy) -> list[dict]:
    after = Told.of(policy)
    rows = [
        (label, getattr(before, name, None), getattr(after, name)) for name, label in LABELS.items()
    ]
    return [{"label": label, "old": old, "new": new} for label, old, new in rows if old != new]


# What it would do --------------------------------------------------------------------------------
@dataclass(frozen=True)
class Differently:
    """An open record that other people would be asked about."""

    work: Any
    before: str
    after: str


def effect(kind: str, draft: ApprovalPolicy, person) -> list[Differently]:
    """Open records whose lanes the draft would change; the draft stands in for its own row."""
    now = ApprovalPolicy.in_force(kind)
    then = sorted([*(row for row in now if row.pk != draft.pk), *([draft] if draft.is_active else ())],
                  key=lambda row: (row.order, row.pk or 0))  # fmt: skip
    found = []
    for work in work_model(kind).before_approval(person):
        facts = work.approval_facts()
        before, after = kinds_asked(now, facts), kinds_asked(then, facts)
        if _sets(before) != _sets(after):
            found.append(Differently(work, describing.who(before), describing.who(after)))
    return found


def _sets(order: Collection[Collection[str]]) -> list[set[str]]:
    return [set(lane) for lane in order]
