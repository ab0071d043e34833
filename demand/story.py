"""What one demand's page tells beside its fields: stages, score, rank, estimate, approvals."""

from decimal import Decimal
from statistics import pstdev
from typing import Any

from django.db.models import Prefetch, QuerySet

from changeoffice.core.access.rules import SEES_FIGURES
from changeoffice.core.approvals.models import Approval, Round
from changeoffice.core.doors.templatetags.formats import money, short_day
from changeoffice.core.record import at_once
from changeoffice.core.record.models import Event, visible
from demand import scoring
from demand.estimate import outlook, three_point
from demand.inputs import SCORES
from demand.models import Demand, EstimateLine, KpiEffect, Standing
from demand.stages import Age, StageClock
from demand.waiting import WaitsFor

STAGES = [
    ("submitted", "Submitted"), ("screening", "Screening"), ("assessment", "Assessment"),
    ("approval", "Approval"), ("scheduled", "Scheduled"), ("in_delivery", "In delivery"),
    ("completed", "Done"),
]  # fmt: skip
PLACE = {code: n for n, (code, _) in enumerate(STAGES)} | {"draft": -1, "approved": 4}


def around(demand: Demand, person) -> dict[str, QuerySet | at_once.Count]:
    """What this story is told from."""
    steps = Event.objects.filter(record_id=demand.pk).exclude(after="").order_by("at", "id")
    found: dict[str, QuerySet | at_once.Count] = {
        "steps": steps.values_list("before", "after", "at"),
        "effects": demand.effects.select_related("kpi", "kpi__objective").prefetch_related("kpi__readings"),
        "lines": demand.estimate_lines.select_related("skill"),
        "needs": demand.prerequisites.filter(visible(person, at="needs__")).select_related("needs", "by"),
        "waiting": demand.needed_by.filter(visible(person, at="demand__")).select_related("demand", "by"),
        "scores": demand.scores_seen_by(person), "given": at_once.Count(demand.scores_of_round()),
        "round": Round.objects.filter(record_id=demand.pk).order_by("-id")[:1].prefetch_related(
            Prefetch("steps", Approval.objects.select_related("approver", "decided_by", "on_behalf_of"))
        ),
    }  # fmt: skip
    return found if demand.rank is None else found | _around_rank(demand, person)


def _around_rank(demand: Demand, person) -> dict[str, QuerySet | at_once.Count]:
    by_score = Standing.objects.filter(because="score")
    return {
        "ranked": at_once.Count(Standing.objects.all()),
        "ahead": Demand.objects.visible_to(person).filter(standing__rank=demand.rank - 1),
        "scored": (by_score if demand.standing.because == "score" else by_score.none()).values_list(
            "pk", "rank", "demand__mean_value", "demand__mean_time_criticality",
            "demand__mean_risk_reduction", "demand__job_size",
        ),
    }  # fmt: skip


def answer(demand: Demand, age: Age, waits: WaitsFor, sees_figures: bool) -> str:
    """One sentence: what it asks, where it stands, whom it waits for."""
    asks = ""
    if sees_figures and demand.cost_likely is not None:
        asks = f"Asks for {money(demand.cost_likely, demand.currency)}. "
    if demand.state == "draft":
        return f"{asks}A draft: submit it and the change office takes it up."
    if demand.is_closed:
        return f"{asks}{demand.state_label} on {short_day(demand.state_since)}."
    if demand.state == "deferred":
        return f"{asks}Deferred; it comes back on {short_day(demand.revisit_on)}."
    if demand.state == "in_delivery":
        return f"{asks}In delivery, {demand.progress} % done."
    late = f"{age.late_by} working days past its limit" if age.late_by else age.words
    return f"{asks}{demand.state_label}, {late}. It waits for {waits.words or 'nobody'}."


def stages(demand: Demand, moves: list[tuple], stage_clock: StageClock) -> list[dict[str, Any]]:
    """The tracker: when each stage was entered last and how long it took."""
    entered = {after: at for before, after, at in moves if before != after}
    here = PLACE.get(
        demand.resume_state if demand.state in ("more_information", "deferred") else demand.state
    )
    if here is None:  # rejected, withdrawn, merged: as far as it came
        here = max((PLACE[s] for s in entered if s in PLACE), default=-1)
    return [_stage(n, code, label, here, entered, demand, stage_clock)
            for n, (code, label) in enumerate(STAGES)]  # fmt: skip


