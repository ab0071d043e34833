"""Campaigns: a question put to everybody for a time, and what came of the answers."""

from dataclasses import replace
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.rules import ANALYST, IsPerson
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotAllowed
from changeoffice.core.record.history import tracked
from changeoffice.core.record.inputs import Date, Input, LongText, Number, Ref, Text
from changeoffice.core.record.models import NamedPerson, Reach, Work
from changeoffice.core.record.workflow import State, guard, transition
from changeoffice.core.talk.models import follow
from changeoffice.organisation.models import staff, units
from ideation.inputs import SCORES_WANTED, CriteriaInput

SPONSOR = IsPerson("sponsor")
CRITERIA_INPUTS: dict[str, Input] = {
    "criteria": CriteriaInput(label="Criteria", required=False, hint=
                              "How reviewers mark its ideas, from 1 to 5. None: as the office does."),
    "scores_wanted": replace(SCORES_WANTED, required=False),
}  # fmt: skip


@guard("Its last day has passed: set a later one first.")
def has_days_left(campaign) -> bool:
    return campaign.closes_on >= clock.today()


@tracked
class Campaign(Work):
    """The question is its title."""

    kind, prefix, plural = "campaign", "CMP", "campaigns"
    searched = ("description", "result")
    results: ClassVar = frozenset({"conclude"})
    states: ClassVar = {
        "draft": State("Draft"),
        "open": State("Open", "info"),
        "closed": State("Closed", "warn"),
        "concluded": State("Concluded", "good", closed=True),
        "cancelled": State("Cancelled", closed=True),
    }
    editors = ANALYST
    responsible = ("owner", "sponsor")

    description = models.TextField(blank=True)
    sponsor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    opens_on = models.DateField()
    closes_on = models.DateField()
    review_at_votes = models.PositiveIntegerField(null=True, blank=True)
    criteria = models.JSONField(default=list, db_default=[], blank=True, editable=False)
    scores_wanted = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    result = models.TextField(blank=True, editable=False)

    profile: ClassVar = {
        "title": Text(label="The question", max=160, min=8,
                      hint="One question people can answer with an idea."),
        "description": LongText(label="What lies behind it", max=8000, required=False,
                                hint="Why now, what is in and out, what becomes of the ideas."),
        "sponsor": Ref(label="Sponsor", rows=staff, key="username",
                       hint="Who asks, and says at the end what came of it."),
        "opens_on": Date(label="Opens on"),
        "closes_on": Date(label="Last day"),
        "unit": Ref(label="Business unit", rows=units, key="code", required=False,
                    hint="Whose analysts keep it. Everybody may take part."),
        "review_at_votes": Number(label="Votes that queue an idea for review", least=1, most=10_000,
                                  required=False, hint="Empty: as the theme or the office says."),
    }  # fmt: skip

    class Meta(Work.Meta):
        ordering = ["-record_id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")), name="campaign_ends_after_it_begins",
                violation_error_message="The last day cannot come before the first.",
            ),
            models.CheckConstraint(
                condition=~Q(state="concluded") | ~Q(result=""), name="concluded_campaign_has_result"
            ),
        ]  # fmt: skip

    @classmethod
    def set_up(cls, *, by, **profile) -> "Campaign":
        """Prepare one; it opens by itself on its day."""
        profile["unit"] = profile.get("unit")
        if by is not None and not cls.may_set_up(by, profile["unit"]):
            raise NotAllowed("Setting up a campaign needs an analyst or manager of its unit.")
        if profile["closes_on"] < clock.today():
            raise Invalid(closes_on="Choose today or a later day.")
        made = cls.bear(by=by, verb="set_up", state="draft", owner=by, reach=Reach.ROLES,
                        quiet=True, words="set up", **profile)  # fmt: skip
        made._name_sponsor()
        follow(made.pk, by)
        return made

    @staticmethod
    def may_set_up(person, unit=None) -> bool:
        return grants_of(person).scope("analyst", "manager").covers(unit.pk if unit else None)

    def days_left(self, today: date) -> int:
        """With the last day still to come, as people count: 1 on the last day."""
        return max(0, (self.closes_on - today).days + 1) if self.state == "open" else 0

    @transition("draft", "open", who=ANALYST, guards=[has_days_left], told="opened", tone="primary",
                label="Open now")  # fmt: skip
    def open(self, *, by):
        """Ask everybody; from now on ideas can be suggested for it."""
        self.reach = Reach.STAFF
        self.opens_on = min(self.opens_on, clock.today())

    @transition("open", "closed", who=ANALYST, told="closed", label="Close now",
                confirm="No more ideas can be added to it. Voting on them goes on.")  # fmt: skip
    def close(self, *, by):
        """Take no more ideas; the sponsor says next what came of it."""
        self.closes_on = max(self.opens_on, min(self.closes_on, clock.today()))

    @transition("closed", "concluded", who=ANALYST | SPONSOR, told="concluded", tone="primary",
                asks={"result": LongText(label="What came of it", min=20, max=8000,
                                         hint="Everybody who took part reads this.")})  # fmt: skip
    def conclude(self, *, by, result):
        """Publish the result to everybody who took part."""
        self.result = result

    @transition(("draft", "open"), None, who=ANALYST, told="changed the criteria of", quiet=True,
                label="Set criteria",
                asks=CRITERIA_INPUTS, asks_here=lambda campaign: campaign.criteria_inputs())  # fmt: skip
    def judge_by(self, *, by, criteria, scores_wanted=None):
        """Have its ideas vetted by criteria of its own; rounds already open keep theirs."""
        self.criteria, self.scores_wanted = criteria or [], scores_wanted

    @transition(("draft", "open", "closed"), "cancelled", who=ANALYST, told="cancelled", tone="danger",
                asks={"reason": Text(label="Why", max=500)},
                confirm="Its ideas stay and are judged like any other.")  # fmt: skip
    def cancel(self, *, by, reason):
        """Call it off."""

    def criteria_inputs(self) -> dict[str, Input]:
        """What is in force here, to begin from."""
        return CRITERIA_INPUTS | {
            "criteria": replace(CRITERIA_INPUTS["criteria"], initial=self.criteria or None),
            "scores_wanted": replace(CRITERIA_INPUTS["scores_wanted"], initial=self.scores_wanted),
        }

    def waits_for_after(self, event) -> list[Person]:
        return [self.sponsor] if event.verb == "close" else []

    def _put(self, changes) -> None:
        super()._put(changes)
        self._name_sponsor()

    def _name_sponsor(self) -> None:
        """The sponsor sees it being prepared, and hears what happens to it; one of before does not."""
        before = NamedPerson.objects.filter(record_id=self.pk, part="sponsor")
        before.exclude(person=self.sponsor).delete()
        NamedPerson.put(self.pk, self.sponsor, part="sponsor")
        follow(self.pk, self.sponsor)


def campaigns(person) -> models.QuerySet:
    """Those an idea may stand in; only an analyst puts one into a campaign that is not open."""
    return Campaign.objects.visible_to(person).exclude(state__in=("draft", "cancelled"))
