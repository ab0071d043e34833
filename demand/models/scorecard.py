"""Scorecards: what assessors mark, and how the marks become a score.

The card in force is used by every new round; a round that runs keeps the card it began with. That
is why only a draft can be changed: another edition of a card begins as a copy of it.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.rules import MANAGER
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow
from changeoffice.core.record.history import tracked
from changeoffice.core.record.inputs import Choice, Decimal, Flag, Input, LongText, Number, Text
from changeoffice.core.record.models import Work
from changeoffice.core.record.workflow import CALLED_WITH, State, guard, transition
from demand import scoring

CODE = re.compile(r"[a-z][a-z0-9_]{1,29}")
RESERVED = CALLED_WITH | {"rationale", "version"}
MOST_CRITERIA = 12
MOST = 1_000_000

CRITERION_INPUTS = {
    "code": Text(label="Code", max=30, hint="As the API names it: small letters, digits and _."),
    "label": Text(label="Name", max=60),
    "hint": Text(label="What it asks", max=200, required=False),
    "low": Decimal(label="Scale from", initial=1, least=0, most=MOST),
    "high": Decimal(label="Scale to", initial=10, least=0, most=MOST),
    "weight": Decimal(label="Weight", least=0, most=1000, initial=1,
                      hint="WSJF multiplies by it; RICE takes it as a power; a weighted card as a share."),
    "inverted": Flag(label="Inverted: a higher mark lowers the score"),
    "low_means": Text(label="What the low end means", max=120, required=False),
    "high_means": Text(label="What the high end means", max=120, required=False),
}  # fmt: skip


@guard("Its criteria do not make a score yet; its page says what is missing.")
def gives_scores(card) -> bool:
    return not scoring.problems(card.card)


@tracked
class Scorecard(Work):
    kind, prefix, plural = "scorecard", "SCD", "scorecards"
    states: ClassVar = {
        "draft": State("Draft"),
        "active": State("In force", "good"),
        "retired": State("Retired", closed=True),
    }
    editors = MANAGER
    profile: ClassVar = {
        "title": Text(label="Name", max=120, min=3),
        "about": LongText(label="When to use it", lines=3, max=2000, required=False),
    }

    about = models.TextField(blank=True, verbose_name="when to use it")
    method = models.CharField(max_length=10, choices=list(scoring.METHODS.items()))
    criteria = models.JSONField(default=list)
    edition = models.PositiveSmallIntegerField(default=1, editable=False)
    succeeds = models.ForeignKey(
        "self", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta(Work.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="active"), name="one_scorecard_in_force",
                violation_error_message="Somebody put another scorecard in force just now.",
            ),
            models.CheckConstraint(condition=Q(edition__gt=0), name="scorecard_edition_positive"),
            models.CheckConstraint(condition=~Q(succeeds=F("record")), name="succeeds_another"),
        ]  # fmt: skip

    # questions -----------------------------------------------------------------------------------
    @property
    def card(self) -> scoring.Card:
        return scoring.card_of(self.method, self.criteria)

    @property
    def name(self) -> str:
        return f"{self.title}, edition {self.edition}" if self.edition > 1 else self.title

    @classmethod
    def current(cls) -> Scorecard | None:
        return cls.objects.filter(state="active").first()

    # birth ---------------------------------------------------------------------------------------
    @classmethod
    def begin(cls, *, by, method: str, title: str, about: str = "") -> Scorecard:
        """A draft with the criteria the method usually has."""
        if by is not None and not may_begin(by):
            raise NotAllowed("Keeping scorecards needs manager, for the whole office.")
        return cls._born(by, title=title, about=about, method=method,
                         criteria=rows_of(scoring.USUAL[method]))  # fmt: skip

    @classmethod
    def _born(cls, by, **fields) -> Scorecard:
        return cls.bear(by=by, verb="propose", state="draft", words="began", quiet=True, **fields)

    @classmethod
    def put_in_force(cls) -> Scorecard:
        """The card an office starts with; never changes what somebody has set."""
        found = cls.objects.first()
        return found or cls.bear(
            by=None, verb="put_in_force", state="active", words="put in force", quiet=True,
            title="WSJF", about="Demands of every kind.", method="wsjf",
            criteria=rows_of(scoring.WSJF),
        )  # fmt: skip

    # verbs ---------------------------------------------------------------------------------------
    @transition("draft", None, who=MANAGER, label="Put a criterion", told="put a criterion on",
                asks=CRITERION_INPUTS)  # fmt: skip
    def put_criterion(self, *, by, code, label, low, high, weight, hint="", inverted=False,
                      low_means="", high_means=""):  # fmt: skip
        """Add a criterion, or change the one of that code."""
        given = scoring.Criterion(code, label, hint, float(low), float(high), float(weight),
                                  bool(inverted), low_means, high_means)  # fmt: skip
        _check(given)
        held = {row["code"]: row for row in self.criteria} | {code: _plain(given)}
        if len(held) > MOST_CRITERIA:
            raise Invalid(code=f"A card has at most {MOST_CRITERIA} criteria.")
        self.criteria = list(held.values())

    @transition("draft", None, who=MANAGER, label="Remove a criterion",
                told="took a criterion from", asks={"code": Text(label="Code", max=30)})  # fmt: skip
    def remove_criterion(self, *, by, code):
        """Take one criterion off the card."""
        left = [row for row in self.criteria if row["code"] != code]
        if len(left) == len(self.criteria):
            raise Invalid(code="There is no criterion of this code.")
        self.criteria = left

    @transition("draft", "active", who=MANAGER, guards=[gives_scores], tone="primary",
                label="Put in force", told="put in force",
                confirm="Every round that opens from now on is marked on it. Rounds that run keep the "
                        "card they began with, and nobody's score changes.")  # fmt: skip
    def activate(self, *, by):
        """Use it for every round that opens from now on; the card in force until now retires."""
        for former in type(self).objects.filter(state="active"):
            former.give_way(by=by)

    @transition("active", "retired", who=MANAGER, door=False, told="retired")
    def give_way(self, *, by):
        """Another card is in force now."""

    @transition(("active", "retired"), None, who=MANAGER, bumps=False, label="Begin another edition",
                told="began another edition of")  # fmt: skip
    def renew(self, *, by):
        """A draft with the same criteria, to change and put in force; this one stays as it is."""
        last = type(self).objects.filter(title=self.title).order_by("-edition").first() or self
        return self._born(by, title=self.title, about=self.about, method=self.method,
                          criteria=self.criteria, edition=last.edition + 1, succeeds=self)  # fmt: skip

    @transition("draft", "retired", who=MANAGER, tone="danger", told="discarded")
    def discard(self, *, by):
        """Put the draft away; it was never in force."""

    # inner ---------------------------------------------------------------------------------------
    def _put(self, changes: dict[str, Any]) -> None:
        if self.state != "draft":
            raise NotNow(f"{self.reference} is {self.state_label.lower()} and stays as it is. "
                         "Begin another edition.", record=self)  # fmt: skip
        super()._put(changes)


def may_begin(person) -> bool:
    """Cards are the whole office's; a manager of one unit keeps none."""
    return grants_of(person).scope("manager").everywhere


