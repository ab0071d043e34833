"""What one demand's page tells beside its fields: stages, score, rank, estimate, approvals."""

from decimal import Decimal
from statistics import pstdev
from typing import Any

from django.db.models import QuerySet

from changeoffice.core.approvals.models import Approval, Round
from changeoffice.core.doors.templatetags.formats import money, short_day
from changeoffice.core.record import at_once
from changeoffice.core.record.at_once import Queries, Sets
from changeoffice.core.record.models import LINK, Event, visible
from changeoffice.core.record.prepared import prepared
from changeoffice.organisation.models import KpiReading
from demand import scoring, standing
from demand.estimate import outlook, three_point
from demand.models import Demand, EstimateLine, KpiEffect
from demand.stages import Age, StageClock
from demand.standing import short
from demand.waiting import WaitsFor

STAGES = [
    ("submitted", "Submitted"), ("screening", "Screening"), ("assessment", "Assessment"),
    ("approval", "Approval"), ("scheduled", "Scheduled"), ("in_delivery", "In delivery"),
    ("completed", "Done"),
]  # fmt: skip
PLACE = {code: n for n, (code, _) in enumerate(STAGES)} | {"draft": -1, "approved": 4}


def around(demand: Demand, person) -> Sets:
    """What this story is told from."""
    found = _told_from(demand, person, is_scored=demand.is_scored)
    return found | standing.around(demand, person)


@prepared("round")
def _told_from(demand: Demand, person, *, is_scored: bool) -> Queries:
    steps = Event.objects.filter(record_id=demand.pk).exclude(after="").order_by("at", "id")
    return {
        "steps": steps.values_list("before", "after", "at", "actor__name"),
        "effects": demand.effects.select_related("kpi", "kpi__objective"),
        "readings": KpiReading.objects.filter(kpi__in=demand.effects.values("kpi")),
        "lines": demand.estimate_lines.select_related("skill"),
        "actuals": demand.actuals.select_related("skill"),
        "needs": _linked(demand.prerequisites.filter(visible(person, at="needs__")), "needs"),
        "waiting": _linked(demand.needed_by.filter(visible(person, at="demand__")), "demand"),
        "scores": demand.scores_seen_by(person, is_scored=is_scored),
        "given": at_once.Count(demand.scores_of_round()),
        "round": Round.objects.filter(record_id=demand.pk).order_by("-id").select_related("requested_by")[:1],
        "approvals": Approval.objects.with_delegates().filter(record_id=demand.pk)
        .select_related("approver", "decided_by", "escalated_from"),
    }  # fmt: skip


def join(found: dict[str, Any]) -> None:
    """What was read beside each other belongs together: readings to their KPI, steps to their round."""
    for row in found["effects"]:
        of_kpi = [reading for reading in found["readings"] if reading.kpi_id == row.kpi_id]
        at_once.hold(row.kpi, readings=of_kpi)
    for newest in found["round"]:
        steps = [step for step in found["approvals"] if step.round_id == newest.pk]
        at_once.hold(newest, steps=steps)


def _linked(rows: QuerySet, to: str) -> QuerySet:
    return rows.select_related(to).only("because", *(f"{to}__{name}" for name in LINK))


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
    entered = {after: at for before, after, at, _ in moves if before != after}
    here = PLACE.get(
        demand.resume_state if demand.state in ("more_information", "deferred") else demand.state
    )
    if here is None:  # rejected, withdrawn, merged: as far as it came
        here = max((PLACE[s] for s in entered if s in PLACE), default=-1)
    return [_stage(n, code, label, here, entered, demand, stage_clock)
            for n, (code, label) in enumerate(STAGES)]  # fmt: skip


def asker(demand: Demand, moves: list[tuple]) -> str:
    """Whose question is open."""
    if demand.state != "more_information":
        return ""
    asked = (who for before, after, _, who in reversed(moves) if before != after == demand.state)
    return next(asked, None) or ""


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
    told = demand.score_index is not None and sees_figures and not is_open
    card = demand.card_of_round if is_open else demand.card
    return {
        "is_open": is_open, "card": card, "given": found["given"] if is_open else len(seen),
        "mine": _marks(card, mine) if mine else "", "my_reason": mine.rationale if mine else "",
        "scores": [] if is_open else [(row, _marks(card, row)) for row in shown],
        "wanted": demand.scores_wanted,
        "parts": _parts(demand, card, seen) if told else [],
        "differ": _differ(scoring.disagreement(card, [row.marks for row in seen])) if told else "",
    }  # fmt: skip


def _marks(card: scoring.Card, row) -> str:
    told = [f"{item.label.lower()} {short(row.marks.get(item.code))}" for item in card.criteria]
    return ", ".join(told)