def _stage(n, code, label, here, entered, demand, stage_clock) -> dict[str, Any]:
    state = (
        "done" if n < here or demand.state == "completed" else "current" if n == here else "future"
    )
    at = entered.get(code) or (entered.get("approved") if code == "scheduled" else None)
    detail = short_day(at) if at and state != "future" else ""
    late = False
    if state == "current" and not demand.is_closed:
        age = stage_clock.age(demand)
        detail, late = f"{detail}, {age.words}" if detail else age.words, bool(age.late_by)
    elif state == "future" and code == "in_delivery" and demand.starts_on:
        detail = short_day(demand.starts_on)
    elif state == "future" and code == "completed" and demand.finishes_on:
        detail = short_day(demand.finishes_on)
    if code == "scheduled" and demand.state == "approved":
        label = "Approved"
    return {"label": label, "detail": detail, "state": state, "late": late}


def assessment(demand: Demand, person, sees_figures: bool, found: dict[str, Any]) -> dict[str, Any]:
    """Scores as this person may see them: blind to others until the round closes."""
    seen = found["scores"] if demand.round else []
    is_open = bool(demand.round) and demand.round_closed_at is None
    mine = next((row for row in seen if row.assessor_id == person.pk), None)
    shown = seen if sees_figures else [row for row in seen if row is mine]
    return {
        "is_open": is_open, "mine": mine, "scores": shown if not is_open else [],
        "given": found["given"] if is_open else len(seen),
        "wanted": demand.scores_wanted,
        "parts": _parts(demand, seen) if demand.wsjf is not None and sees_figures and not is_open else [],
    }  # fmt: skip


def _parts(demand: Demand, scores: list) -> list[dict[str, Any]]:
    found = []
    for name, hint in SCORES.items():
        given = [getattr(row, name) for row in scores]
        value = demand.job_size if name == "job_size" else getattr(demand, f"mean_{name}")
        spread = (
            f"{len(given)} assessors, from {min(given)} to {max(given)}"
            if len(given) > 1
            else "one assessor"
        )
        found.append({"name": name, "label": name.replace("_", " ").capitalize(), "hint": hint,
                      "value": _short(value), "spread": spread,
                      "deviation": round(pstdev(given), 1) if given else 0})  # fmt: skip
    return found


def rank(demand: Demand, person, found: dict[str, Any]) -> dict[str, Any]:
    """Why it stands where it does, and what stands right before it."""
    if demand.rank is None:
        return {}
    ahead = found["ahead"][0] if found["ahead"] else None
    return {"place": demand.rank, "total": found["ranked"], "because": _because(demand, person),
            "ahead": _ahead(demand, ahead, person), "holds": _holds(demand, found["scored"])}  # fmt: skip


def _holds(demand: Demand, rows: list[tuple]) -> str:
    """Whether the rank rests on the weights; only scores that rank by themselves can move."""
    if demand.standing.because != "score":
        return ""
    ids, ranks = [row[0] for row in rows], [row[1] for row in rows]
    return scoring.in_words(
        scoring.shifts(demand.pk, ids, ranks, [list(map(float, row[2:])) for row in rows])
    )


