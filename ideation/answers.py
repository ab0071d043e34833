"""How long an idea waits for its first answer, counted in the database."""

from datetime import timedelta

from django.db.models import Aggregate, Count, IntegerField, QuerySet, Value

from changeoffice.core.record import clock
from ideation.models import Idea

LOOKED_BACK = 90  # days


class Percentile(Aggregate):
    """The value so large that this part of all is not larger; always one that occurred."""

    function, output_field = "percentile_disc", IntegerField()
    template = "%(function)s(%(part)s) WITHIN GROUP (ORDER BY %(expressions)s)"

    def __init__(self, expression, part: float, **extra) -> None:
        super().__init__(expression, part=str(part), **extra)


def lately() -> QuerySet:
    """Median and 85th percentile of the working days to the first answer, over the last 90 days."""
    since = clock.end_of(clock.today() - timedelta(days=LOOKED_BACK))
    rows = Idea.objects.filter(first_answer_at__gte=since, confidential=False).order_by()
    return rows.values(everything=Value(1)).annotate(
        n=Count("pk"),
        median=Percentile("first_answer_in", 0.5),
        most=Percentile("first_answer_in", 0.85),
    )


def usually(found: list[dict]) -> dict[str, str]:
    """The figure as one reads it; nothing while there were no answers."""
    if not found or not found[0]["n"]:
        return {"short": "", "long": ""}
    median, most = (_days(found[0][name]) for name in ("median", "most"))
    return {"short": f"usually answered {median}",
            "long": f"Usually answered {median}; 85 in 100 {most} (last {LOOKED_BACK} days)."}  # fmt: skip


def _days(n: int) -> str:
    return "the same day" if n == 0 else f"within {n} working day{'' if n == 1 else 's'}"
