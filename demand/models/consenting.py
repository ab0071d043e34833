"""What an approval of a demand covers, and asking for it, again where it no longer does."""

from __future__ import annotations

from decimal import Decimal

from changeoffice.core.approvals.models import Approval, Round
from changeoffice.core.record.errors import Invalid
from changeoffice.core.talk.models import follow
from demand import consent
from demand.estimate import outlook, three_point
from demand.models.facts import BASIS, DemandFacts


class Consenting(DemandFacts):
    class Meta(DemandFacts.Meta):
        abstract = True

    def rests_on(self) -> consent.Consent:
        """What an approval asked for now would cover and rest on."""
        facts = {name: getattr(self, name) for name in BASIS}
        return consent.Consent(self._ceiling(), self.currency, facts)

    def _ceiling(self) -> Decimal | None:
        """Its P80: kept with a chance of four in five, and never below what is likely."""
        if self.cost_low is None or self.cost_likely is None or self.cost_high is None:
            return None
        whole = three_point(self.cost_low, self.cost_likely, self.cost_high)
        lines = [three_point(x.low_days, x.likely_days, x.high_days).times(x.day_rate)
                 for x in self.estimate_lines.all()]  # fmt: skip
        p80 = Decimal(outlook(lines or [whole]).p80).quantize(Decimal("0.01"))
        return max(p80, self.cost_likely)

    def _covered(self) -> consent.Consent | None:
        """What the newest round that is open or was granted covers."""
        rounds = Round.objects.filter(record_id=self.pk, state__in=("open", "approved"))
        if (newest := rounds.order_by("-id").first()) is None:
            return None
        facts = {name: getattr(self, name) for name in BASIS}
        return consent.Consent(newest.ceiling or newest.amount, newest.currency, facts)

    def _reopen(self, by, broken: consent.Broken) -> str:
        """Ask again for what is no longer covered; answers the state it is in then."""
        if by is None:
            raise Invalid(__all__="The approval rests on this. Send it back first.")
        self.note(
            "reopen",
            by=by,
            before=self.state,
            reason=broken.openly,
            words="asked again for approval of",
        )
        if self.state == "more_information":  # nobody is asked before the question is answered
            self._ask_approvers(by, broken.words)
            Round.pause_for(self)
            return self.state
        self._enter("approval")
        self._ask_approvers(by, broken.words)
        return "approval"

    def _ask_approvers(self, by, because: str = "") -> None:
        asker = self._asker(by)
        Round.withdraw_for(self)
        follow(self.pk, self.sponsor)
        Round.open_for(
            self, by=asker, requester=self.requester, raised_by=self.raised_by, facts=self.approval_facts(),
            amount=self.cost_likely, currency=self.currency, due_on=self.due_on,
            ceiling=self._ceiling(), because=because,
        )  # fmt: skip

    def _asker(self, by):
        """Where an edit of its requester, or of who raised it for them, has it asked again, whoever
        asked before still may not decide."""
        if by.pk not in {person.pk for person in (self.requester, self.raised_by) if person}:
            return by
        last = Round.objects.filter(record_id=self.pk).order_by("-id").first()
        return last.requested_by if last else by

    def _asked_now(self):
        """Who is asked, or will be, in the open round."""
        steps = Approval.objects.filter(record_id=self.pk, state__in=("waiting", "asked"))
        return steps.values("approver_id")
