"""Pages of scorecards: the list, one with its criteria and a trial, a new one."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.rules import FIGURE_ROLES, SEES_FIGURES
from changeoffice.core.doors.pages.work import NewPage, WorkListPage, WorkPage
from changeoffice.core.record import inputs as shapes
from changeoffice.core.record.errors import Invalid
from demand import scoring
from demand.models import Demand, Scorecard, Standing
from demand.models.scorecard import BIRTH_INPUTS, mark_inputs, may_begin
from demand.standing import short


class ScorecardList(WorkListPage):
    work, template, fragment = Scorecard, "demand/scorecards.html", "demand/_scorecards.html"

    def extra(self) -> dict[str, Any]:
        return {"may_begin": may_begin(self.request.user)}


class NewScorecard(NewPage):
    work, birth, inputs = Scorecard, Scorecard.begin, BIRTH_INPUTS
    heading, submit_label = "Begin a scorecard", "Begin draft"


class ScorecardPage(WorkPage):
    work, template = Scorecard, "demand/scorecard.html"
    related = ("unit", "owner", "succeeds")

    def around(self, card: Scorecard) -> dict[str, Any]:
        tried = self.request.GET.get("demand", "").strip().upper()[:24]
        seen = Demand.objects.visible_to(self.request.user).select_related("scorecard")
        return {
            "tried": seen.filter(reference=tried) if tried else seen.none(),
            "indexes": self._indexes(),
            "in_use": Demand.objects.filter(round_card=card, state="assessment", round_closed_at=None)
                      .visible_to(self.request.user).values_list("reference", "title")[:20],
        }  # fmt: skip

    def _indexes(self) -> QuerySet:
        """Of all ranked; a place among them tells their scores to whoever tries often enough."""
        rows = Standing.objects.filter(because="score").values_list("demand__score_index")
        sees = grants_of(self.request.user).scope(*FIGURE_ROLES).everywhere
        return rows if sees else rows.none()

    def extra(self, record: Scorecard) -> dict[str, Any]:
        card = record.card
        return {
            "criteria": [_told(item, may=record.state == "draft") for item in card.criteria],
            "method": scoring.METHODS[card.method], "missing": scoring.problems(card),
            "in_use": self.found["in_use"], **Trial(self.request, card, self.found).told(),
        }  # fmt: skip


def _told(item: scoring.Criterion, *, may: bool) -> dict[str, Any]:
    ends = [f"{short(value)}{f' {means}' if means else ''}"
            for value, means in ((item.low, item.low_means), (item.high, item.high_means))]  # fmt: skip
    return {"item": item, "low": ends[0], "high": ends[1], "weight": short(item.weight), "may": may}


class Trial:
    """What a made-up demand, or one that exists, would score on a card; nothing is kept."""

    def __init__(self, request: HttpRequest, card: scoring.Card, found: dict[str, Any]) -> None:
        self.card, self.found, self.asked = card, found, request.GET
        self.inputs = {code: item for code, item in mark_inputs(card).items() if code in card.codes}
        tried = found["tried"][0] if found["tried"] else None
        # Its marks are figures: one may try what one may see.
        self.demand = tried if tried and SEES_FIGURES.holds(request.user, tried) else None
        self.person = request.user

    def told(self) -> dict[str, Any]:
        marks, refused = self._marks(), {}
        result: dict[str, Any] = {}
        if (
            self.card.codes
            and set(marks) == set(self.card.codes)
            and not scoring.problems(self.card)
        ):
            try:
                result = self._result(shapes.clean(self.inputs, self.person, marks))
            except Invalid as error:
                refused = {code: " ".join(words) for code, words in error.errors.items()}
        elif marks:
            refused = {code: "Give a mark." for code in self.card.codes if code not in marks}
        fields = [{"item": item, "value": marks.get(item.code, ""), "error": refused.get(item.code, ""),
                   "step": 1 if item.is_whole else "any",
                   "range": f"{short(item.low)} to {short(item.high)}"} for item in self.card.criteria]  # fmt: skip
        wanted = self.asked.get("demand", "").strip()
        return {"fields": fields, "result": result, "wanted": wanted, "tried": self.demand,
                "unknown": bool(wanted) and self.demand is None}  # fmt: skip

    def _marks(self) -> dict[str, str]:
        """What was typed; else what the demand was given for the criteria of the same code."""
        known = {
            code: f"{value:g}" for code, value in (self.demand.means if self.demand else {}).items()
        }
        typed = {
            code: self.asked[code].strip()[:20] for code in self.card.codes if self.asked.get(code)
        }
        return {
            code: mark for code in self.card.codes if (mark := typed.get(code) or known.get(code))
        }

    def _result(self, marks: dict[str, Any]) -> dict[str, Any]:
        found = scoring.outcome(self.card, marks)
        others = [index for (index,) in self.found["indexes"] if index is not None]
        ahead = sum(float(index) > found.index for index in others)
        return {"raw": short(found.raw), "index": short(found.index, 1), "short": self.card.short,
                "place": ahead + 1, "of": len(others) + 1 if others else 0}  # fmt: skip
