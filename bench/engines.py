"""RAG, slip, what-if, roll-up and likeness over the whole portfolio, each beside its floor."""

from collections.abc import Iterator
from datetime import timedelta
from statistics import median

from django.db import connection, transaction

from bench.measure import queries, row, wall
from bench.rag_sql import GUARDED, REWRITE, asked, forget
from changeoffice.calendar.kept import working_days
from changeoffice.calendar.working_days import day_date, day_number
from changeoffice.core.record import clock
from changeoffice.core.search.selectors import similar
from changeoffice.insight import rollup
from changeoffice.insight.families import FAMILIES, relations
from ideation.models import Idea
from portfolio import propagation, readings
from portfolio.knock_on import knock_on
from portfolio.models import Dependency, Expectation, Milestone, RagReading

TAKEN = 3


def _best(work, before=lambda: None, rounds: int = TAKEN) -> float:
    """The least of several, each after the same preparation."""
    found = []
    for _ in range(rounds):
        before()
        found.append(wall(work))
    return min(found)


def rag(people: dict, size: int) -> Iterator[dict]:
    """Computing and storing; a first reading leaves no past, so history rows stand apart."""

    @transaction.atomic
    def sweep(only: list[int] | None = None) -> None:
        readings.read(readings.take(only))

    def in_sql(statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, asked())

    sweep()
    floor = _best(lambda: in_sql(REWRITE), forget)
    changed = _best(sweep, forget)
    yield row("RAG of all, all change", size, changed, "≤2", floor=floor)
    assert _disagreeing() == 0, "the two ways to compute colours disagree"
    floor = _best(lambda: in_sql(GUARDED))
    yield row("RAG of all, nothing changes", size, _best(sweep), "≤3", floor=floor,
              counted=queries(sweep))  # fmt: skip
    some = list(RagReading.objects.values_list("pk", flat=True)[:50])
    forget()
    alone = sum(wall(lambda pk=pk: sweep([pk])) for pk in some)
    yield row("per-row loop, times as slow as all at once", size, alone / len(some) * size, "≥80",
              floor=changed)  # fmt: skip
    sweep()


def _disagreeing() -> int:
    """How many readings the guarded statement would still change."""
    with connection.cursor() as cursor:
        cursor.execute(GUARDED, asked())
        return cursor.rowcount


def slip(people: dict, size: int) -> Iterator[dict]:
    links = Dependency.objects.filter(state="agreed").count()
    ours = _best(lambda: propagation.expect(None), Expectation.objects.all().delete)
    floor = _best(_plain_pass, Expectation.objects.all().delete)
    yield row(f"slip, whole network of {links:,} dependencies", size, ours, "≤1", floor=floor)
    drawn = propagation.draw()
    passed = wall(lambda: drawn.network.expected_on)
    yield row("the pass itself", size, passed, "≤0.3", floor=ours)
    marks = Milestone.objects.filter(gives__isnull=False).select_related("project").order_by("pk")
    some = list(marks.distinct()[:: max(marks.count() // 20, 1)][:20])
    taken = [wall(lambda mark=mark: knock_on(
        mark, mark.forecast_on + timedelta(days=20), people["manager"])) for mark in some]  # fmt: skip
    yield row("what-if of one date, median", size, median(taken), "≤50")
    yield row("what-if of one date, slowest of 20", size, max(taken), "≤50")


def _plain_pass() -> None:
    """Fetch, one pass in topological order, write back what is late; no arrays."""
    calendar = working_days()
    days = dict(Milestone.objects.values_list("pk", "forecast_on"))
    links: dict[int, list[tuple[int, int, int]]] = {}
    waiting: dict[int, int] = {}
    for pk, giver, getter, lag in Dependency.objects.filter(state="agreed").values_list(
        "pk", "giver_id", "getter_id", "lag"
    ):
        links.setdefault(giver, []).append((pk, getter, lag))
        waiting[getter] = waiting.get(getter, 0) + 1
    numbers = calendar.ordinals([day_number(day) for day in days.values()]).tolist()
    at, because = dict(zip(days, numbers, strict=True)), {}
    ready = [pk for pk in links if not waiting.get(pk)]
    while ready:
        giver = ready.pop()
        for link, getter, lag in links.get(giver, ()):
            if at[giver] + lag > at[getter]:
                at[getter], because[getter] = at[giver] + lag, link
            waiting[getter] -= 1
            if not waiting[getter]:
                ready.append(getter)
    moved = list(because)
    found = calendar.days_of([at[pk] for pk in moved]).tolist()
    Expectation.objects.bulk_create(
        [Expectation(milestone_id=pk, expected_on=day_date(day), because_id=because[pk])
         for pk, day in zip(moved, found, strict=True)],
        batch_size=5000,
    )  # fmt: skip


def kpis(people: dict, size: int) -> Iterator[dict]:
    today = clock.today()

    def least() -> None:
        with connection.cursor() as cursor:
            body = relations(FAMILIES, live=True)
            cursor.execute(f"WITH {rollup.DAYS},\n{body},\n{rollup.FRESH} SELECT count(*) FROM fresh",
                           rollup.asked([today], [clock.now()]))  # fmt: skip

    rollup.compute([today])
    yield row("KPI roll-up of a day, 40 portfolios", size, _best(lambda: rollup.compute([today])),
              "≤2", floor=_best(least))  # fmt: skip


def likeness(people: dict, size: int) -> Iterator[dict]:
    titles = [title[:24] for title in Idea.objects.values_list("title", flat=True)[:60]]

    def scan(title: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, similarity(title, %s) AS s FROM record_record WHERE title %% %s "
                "AND kind = 'idea' ORDER BY s DESC LIMIT 5", [title, title],
            )  # fmt: skip
            cursor.fetchall()

    ours = sorted(wall(lambda t=t: similar(people["staff"], t, ["idea"])) for t in titles)
    floor = sorted(wall(lambda t=t: scan(t)) for t in titles)
    p95 = int(len(titles) * 0.95) - 1
    yield row("similar ideas while typing, p95", size, ours[p95], "≤1.5", floor=floor[p95])
