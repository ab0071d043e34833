"""The side exits: deferred, rejected, withdrawn, merged."""

from changeoffice.core.access.rules import ANALYST
from changeoffice.core.approvals.models import DECIDES_NOW, Round
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotNow
from changeoffice.core.record.inputs import Date, LongText, Ref, Text
from changeoffice.core.record.models import work_model
from changeoffice.core.record.workflow import transition
from changeoffice.core.talk.models import Follower, follow
from demand import ranking
from demand.models.deciding import Deciding
from demand.models.facts import BEFORE_APPROVAL, DECIDED_ON
from demand.rules import REQUESTER


def _open_demands(person):
    rows = work_model("demand").objects.visible_to(person)
    return rows.filter(state__in=(*BEFORE_APPROVAL, "approval"))


class Leaving(Deciding):
    class Meta(Deciding.Meta):
        abstract = True

    @transition((*BEFORE_APPROVAL, *DECIDED_ON), "deferred", who=ANALYST | DECIDES_NOW, told="deferred",
                undoable=True,
                asks={"revisit_on": Date(label="Look at it again on"),
                      "reason": LongText(label="Why not now", lines=3, max=2000)})  # fmt: skip
    def defer(self, *, by, revisit_on, reason):
        """Set it aside until a day; it returns by itself."""
        if revisit_on <= clock.today():
            raise Invalid(revisit_on="Choose a day after today.")
        # An approval does not outlive a wait: what it rested on may have changed.
        self.resume_state = self.state if self.state in BEFORE_APPROVAL else "assessment"
        self.revisit_on, self.answer, self.due_on = revisit_on, reason, None
        self._stop_asking()

    @transition("deferred", "?", who=ANALYST, told="took up again", label="Take up again")
    def resume(self, *, by):
        """Back to where it was, with a new stage clock."""
        stage, self.resume_state, self.revisit_on, self.answer = self.resume_state, "", None, ""
        self._enter(stage)
        ranking.refresh(self)
        return stage

    @transition((*BEFORE_APPROVAL, "more_information", "deferred"), "rejected", who=ANALYST,
                told="rejected", tone="danger",
                asks={"answer": LongText(label="Reason, as the requester reads it", min=20, max=4000)},
                confirm="The requester and everybody who follows it get your reason.")  # fmt: skip
    def reject(self, *, by, answer):
        """Say no, with a reason."""
        self.answer, self.due_on = answer, None
        self._stop_asking()

    @transition(("draft", *BEFORE_APPROVAL, "more_information", "approval", "deferred"), "withdrawn",
                who=REQUESTER, told="withdrew", tone="danger",
                asks={"reason": Text(label="Why", max=500)})  # fmt: skip
    def withdraw(self, *, by, reason):
        """Take it back; it is not needed any more."""
        self.answer, self.due_on = reason, None
        self._stop_asking()

    @transition((*BEFORE_APPROVAL, "more_information"), "merged", who=ANALYST, told="merged",
                also="into", label="Merge into another",
                asks={"into": Ref(label="Into which demand", key="reference", rows=_open_demands)},
                confirm="Its followers move to the other demand.")  # fmt: skip
    def merge(self, *, by, into):
        """The same need is already there: its followers move on with it."""
        if into.pk == self.pk:
            raise Invalid(into="Choose another demand than this one.")
        if into.state not in (*BEFORE_APPROVAL, "approval"):
            raise NotNow(f"{into.reference} is {into.state_label.lower()}.", record=into)
        followers = Follower.objects.filter(record_id=self.pk).values("person_id")
        follow(into.pk, *Person.objects.filter(pk__in=followers))
        self.merged_into, self.due_on = into, None
        self._pass_on_needs(into)
        self._stop_asking()
        # Whoever reads the other one need not see this one.
        hidden = self.confidential and not into.confidential
        which = "another demand" if hidden else self.reference
        into.note("absorb", by=by, before=into.state, words=f"merged {which} into")

    def _stop_asking(self) -> None:
        Round.withdraw_for(self)
        ranking.leave(self)

    def _pass_on_needs(self, into) -> None:
        """Whoever needed this first now needs the other, unless that would go in a circle."""
        ranking.alone()
        for row in self.needed_by.select_related("demand"):
            circle = ranking.circle(self.prerequisite_pairs(), row.demand_id, into.pk)
            if not circle and not row.demand.prerequisites.filter(needs=into).exists():
                row.needs = into
                row.save(update_fields=["needs"])
