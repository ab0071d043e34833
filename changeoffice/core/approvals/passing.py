"""When an approver leaves, the policy names the next one; an administrator never picks who decides."""

from django.db import transaction

from changeoffice.core.approvals.approvers import MISSING, Kind, find
from changeoffice.core.approvals.models import Approval
from changeoffice.core.people.models import Person
from changeoffice.core.record.errors import NotNow
from changeoffice.core.record.models import work_model
from changeoffice.core.record.workflow import lock, own_context


def open_steps(person: Person):
    """Approvals asked of somebody, or about to be."""
    return Approval.objects.filter(approver=person, state__in=("asked", "waiting"))


def pass_on(step: Approval, *, by: Person) -> Person:
    """Ask whoever the policy names now. Raises NotNow when there is nobody."""
    with transaction.atomic(), own_context(by, "pass_on", "") as context:
        work = work_model(step.record.kind).objects.get(pk=step.record_id)
        lock(work)
        step.refresh_from_db()
        others = step.round.steps.exclude(pk=step.pk).values_list("approver_id", flat=True)
        never = {pk for pk in (step.approver_id, step.requester_id, step.requested_by_id) if pk}
        chosen = find(step.kind, work, never=never, already=set(others))
        if chosen is None:
            raise NotNow(MISSING[Kind(step.kind)], record=work)
        step.approver = chosen
        step.save(update_fields=["approver"])
        work.note("pass_on", by=by, before=work.state, context=context.id,
                  words=f"asked {chosen.name} instead for the {step.get_kind_display().lower()} approval of",
                  data={"asked": [chosen.pk] if step.state == "asked" else []})  # fmt: skip
    return chosen