def needs_first(found: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What has to come before it and what waits for it."""
    return {
        "needs": [{"demand": row.needs, "because": row.because} for row in found["needs"]],
        "waiting": [{"demand": row.demand, "because": row.because} for row in found["waiting"]],
    }


def _because(demand: Demand, person) -> str:
    if demand.standing.because == "hand":
        who = demand.moved_by.name if demand.moved_by else "Somebody"
        return f"{who} put it here by hand: {demand.moved_because}"
    sums = (f"({_short(demand.mean_value)} value + {_short(demand.mean_time_criticality)} time criticality"
            f" + {_short(demand.mean_risk_reduction)} risk reduction) ÷ {_short(demand.job_size)} job size"
            f" = {_short(demand.wsjf)}")  # fmt: skip
    if demand.standing.because == "mandatory":
        return (
            f"Its mandatory date, {short_day(demand.mandatory_on)}, goes before any score. {sums}."
        )
    if demand.standing.because == "needed":
        waiting = (
            Demand.objects.visible_to(person)
            .filter(prerequisites__needs=demand, standing__rank__gt=demand.rank)
            .order_by("standing__rank")
            .first()
        )
        first = (
            f"{waiting.reference} cannot start without it" if waiting else "Another needs it first"
        )
        return f"{first}, so it stands before that one. By itself: {sums}."
    return f"{sums}. A higher score is done sooner."


def _ahead(demand: Demand, other: Demand | None, person) -> str:
    """What stands before it; its score only for those who may see that one as well."""
    if demand.rank == 1:
        return "Nothing stands before it."
    if other is None:
        return ""
    score = f" with {_short(other.wsjf)}" if SEES_FIGURES.holds(person, other) else ""
    return f"{other.reference} stands before it{score}."


def _short(value: Any) -> str:
    return "–" if value is None else f"{Decimal(value):,.2f}".rstrip("0").rstrip(".")


def estimate(demand: Demand, lines: list[EstimateLine]) -> dict[str, Any]:
    longest = max((line.high_days for line in lines), default=Decimal(0))
    cost = cost_outlook(lines)
    return {
        "mean": money(cost.mean, demand.currency), "p80": money(cost.p80, demand.currency),
        "lines": [_line(line, longest, demand.currency) for line in lines],
        "axis": [_short(longest * n / 4) for n in range(5)], "longest": longest,
        "days": sum((line.likely_days for line in lines), Decimal(0)),
    }  # fmt: skip


def cost_outlook(lines) -> Any:
    """Mean and P80 of the cost of all lines together."""
    points = (three_point(x.low_days, x.likely_days, x.high_days).times(x.day_rate) for x in lines)
    return outlook(points)


def _line(line, longest: Decimal, currency: str) -> dict[str, Any]:
    low, high = (money(days * line.day_rate, currency) for days in (line.low_days, line.high_days))
    words = f"{_short(line.low_days)} to {_short(line.high_days)} days, likely {_short(line.likely_days)}"
    return {"skill": line.skill.name, "low": line.low_days, "likely": line.likely_days,
            "high": line.high_days, "limit": longest, "words": words, "cost": f"{low} to {high}"}  # fmt: skip


def effects(rows: list[KpiEffect]) -> list[dict[str, Any]]:
    """Each KPI with where it is now and where this demand should take it."""
    found = []
    for row in rows:
        readings = sorted(row.kpi.readings.all(), key=lambda r: r.on)
        now = readings[-1].value if readings else row.kpi.baseline
        found.append({
            "effect": row, "kpi": row.kpi, "now": _short(now), "then": _short(now + row.change),
            "target": _short(row.kpi.target), "values": [float(r.value) for r in readings][-12:],
        })  # fmt: skip
    return found


def approvals(rounds: list[Round], person) -> dict[str, Any]:
    """The newest round with each step, and the one this person may answer."""
    if not rounds:
        return {}
    newest = rounds[0]
    steps = list(newest.steps.all())
    for step in steps:
        step.round = newest
    done = sum(step.state == Approval.State.APPROVED for step in steps)
    return {
        "round": newest, "done": done, "total": len(steps),
        "rows": [_approval(step) for step in steps],
        "mine": next((step for step in steps if step.may_decide(person)), None),
        "policies": newest.basis.get("policies", []),
    }  # fmt: skip


WORDS = {"approved": "approved", "refused": "declined", "withdrawn": "lapsed"}


def _approval(step: Approval) -> dict[str, Any]:
    role = step.get_kind_display()
    if step.on_behalf_of:
        role = f"{role}, decided by {step.decided_by.name}"
    return {"person": step.approver, "role": role, "state": WORDS.get(step.state, "waiting"),
            "note": step.comment, "due": short_day(step.due_on) if step.state == "asked" else ""}  # fmt: skip
