"""Asking for approval, what its outcome does, and the way into delivery."""

from changeoffice.core.access.rules import ANALYST, NOBODY
from changeoffice.core.approvals.models import HAS_DECIDED, Round
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.inputs import LongText
from changeoffice.core.record.models import Work
from changeoffice.core.record.workflow import ANY, transition
from demand import consent, ranking
from demand.guards import has_a_sponsor, has_an_estimate, is_assessed, names_an_effect
from demand.inputs import DATE_INPUTS
from demand.models.facts import DECIDED_ON
from demand.models.shaping import Shaping
from demand.rules import SeesDelivery


class Deciding(Shaping):
    class Meta(Shaping.Meta):
        abstract = True

    @transition("assessment", "approval", who=ANALYST, tone="primary", told="asked for approval of",
                guards=[names_an_effect, has_a_sponsor, has_an_estimate, is_assessed])  # fmt: skip
    def request_approval(self, *, by):
        """Ask the approvers the policy picks; neither you nor the requester can be one of them."""
        self._enter("approval")
        self._ask_approvers(by)

    @transition("approval", None, who=ANALYST, bumps=False, tone="primary", label="Remind approvers",
                told="reminded the approvers of")  # fmt: skip
    def remind(self, *, by):
        """Tell those who have not answered yet that it waits for them."""

    @transition(
        "approval", "approved", who=HAS_DECIDED, door=False, told="completed the approval of"
    )
    def grant(self, *, by):
        """The last approver said yes."""
        self._enter("approved")

    @transition("approval", "assessment", who=HAS_DECIDED, door=False, told="did not approve")
    def turn_down(self, *, by):
        """An approver said no; it goes back to assessment with the comment."""
        self._enter("assessment")

    @transition(DECIDED_ON, "assessment", who=ANALYST, told="sent back to assessment", label="Send back",
                asks={"reason": LongText(label="What has to change", lines=3, max=2000)})  # fmt: skip
    def send_back(self, *, by, reason):
        """Take the approval back so that its basis can change."""
        Round.withdraw_for(self)
        self._enter("assessment")

    @transition(
        "approved",
        "scheduled",
        who=ANALYST,
        tone="primary",
        told="scheduled",
        asks=DATE_INPUTS,
        undoable=True,
    )
    def schedule(self, *, by, starts_on, finishes_on):
        """Give it its place in time."""
        self._place(starts_on, finishes_on)
        self._enter("scheduled")

    @transition("scheduled", None, who=ANALYST, told="rescheduled", asks=DATE_INPUTS, undoable=True)
    def reschedule(self, *, by, starts_on, finishes_on):
        """Move it in time before delivery takes it."""
        self._place(starts_on, finishes_on)

    @transition("scheduled", "in_delivery", who=ANALYST, tone="primary", told="handed over",
                label="Hand over", door=False)  # fmt: skip
    def hand_over(self, *, by, into=""):
        """Delivery takes it: a project, an epic, an enhancement or a change begins with all it knows."""
        self._enter("in_delivery")
        ranking.leave(self)

    @transition(
        "in_delivery", None, who=NOBODY, door=False, bumps=False, quiet=True, told="progressed"
    )
    def mirror(self, *, by, progress):
        """What delivery reports, mirrored by the portal itself."""
        self.progress = max(0, min(100, progress))
        type(self).objects.filter(pk=self.pk).update(progress=self.progress)

    @transition("in_delivery", "completed", who=NOBODY, door=False, told="completed")
    def complete(self, *, by):
        """Delivery is done; the portal itself tells."""
        self.progress, self.due_on = 100, None

    @transition("in_delivery", "scheduled", who=NOBODY, door=False, quiet=True, told="gave back",
                reason_for=SeesDelivery())  # fmt: skip
    def give_back(self, *, by):
        """Delivery ended without delivering; it waits to be handed over again."""
        self.progress = 0
        self._enter("scheduled")
        ranking.refresh(self)

    @transition(ANY, "?", who=None, label="Edit", door=False, told="edited")
    def revise(self, *, by, **changes):
        """Change profile fields; an approval that rested on one of them is asked again."""
        before = self.rests_on()
        Work.revise.body(self, by=by, **changes)
        changed = self.stage in DECIDED_ON and consent.broken(before, self.rests_on())
        return self._reopen(by, changed) if changed else self.state

    # inner ---------------------------------------------------------------------------------------
    def _place(self, starts_on, finishes_on) -> None:
        if finishes_on <= starts_on:
            raise Invalid(finishes_on="The finish must be after the start.")
        self.starts_on, self.finishes_on = starts_on, finishes_on