BIRTH_INPUTS = {
    "title": Scorecard.profile["title"],
    "method": Choice(label="Method", choices=list(scoring.METHODS.items()),
                     hint="It begins with the criteria this method usually has."),
    "about": Scorecard.profile["about"],
}  # fmt: skip


def rows_of(card: scoring.Card) -> list[dict[str, Any]]:
    return [_plain(item) for item in card.criteria]


def _plain(item: scoring.Criterion) -> dict[str, Any]:
    return item._asdict()


def _check(item: scoring.Criterion) -> None:
    if not CODE.fullmatch(item.code) or item.code in RESERVED:
        raise Invalid(code="Small letters, digits and _, beginning with a letter, at least two; "
                           "not a word the portal itself uses, such as “rationale” or “by”.")  # fmt: skip
    if not item.low < item.high:
        raise Invalid(high="The scale has to go up.")
    if not item.weight:
        raise Invalid(weight="The weight has to be above zero.")


def mark_inputs(card: scoring.Card) -> dict[str, Input]:
    """What an assessor is asked on this card."""
    return {item.code: _mark_input(item) for item in card.criteria} | {"rationale": RATIONALE}


def _mark_input(item: scoring.Criterion) -> Input:
    ends = " to ".join(f"{value:g}{f' ({means})' if means else ''}"
                       for value, means in ((item.low, item.low_means), (item.high, item.high_means)))  # fmt: skip
    words = f"{item.hint} {ends}." if item.low_means or item.high_means else item.hint or f"{ends}."
    asked: dict[str, Any] = {"label": item.label, "hint": words}
    if item.is_whole:
        return Number(**asked, least=int(item.low), most=int(item.high))
    return Decimal(**asked, least=item.low, most=item.high)


RATIONALE = LongText(label="Reason", lines=3, min=10, max=4000)


def marked(code: str, part: str = "marks") -> property:
    """A mark of the card all offices begin with; none on a card without that criterion."""
    return property(lambda row: getattr(row, part).get(code))
