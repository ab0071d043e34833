"""What follows from a yes, a no and a wait, for the person who decides; from what is known anyway."""

from typing import Any

from django.db.models import QuerySet

from changeoffice.core.doors.templatetags.formats import long_day, money, short_day
from demand.models import Demand
from demand.stages import Age

BEHIND = 3


def behind(demand: Demand, person) -> QuerySet:
    """The next ones in the ranking that need the same skills: a yes goes before them."""
    rows = Demand.objects.visible_to(person).select_related("standing")
    if demand.rank is None:
        return rows.none()
    skills = demand.estimate_lines.values("skill_id")
    same = rows.filter(standing__rank__gt=demand.rank, estimate_lines__skill__in=skills)
    return same.order_by("standing__rank").distinct()[:BEHIND]


def asks(demand: Demand, told: dict[str, Any]) -> str:
    """One sentence: the sum, and what it is to move."""
    if demand.cost_likely is None:
        return "Asks for work nobody has estimated."
    sum_ = f"Asks for {money(demand.cost_likely, demand.currency)}"
    if not told["effects"]:
        return f"{sum_}."
    first = told["effects"][0]
    moves = f"to take {first['kpi'].title} from {first['now']} to {first['then']} {first['kpi'].measure}"
    return f"{sum_} {moves} by {long_day(first['effect'].by_on)}."


def of_yes(demand: Demand, told: dict[str, Any], rows: list[Demand]) -> dict[str, Any]:
    """The days it takes by skill, and whom it goes before."""
    lines = told["estimate"].get("lines", [])
    return {
        "days": [{"skill": line["skill"], "likely": line["likely"], "high": line["high"]} for line in lines],
        "behind": [{"demand": row, "rank": row.rank} for row in rows],
        "starts": _starts(demand, told),
    }  # fmt: skip


def _starts(demand: Demand, told: dict[str, Any]) -> str:
    if first := [row["demand"].reference for row in told["needs"]]:
        return f"It starts after {', '.join(first)}."
    if demand.starts_on:
        return f"It is to start on {long_day(demand.starts_on)}."
    return "An analyst schedules it next."


def of_no(demand: Demand, told: dict[str, Any]) -> list[dict[str, str]]:
    """Waiting, refusing and doing less, each with what it costs as far as the demand says it."""
    found = [
        {"icon": "clock", "title": "Wait", "text": _wait(demand, told)},
        {"icon": "x", "title": "Say no", "text": _no(told)},
    ]
    less = smaller(demand)
    return [*found, {"icon": "scissors", "title": "Do less", "text": less}] if less else found


def smaller(demand: Demand) -> str:
    """What less of it would be, cost and bring where somebody said so; for those who see figures."""
    if not demand.less_without:
        return ""
    rest = f"{money(demand.less_cost, demand.currency)}, {demand.less_effect.rstrip('.')}."
    return f"Without {demand.less_without.rstrip('.')}: {rest}"


def _wait(demand: Demand, told: dict[str, Any]) -> str:
    age: Age = told["age"]
    words = (
        [f"{age.words[:1].upper()}{age.words[1:]} used."] if age.limit and not age.late_by else []
    )
    if age.late_by:
        words = [f"It is {age.late_by} working days past its limit already."]
    if age.due_on and not age.late_by:
        words.append(f"After {short_day(age.due_on)} it is late, and then goes to somebody else.")
    if demand.mandatory_on:
        words.append(f"It must be done by {long_day(demand.mandatory_on)}.")
    return " ".join(words) or "Nothing sets a day."


def _no(told: dict[str, Any]) -> str:
    words = ["It goes back to assessment with your reason."]
    if told["effects"]:
        first = told["effects"][0]
        words.append(
            f"{first['kpi'].title} stays at {first['now']} {first['kpi'].measure}; "
            f"its target is {first['target']}."
        )
    if waiting := [row["demand"].reference for row in told["waiting"]]:
        words.append(f"{', '.join(waiting)} cannot start without it.")
    return " ".join(words)
