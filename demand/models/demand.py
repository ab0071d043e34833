"""Demands: from a request to a decision, and on into delivery.

Read it in this order: `facts` (what is known), `consenting` (what an approval covers), `shaping`,
`deciding`, `leaving`, `ordering`, `measuring`, `relating` (its verbs), and here its states, its
birth and who steers it.
"""

from __future__ import annotations

from typing import ClassVar

from changeoffice.core.access.rules import ANALYST
from changeoffice.core.people.models import Office, Person
from changeoffice.core.record.errors import NotNow
from changeoffice.core.record.history import tracked
from changeoffice.core.record.inputs import Ref
from changeoffice.core.record.models import NamedPerson, Reach
from changeoffice.core.record.workflow import State, need_staff, transition
from changeoffice.core.talk.models import follow
from changeoffice.organisation.models import staff
from demand import ports, ranking
from demand.guards import is_confidential
from demand.models.facts import BEFORE_APPROVAL, DECIDED_ON, NEVER_EMPTY, OPEN, RANKED
from demand.models.relating import Relating
from demand.rules import REQUESTER


@tracked
class Demand(Relating):
    kind, prefix, plural = "demand", "DMD", "demands"
    searched = ("need",)
    results: ClassVar = frozenset({"complete"})
    states: ClassVar = {
        "draft": State("Draft"),
        "submitted": State("Submitted", "info"),
        "screening": State("Screening", "info"),
        "assessment": State("Assessment", "info"),
        "approval": State("Approval", "info"),
        "approved": State("Approved", "good"),
        "scheduled": State("Scheduled", "good"),
        "in_delivery": State("In delivery", "good"),
        "completed": State("Completed", "good", closed=True),
        "more_information": State("Question asked", "warn"),
        "deferred": State("Deferred", "warn"),
        "rejected": State("Rejected", "bad", closed=True),
        "withdrawn": State("Withdrawn", closed=True),
        "merged": State("Merged", closed=True),
    }
    steps = (
        "submitted",
        "screening",
        "assessment",
        "approval",
        "scheduled",
        "in_delivery",
        "completed",
    )

    menu: ClassVar = {
        "Next step": ("submit", "screen", "ask", "reply", "assess", "request_approval", "remind",
                      "schedule", "reschedule", "hand_over", "resume"),
        "Assess and estimate": ("score", "close_round", "reopen_round", "set_size", "estimate",
                                "remove_estimate", "add_kpi_effect", "remove_kpi_effect",
                                "say_waiting_cost", "drop_waiting_cost", "say_smaller", "drop_smaller",
                                "record_actuals"),
        "People": ("assign", "add_stakeholder", "remove_stakeholder", "restrict", "open_up"),
        "Other demands": ("add_prerequisite", "remove_prerequisite", "move_rank", "release_rank",
                          "split", "merge"),
        "Step back or end": ("send_back", "defer", "withdraw", "reject"),
    }  # fmt: skip

    class Meta(Relating.Meta):
        pass

    # birth ---------------------------------------------------------------------------------------
    @classmethod
    def raise_new(cls, *, by: Person, **profile) -> Demand:
        """Begin a draft only its requester sees."""
        need_staff(by, "Raising demands")
        return cls.begin(by=by, requester=by, owner=by, reach=Reach.OWN, **profile)

    @classmethod
    def begin(cls, *, by: Person, requester: Person, services=(), unit=None, **fields) -> Demand:
        given = {k: v for k, v in fields.items() if v or k not in NEVER_EMPTY}
        made = cls.bear(
            by=by, verb="raise_new", state="draft", words="began", quiet=True, requester=requester,
            unit=unit or requester.unit, currency=Office.current().currency, **given,
        )  # fmt: skip
        made.services.set(services)
        NamedPerson.put(made.pk, requester, part="requester")
        follow(made.pk, requester, by)
        return made

    def stands_again(self, left: str, state: str) -> bool:
        """An approval that was withdrawn does not come back."""
        return left != "deferred" or state not in DECIDED_ON

    def after_undo(self, left: str, state: str) -> None:
        """A place in the ranking does come back."""
        if not self.stands_again(left, state):
            raise NotNow(
                "Its approval was taken back with it. Ask for approval again.", record=self
            )
        if left == "assessment" and not self.round:
            NamedPerson.objects.filter(record_id=self.pk, part="assessor").delete()
        if state in RANKED:
            ranking.refresh(self)

    # verbs: steering -----------------------------------------------------------------------------
    @transition((*BEFORE_APPROVAL, "more_information", *DECIDED_ON, "deferred", "in_delivery"), None,
                who=ANALYST, told="assigned", undoable=True,
                asks={"owner": Ref(label="Analyst", rows=staff, key="username")})  # fmt: skip
    def assign(self, *, by, owner):
        """Say who looks after it."""
        self.owner = owner
        follow(self.pk, owner)

    @transition(OPEN, None, who=ANALYST | REQUESTER, told="made confidential", label="Make confidential",
                asks={"people": Ref(label="Who else may see it", rows=staff, key="username", many=True,
                                    required=False)},
                confirm="Only you, its requester, its analyst, its sponsor, whoever is asked to approve it "
                        "and the people you name will see it, and what delivers it.")  # fmt: skip
    def restrict(self, *, by, people=()):
        """From now on it exists only for the people named on it."""
        self.confidential = True
        asked = Person.objects.filter(pk__in=self._asked_now())
        NamedPerson.put(self.pk, by, *(people or ()))
        NamedPerson.put(self.pk, self.requester, part="requester")
        NamedPerson.put(self.pk, *asked, part="approver")
        self.name_responsible()
        ranking.refresh(self)
        ports.pass_on_confidence(self, by)

    @transition(OPEN, None, who=ANALYST, told="opened to all staff", label="Open to all staff",
                guards=[is_confidential])  # fmt: skip
    def open_up(self, *, by):
        """All staff may read it again, and the epic or change that delivers it; a project is opened
        by whoever steers it."""
        self.confidential = False
        ports.pass_on_confidence(self, by)
        if self.state in RANKED:
            ranking.refresh(self)