def _parts(demand: Demand, card: scoring.Card, scores: list) -> list[dict[str, Any]]:
    return [_part(item, demand.means.get(item.code), scores) for item in card.criteria]


def _part(item: scoring.Criterion, mean: float | None, scores: list) -> dict[str, Any]:
    given = [row.marks[item.code] for row in scores if item.code in row.marks]
    apart = f", {short(min(given))} to {short(max(given))}" if len(set(given)) > 1 else ""
    spread = f" Deviation {pstdev(given):.1f}{apart}." if len(given) > 1 else ""
    turned = " A higher mark lowers the score." if item.inverted else ""
    return {"label": item.label, "value": _bare(mean), "of": _bare(item.high),
            "weight": "" if item.weight == 1 else f"weight {short(item.weight)}",
            "reason": f"{item.hint}{turned}{spread}".strip()}  # fmt: skip


def _bare(value: float | None) -> str:
    """For the component that draws it as a share, which reads it as a number."""
    return short(value).replace(",", "")


def _differ(found: scoring.Difference | None) -> str:
    if found is None:
        return ""
    how = (
        "far apart" if found.share >= 0.5 else "somewhat apart" if found.share >= 0.25 else "close"
    )
    return (f"Assessors are {how}: they differ most on {found.criterion.label.lower()}, "
            f"{short(found.low)} to {short(found.high)}.")  # fmt: skip


def needs_first(found: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What has to come before it and what waits for it."""
    return {
        "needs": [{"demand": row.needs, "because": row.because} for row in found["needs"]],
        "waiting": [{"demand": row.demand, "because": row.because} for row in found["waiting"]],
    }


def estimate(demand: Demand, lines: list[EstimateLine]) -> dict[str, Any]:
    longest = max((line.high_days for line in lines), default=Decimal(0))
    cost, days = cost_outlook(lines), days_outlook(lines)
    return {
        "mean": money(cost.mean, demand.currency), "p80": money(cost.p80, demand.currency),
        "p50": money(cost.p50, demand.currency), "days_mean": short(days.mean, 1),
        "days_p50": short(days.p50, 1), "days_p80": short(days.p80, 1),
        "lines": [_line(line, longest, demand.currency) for line in lines],
        "axis": [short(longest * n / 4) for n in range(5)], "longest": longest,
        "days": sum((line.likely_days for line in lines), Decimal(0)),
    }  # fmt: skip


def cost_outlook(lines) -> Any:
    """Mean and P80 of the cost of all lines together."""
    points = (three_point(x.low_days, x.likely_days, x.high_days).times(x.day_rate) for x in lines)
    return outlook(points)


def days_outlook(lines) -> Any:
    return outlook(three_point(x.low_days, x.likely_days, x.high_days) for x in lines)


def _line(line, longest: Decimal, currency: str) -> dict[str, Any]:
    low, high = (money(days * line.day_rate, currency) for days in (line.low_days, line.high_days))
    words = (
        f"{short(line.low_days)} to {short(line.high_days)} days, likely {short(line.likely_days)}"
    )
    return {"skill": line.skill.name, "low": line.low_days, "likely": line.likely_days,
            "high": line.high_days, "limit": longest, "words": words, "cost": f"{low} to {high}"}  # fmt: skip


def effects(rows: list[KpiEffect]) -> list[dict[str, Any]]:
    """Each KPI with where it is now and where this demand should take it."""
    found = []
    for row in rows:
        readings = sorted(row.kpi.readings.all(), key=lambda r: r.on)
        now = readings[-1].value if readings else row.kpi.baseline
        found.append({
            "effect": row, "kpi": row.kpi, "now": short(now), "then": short(now + row.change),
            "target": short(row.kpi.target), "values": [float(r.value) for r in readings][-12:],
        })  # fmt: skip
    return found


def asked(rounds: list[Round]) -> list[Approval]:
    """The steps of the newest round that wait for an answer."""
    steps = [step for newest in rounds for step in newest.steps.all() if step.state == "asked"]
    return sorted(steps, key=lambda step: step.pk)


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
    if step.on_behalf_of_id:
        role = f"{role}, decided by {step.decided_by.name}"
    elif step.state == "asked" and step.delegate:
        role = f"{role}, {step.delegate} may decide"
    if step.escalated_from_id and step.escalated_from_id != step.approver_id:
        role = f"{role}. Asked instead of {step.escalated_from.name}, who was late"
    return {"person": step.approver, "role": role, "state": WORDS.get(step.state, "waiting"),
            "note": step.comment, "due": short_day(step.due_on) if step.state == "asked" else ""}  # fmt: skip
