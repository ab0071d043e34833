"""Why a demand stands where it does: what put it there, who stands beside it, what it rests on."""

from decimal import Decimal
from typing import Any

import numpy as np
from django.contrib.postgres.aggregates import ArrayAgg, StringAgg
from django.db.models import QuerySet, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from changeoffice.core.access.rules import SEES_FIGURES
from changeoffice.core.doors.templatetags.formats import short_day
from changeoffice.core.record import at_once
from changeoffice.core.record.at_once import Queries, Sets
from changeoffice.core.record.prepared import prepared
from demand import scoring
from demand.models import Demand, Standing

NEAREST = 20  # looked at for a name, of those it would pass


def around(demand: Demand, person) -> Sets:
    """What the explanation is told from; only for a demand that is ranked."""
    if (rank := demand.rank) is None:
        return {}
    return _beside(demand, person, rank - 1, rank, rank + 1) | {
        "on_card": _on_its_card(demand, person)
    }


@prepared()
def _beside(demand: Demand, person, above: int, rank: int, below: int) -> Queries:
    seen = Demand.objects.visible_to(person)
    needed = seen.filter(prerequisites__needs=demand, standing__rank__gt=rank)
    return {
        "ranked": at_once.Count(Standing.objects.all()),
        "beside": seen.filter(standing__rank__in=[above, below])
        .select_related("standing")
        .as_links("score_index", "unit", "owner", "home", "standing__rank", "standing__because"),
        "held_up": needed.order_by("standing__rank").as_links()[:1],
    }


def _on_its_card(demand: Demand, person) -> QuerySet:
    """All that stand by a score of the same card, in one row of columns, since thousands of rows
    take longer to read than to reckon with."""
    rows = Standing.objects.filter(because="score", demand__scorecard=demand.scorecard_id)
    if demand.standing.because != "score" or not SEES_FIGURES.holds(person, demand):
        rows = rows.none()
    marks = {f"mark_{code}": StringAgg(Coalesce(KeyTextTransform(code, "demand__means"), Value("nan")), ",")
             for code in demand.card.codes}  # fmt: skip
    columns = {"ids": ArrayAgg("pk"), "ranks": ArrayAgg("rank")} | marks
    return rows.order_by().values("because").annotate(**columns).values_list(*columns)


def rank(demand: Demand, person, found: dict[str, Any]) -> dict[str, Any]:
    """Its place in words; empty where it is not ranked."""
    if demand.rank is None:
        return {}
    return {
        "place": demand.rank, "total": found["ranked"], "because": _because(demand, found["held_up"]),
        "sums": sums(demand), "holds": _holds(demand, found["on_card"], person),
        "beside": [_neighbour(demand, other, person) for other in
                   sorted(found["beside"], key=lambda other: other.rank)],
        "first": demand.rank == 1, "last": demand.rank == found["ranked"],
    }  # fmt: skip


def _because(demand: Demand, held_up: list[Demand]) -> str:
    because = demand.standing.because
    if because == "hand":
        who = demand.moved_by.name if demand.moved_by else "Somebody"
        when = f" on {short_day(demand.moved_at)}" if demand.moved_at else ""
        return f"{who} put it here by hand{when}: {demand.moved_because}"
    if because == "mandatory":
        return f"Its mandatory date, {short_day(demand.mandatory_on)}, goes before any score."
    if because == "needed":
        first = (
            f"{held_up[0].reference} cannot start without it" if held_up
            else "Another needs it first"
        )  # fmt: skip
        return f"{first}, so it stands before that one."
    return "Its score puts it here; a higher score is done sooner."


def sums(demand: Demand) -> str:
    """How the score comes about, with the card's own numbers."""
    card, means = demand.card, demand.means
    if not set(card.codes) <= set(means):
        return ""
    raises = [_term(card, item, means) for item in card.criteria if not item.inverted]
    lowers = [_term(card, item, means) for item in card.criteria if item.inverted]
    raw, index = short(demand.raw_score), short(demand.score_index, 1)
    if card.method == "wsjf":
        told = f"({' + '.join(raises)}) ÷ {_bracketed(lowers, ' + ')} = {raw}"
    elif card.method == "rice":
        told = f"{' × '.join(raises)} ÷ {_bracketed(lowers, ' × ')} = {raw}"
    else:
        return (f"The weighted mean of {', '.join(raises)}"
                f"{f' and, turned round, {chr(44).join(lowers)}' if lowers else ''} is {index} of 100.")  # fmt: skip
    return f"{told}, which is {index} on the scale from 0 to 100 that all cards share."


def _term(card: scoring.Card, item: scoring.Criterion, means: dict[str, float]) -> str:
    told = f"{short(means[item.code])} {item.label.lower()}"
    if item.weight == 1:
        return told
    if card.method == "rice":
        return f"{told} to the power of {short(item.weight)}"
    return (
        f"{short(item.weight)} × {told}"
        if card.method == "wsjf"
        else f"{told} ({short(item.weight)})"
    )


def _bracketed(terms: list[str], sign: str) -> str:
    return terms[0] if len(terms) == 1 else f"({sign.join(terms)})"


def _holds(demand: Demand, found: list[tuple], person) -> str:
    """Whether the rank rests on the weights; only scores that rank by themselves can move."""
    if not found:
        return ""
    ids, ranks, *marks = found[0]
    table = np.array([np.fromstring(column, sep=",") for column in marks]).T
    whole = ~np.isnan(table).any(axis=1)
    ids, ranks = np.array(ids)[whole], np.array(ranks)[whole]
    if demand.pk not in ids:
        return ""
    moves = scoring.shifts(demand.card, demand.pk, ids, ranks, table[whole])
    return scoring.in_words(demand.card, moves, _named(moves, person))


def _named(moves: list[scoring.Shift], person) -> dict[int, str]:
    """References of the nearest it would pass, of those this person may see."""
    near = {pk for move in moves for pk in move.passed[:NEAREST]}
    rows = Demand.objects.visible_to(person).filter(pk__in=near)
    return dict(rows.values_list("pk", "reference")) if near else {}


def _neighbour(demand: Demand, other: Demand, person) -> dict[str, Any]:
    """Who stands right before or behind it; a score only where that one's may be seen."""
    seen = SEES_FIGURES.holds(person, other) and other.score_index is not None
    return {
        "demand": other, "place": other.rank, "is_ahead": (other.rank or 0) < (demand.rank or 0),
        "score": short(other.score_index, 1) if seen else "", "why": WHY[other.standing.because],
    }  # fmt: skip


WHY = {"mandatory": "by its mandatory date", "needed": "because another needs it first",
       "hand": "by hand", "score": "by its score"}  # fmt: skip


def short(value: Any, places: int = 2) -> str:
    """A figure without the zeros behind it."""
    if value is None:
        return "–"
    told = f"{Decimal(str(value)):,.{places}f}"
    return told.rstrip("0").rstrip(".") if places else told
