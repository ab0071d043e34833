"""From a request to something that can be decided: screen, ask, score, estimate."""

from decimal import Decimal as Amount

from changeoffice.core.access.rules import ANALYST
from changeoffice.core.approvals.models import DECIDES_NOW, Round
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.inputs import LongText, Number, Text
from changeoffice.core.record.models import NamedPerson, Reach
from changeoffice.core.record.workflow import transition
from changeoffice.core.talk.models import comment, follow
from demand import consent, ranking, scoring
from demand.guards import (
    has_a_score,
    has_an_effect,
    has_estimated_skills,
    round_is_closed,
    says_the_need,
    takes_scores,
)
from demand.inputs import (
    ASSESS_INPUTS,
    EFFECT_INPUTS,
    KPI_INPUT,
    LINE_INPUTS,
    SIZE_INPUT,
    SIZE_RANGES,
    SKILL_INPUT,
    only_held,
)
from demand.models.consenting import Consenting
from demand.models.facts import BEFORE_APPROVAL, DECIDED_ON
from demand.models.scorecard import Scorecard, mark_inputs
from demand.rules import ASSESSOR, EDITORS, REQUESTER

CENT = Amount("0.01")
MOST_WSJF = 9999  # of its column; a card with wider scales has its score beside it


class Shaping(Consenting):
    class Meta(Consenting.Meta):
        abstract = True

    @transition("draft", "submitted", who=REQUESTER | ANALYST, guards=[says_the_need], tone="primary",
                told="submitted")  # fmt: skip
    def submit(self, *, by):
        """Hand it to the change office; everybody can read it from now on."""
        if self.reach == Reach.OWN:
            self.reach, self.owner = Reach.STAFF, None
        self._enter("submitted")

    @transition("submitted", "screening", who=ANALYST, tone="primary", told="began screening",
                label="Start screening", undoable=True)  # fmt: skip
    def screen(self, *, by):
        """Take it up: is it clear, is it ours, is it new?"""
        self.owner = self.owner or by
        follow(self.pk, self.owner)
        self._enter("screening")

    @transition((*BEFORE_APPROVAL, "approval"), "more_information", who=ANALYST | DECIDES_NOW,
                label="Ask the requester",
                told="asked a question about",
                asks={"question": LongText(label="What do you need to know?", lines=3, max=4000)})  # fmt: skip
    def ask(self, *, by, question):
        """Put a question to the requester; the stage clock stops until it is answered."""
        self.question, self.resume_state = question, self.state
        self._clock().stop(self)
        Round.pause_for(self)

    @transition("more_information", "?", who=REQUESTER, label="Answer", tone="primary",
                told="answered the question about",
                asks={"answer": LongText(label="Your answer", lines=3, max=4000)})  # fmt: skip
    def reply(self, *, by, answer):
        """Answer the question; it goes back where it was, the clock goes on, and an approval that was
        being asked goes on with whoever has not answered yet."""
        comment(self, by=by, body=f"In answer to “{self.question}”: {answer}")
        stage, self.question, self.resume_state = self.resume_state, "", ""
        self._clock().go_on(self, stage)
        Round.go_on_for(self)
        return stage

    @transition(
        "screening",
        "assessment",
        who=ANALYST,
        tone="primary",
        label="Open assessment",
        told="opened the assessment of",
        asks=ASSESS_INPUTS,
        undoable=True,
    )
    def assess(self, *, by, assessors=(), scores_wanted=None):
        """Open the round in which assessors score it, blind to each other."""
        if self.requester in (assessors or ()):
            raise Invalid(assessors=f"{self.requester.name} asks for it, so others score it.")
        NamedPerson.put(self.pk, *(assessors or ()), part="assessor")
        self._open_round(scores_wanted or len(assessors or ()) or 1)
        self._enter("assessment")

    @transition("assessment", None, who=ASSESSOR, guards=[takes_scores], told="scored", noted=False,
                label="Score it", tone="primary", asks=mark_inputs(scoring.WSJF),
                asks_here=lambda demand: mark_inputs(demand.card_of_round))  # fmt: skip
    def score(self, *, by, rationale, **marks):
        """Mark every criterion of the round's scorecard, or change one's marks; nobody sees them
        before the round closes."""
        self.scores.update_or_create(
            round=self.round, assessor=by,
            defaults={"marks": {code: float(mark) for code, mark in marks.items()},
                      "scorecard": self.round_card, "rationale": rationale, "at": clock.now()},
        )  # fmt: skip
        if self.scores_of_round().count() >= self.scores_wanted:
            self._close_round()

    @transition("assessment", None, who=ANALYST, guards=[takes_scores, has_a_score],
                told="closed the assessment round of")  # fmt: skip
    def close_round(self, *, by):
        """Stop waiting for more scores; mean and spread show from now on."""
        self._close_round()

    @transition("assessment", None, who=ANALYST, guards=[round_is_closed], label="Score again",
                told="opened another assessment round of",
                asks={"reason": Text(label="What has changed", max=500),
                      "scores_wanted": Number(label="Scores wanted", least=1, most=20, initial=1,
                                              required=False)})  # fmt: skip
    def reopen_round(self, *, by, reason, scores_wanted=None):
        """Ask for new scores; those of the earlier round stay in its history."""
        self._open_round(scores_wanted or 1)

    @transition(
        (*BEFORE_APPROVAL, *DECIDED_ON),
        "?",
        who=ANALYST,
        told="estimated",
        noted=False,
        about="skill",
        label="Estimate a skill",
        asks=LINE_INPUTS,
    )
    def estimate(self, *, by, skill, low_days, likely_days, high_days, confidence=None):
        """Put or change the days of one skill; beyond what was approved it is asked again."""
        if not low_days <= likely_days <= high_days or not high_days:
            raise Invalid(likely_days="Days go up from low over likely to high, and high is not 0.")
        self.estimate_lines.update_or_create(
            skill=skill,
            defaults={"low_days": low_days, "likely_days": likely_days, "high_days": high_days,
                      "day_rate": skill.day_rate, "by": by, "at": clock.now()},
        )  # fmt: skip
        self.confidence = confidence or self.confidence
        return self._add_up(by)

    @transition(
        (*BEFORE_APPROVAL, *DECIDED_ON),
        "?",
        who=ANALYST,
        told="took an estimate from",
        noted=False,
        about="skill",
        asks_here=lambda demand: only_held(SKILL_INPUT, "skill", demand.estimate_lines),
        label="Remove an estimate",
        guards=[has_estimated_skills],
        asks=SKILL_INPUT,
    )
    def remove_estimate(self, *, by, skill):
        """Take one skill out of the estimate."""
        self.estimate_lines.filter(skill=skill).delete()
        return self._add_up(by)

    @transition(
        BEFORE_APPROVAL,
        None,
        who=ANALYST,
        told="sized",
        noted=False,
        label="Set the size",
        asks=SIZE_INPUT,
    )
    def set_size(self, *, by, size):
        """A first guess by t-shirt size; it gives a cost range until skills are estimated."""
        self.size = size
        if not self.estimate_lines.exists():
            self.cost_low, self.cost_likely, self.cost_high = SIZE_RANGES[size]

    @transition(
        (*BEFORE_APPROVAL, "draft", *DECIDED_ON),
        None,
        who=EDITORS,
        label="Add a KPI effect",
        told="named a KPI effect of",
        asks=EFFECT_INPUTS,
    )
    def add_kpi_effect(self, *, by, kpi, change, by_on):
        """Say which KPI it moves, by how much and until when; again to change it."""
        if not change:
            raise Invalid(change="Say by how much the KPI moves; 0 is no effect.")
        if self.state in DECIDED_ON and self.effects.filter(kpi=kpi).exists():
            raise Invalid(kpi="The approval rests on this. Send it back first.")
        self.effects.update_or_create(
            kpi=kpi, defaults={"change": change, "by_on": by_on, "at": clock.now()}
        )

    @transition(
        (*BEFORE_APPROVAL, "draft"),
        None,
        who=EDITORS,
        label="Remove a KPI effect",
        guards=[has_an_effect],
        told="removed a KPI effect of",
        asks_here=lambda demand: only_held(KPI_INPUT, "kpi", demand.effects),
        asks=KPI_INPUT,
    )
    def remove_kpi_effect(self, *, by, kpi):
        """Take one KPI effect away."""
        self.effects.filter(kpi=kpi).delete()

    # inner ---------------------------------------------------------------------------------------
    def _open_round(self, wanted: int) -> None:
        self.round, self.scores_wanted, self.round_closed_at = self.round + 1, wanted, None
        self.round_card = Scorecard.current()

    def _close_round(self) -> None:
        """Take the means of the round; a demand's score depends on nothing but its own."""
        self.scorecard = self.round_card
        self.means = scoring.means(self.card, [row.marks for row in self.scores_of_round()])
        found = scoring.outcome(self.card, self.means)
        self.raw_score, self.score_index = _fixed(found.raw), _fixed(found.index)
        fits = self.card.method == "wsjf" and found.raw < MOST_WSJF
        self.wsjf = _fixed(found.raw, CENT) if fits else None
        self.round_closed_at = clock.now()
        ranking.refresh(self)

    def _add_up(self, by) -> str:
        """Sum the lines; an approval that does not cover the new P80 is asked again."""
        lines = list(self.estimate_lines.all())
        for point in ("low", "likely", "high"):
            total = sum((getattr(x, f"{point}_days") * x.day_rate for x in lines), Amount(0))
            setattr(self, f"cost_{point}", total.quantize(Amount("0.01")) if lines else None)
        if self.state not in DECIDED_ON:
            return self.state
        if self.cost_likely is None:
            raise Invalid(skill="An approval rests on this estimate. Send the demand back first.")
        broken = consent.broken(self._covered(), self.rests_on())
        return self._reopen(by, broken) if broken else self.state


def _fixed(value: float, places: Amount = Amount("0.0001")) -> Amount:
    return Amount(str(value)).quantize(places)
