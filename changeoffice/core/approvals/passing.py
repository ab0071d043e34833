"""When an approver leaves or does not answer, the policy names the next one; nobody picks who decides."""

from django.db import transaction

from changeoffice.core.approvals.approvers import INSTEAD, MISSING, Kind, find
from changeoffice.core.approvals.models import Approval, Round
from changeoffice.core.approvals.models.rounds import let_see
from changeoffice.core.notify.fan_out import notify
from changeoffice.core.notify.models import NoticeKind
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.errors import NotNow
from changeoffice.core.record.models import Work, work_model
from changeoffice.core.record.workflow import lock, own_context


def open_steps(person: Person):
    """Approvals asked of somebody, or about to be."""
    return Approval.objects.filter(approver=person, state__in=("asked", "waiting"))


def pass_on(step: Approval, *, by: Person | None, else_managers: bool = False) -> Person:
    """Ask whoever the policy names now. Raises NotNow when there is nobody."""
    with transaction.atomic(), own_context(by, "pass_on", "") as context:
        work = _held(step)
        if step.state not in ("asked", "waiting"):
            raise NotNow("This approval waits for nobody any more.", record=work)
        chosen = _next(step, work, else_managers=else_managers)
        if chosen is None:
            raise NotNow(MISSING[Kind(step.kind)], record=work)
        step.approver = chosen
        step.save(update_fields=["approver"])
        let_see(work, chosen, by)
        work.note("pass_on", by=by, before=work.state, context=context.id,
                  words=f"asked {chosen.name} instead for the {step.get_kind_display().lower()} approval of",
                  data={"asked": [chosen.pk] if step.state == "asked" else []})  # fmt: skip
    return chosen


def escalate(step: Approval, *, by: Person | None = None) -> Person | None:
    """Nobody answered in time: ask the next holder of the role up the line, else a manager.

    Once for each step. Answers None where somebody was faster, or nobody else may decide; then
    whoever asked hears that it stays where it is.
    """
    with transaction.atomic(), own_context(by, "escalate", "") as context:
        work = _held(step)
        if step.state != "asked" or step.escalated_at:
            return None
        before, chosen = step.approver, _next(step, work, else_managers=True)
        step.escalated_at, step.escalated_from = clock.now(), before
        step.approver = chosen or before
        step.save(update_fields=["approver", "escalated_at", "escalated_from"])
        if chosen:
            let_see(work, chosen, by)
        words = (
            f"asked {chosen.name} instead of {before.name}"
            if chosen
            else "found nobody else to ask"
        )
        work.note("escalate", by=by, before=work.state, context=context.id,
                  words=f"{words} for the late {step.get_kind_display().lower()} approval of",
                  data={"asked": [chosen.pk] if chosen else []})  # fmt: skip
        _tell(step, work, before, chosen)
    return chosen


def _held(step: Approval) -> Work:
    """The record, its round and the step, locked in the order every decision takes."""
    work = work_model(step.record.kind).objects.get(pk=step.record_id)
    lock(work)
    Round.objects.select_for_update().get(pk=step.round_id)
    step.refresh_from_db()
    return work


def _next(step: Approval, work: Work, *, else_managers: bool) -> Person | None:
    others = step.round.steps.exclude(pk=step.pk)
    stood_in = others.filter(on_behalf_of__isnull=False).values_list("decided_by_id", flat=True)
    never = step.never | {step.approver_id, *stood_in}
    already = set(others.values_list("approver_id", flat=True))
    kinds = [step.kind, Kind.MANAGER if else_managers else INSTEAD.get(Kind(step.kind))]
    found = (find(kind, work, never=never, already=already) for kind in kinds if kind)
    return next(filter(None, found), None)


def _tell(step: Approval, work: Work, before: Person, chosen: Person | None) -> None:
    """Whoever had been asked, and whoever asked, hear where it went."""
    kind = step.get_kind_display().lower()
    where = f"went to {chosen.name}" if chosen else "waits on: nobody else may give it"
    for person, because in (
        (before, "it was asked of you"),
        (step.requested_by, "you asked for it"),
    ):
        if person.is_active and work.is_visible_to(person):
            notify(person, work=work, because=because, kind=NoticeKind.ALARM, key=f"escalated:{step.pk}",
                   text=f"{work.reference} {work.title}: the {kind} approval, late, {where}")  # fmt: skip
