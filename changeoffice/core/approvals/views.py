"""The two answers to an approval, as pages; each opens as a dialog from a list."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from changeoffice.core.access.rules import SEES_FIGURES
from changeoffice.core.approvals.api import COMMENT, REFUSAL
from changeoffice.core.approvals.models import Approval
from changeoffice.core.doors.pages.seeing import still_at
from changeoffice.core.doors.pages.work import InputPage
from changeoffice.core.doors.templatetags.formats import money
from changeoffice.core.record.errors import NotNow, NotSeen
from changeoffice.core.record.models import Record, work_model

LISTS = ("/", "/demands")  # where an approval opens as a dialog
DONE = {"approve": "approved", "refuse": "refused"}


class DecisionPage(InputPage):
    """GET asks for the comment; POST decides as the person signed in."""

    verdict: str  # approve | refuse

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        approval = self._seen(pk)
        refusal = None
        if not approval.may_decide(request.user):
            refusal = NotNow(f"This approval is {approval.get_state_display().lower()} and was "
                             f"asked of {approval.approver.name}.")  # fmt: skip
        return self.drawn(self.form_of(self._asks()), refusal=refusal, **self._context(approval))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        approval = self._seen(pk)

        def decide(given: dict[str, Any]) -> HttpResponse:
            getattr(approval, self.verdict)(by=request.user, **given)
            return self.gone_to(gone_on(request, approval.record, DONE[self.verdict]))

        return self.attempt(self._asks(), decide, **self._context(approval))

    def _asks(self):
        return COMMENT if self.verdict == "approve" else REFUSAL

    def _seen(self, pk: int) -> Approval:
        rows = Approval.objects.visible_to(self.request.user)
        found = rows.select_related("record", "round", "approver").filter(pk=pk).first()
        if found is None:
            raise NotSeen("There is no such approval, or you may not see it.")
        return found

    def _context(self, approval: Approval) -> dict[str, Any]:
        label = self.verdict.capitalize()
        seen = SEES_FIGURES.holds(self.request.user, approval.record)
        if self.verdict == "approve" and seen and approval.round.amount:
            covers = approval.round.ceiling or approval.round.amount
            label = f"Approve up to {money(covers, approval.round.currency)}"
        return {
            "heading": f"{self.verdict.capitalize()} as {approval.get_kind_display().lower()}",
            "record": approval.record, "submit_label": label, "approval": approval,
            "tone": "danger" if self.verdict == "refuse" else "primary",
            "work": work_model(approval.record.kind),
        }  # fmt: skip


class ApprovePage(DecisionPage):
    verdict = "approve"


class RefusePage(DecisionPage):
    verdict = "refuse"


def gone_on(request: HttpRequest, record: Record, done: str) -> str:
    """Say what was done and how many more wait, and answer where to go on: the list it was decided
    from, or the next one from the page of decisions, else its record where one still sees it."""
    waiting = Approval.objects.asked_of(request.user).select_related("record")
    left = waiting.count()
    more = f" {left} more wait{'s' if left == 1 else ''} for you." if left else ""
    messages.success(request, f"You {done} {record.reference}.{more}")
    came = urlsplit(request.headers.get("Referer", ""))
    if came.path in LISTS:
        return f"{came.path}?{came.query}" if came.query else came.path
    if came.path.endswith("/decide") and (first := waiting.order_by("due_on", "id").first()):
        return answered_at(first.record)
    return still_at(record, request.user)


def answered_at(record: Record) -> str:
    """Where its kind lets an approval be answered."""
    return work_model(record.kind).answered_at(record.reference, "approve")


def one(request: HttpRequest, pk: int) -> HttpResponse:
    """An approval is answered where its kind says, and read on its record's page."""
    found = Approval.objects.visible_to(request.user).select_related("record").filter(pk=pk).first()
    if found is None:
        raise NotSeen("There is no such approval, or you may not see it.")
    if found.may_decide(request.user):
        return redirect(answered_at(found.record))
    return redirect(f"{found.record.get_absolute_url()}#approvals")
