"""Approvals asked of a person, for My work and the inbox."""

from changeoffice.core.access.rules import SEES_FIGURES
from changeoffice.core.approvals.models import Approval
from changeoffice.core.doors.templatetags.formats import money
from changeoffice.core.ports import Ask, Waiting
from changeoffice.core.record.models import work_model


def approvals(person) -> list[Ask]:
    rows = Approval.objects.asked_of(person).select_related("record", "round", "approver")
    return [Ask(rows.order_by("due_on", "id"), lambda row: _one(row, person))]


def _one(row: Approval, person) -> Waiting:
    amount = (
        (row.round.ceiling or row.round.amount) if SEES_FIGURES.holds(person, row.record) else None
    )
    role = row.get_kind_display().lower()
    because = f"you are asked as {role}"
    if row.approver_id != person.pk:
        because = f"you decide as {role} for {row.approver.name}"
    return Waiting(
        kind="approval", reference=row.record.reference, title=row.record.title,
        url=work_model(row.record.kind).answered_at(row.record.reference, "approve"),
        what=f"Approve, up to {money(amount, row.round.currency)}" if amount else "Approve",
        because=because,
        since=row.asked_at, due=row.due_on, action_label="Decide", by_person=True,
        acts=(("Refuse", f"{row.get_absolute_url()}/refuse"), ("Approve", f"{row.get_absolute_url()}/approve")),
    )  # fmt: skip
