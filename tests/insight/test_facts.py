"""Facts against a hand count; back-fill, repeated and after a late change."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from changeoffice.core.outbox.models import Outbox
from changeoffice.core.record import clock
from changeoffice.insight import rollup, tasks
from changeoffice.insight.models import DailyFact, DailyItem, FactDay
from portfolio.models import Risk

pytestmark = pytest.mark.django_db


def days_ago(n: int):
    return clock.today() - timedelta(days=n)


def fact(measure: str, ago: int, scope: str = "office", scope_id: int = 0, currency: str = ""):
    row = DailyFact.objects.filter(
        day=days_ago(ago), scope=scope, scope_id=scope_id, measure=measure, currency=currency
    ).first()
    return (row.n, row.value) if row else (0, Decimal(0))


def counts(measure: str, *ago: int) -> list[int]:
    return [fact(measure, n)[0] for n in ago]


def fill() -> dict[str, int]:
    return rollup.compute([days_ago(n) for n in range(9)])


def test_projects_are_counted_day_by_day_as_they_were(office_story):
    fill()
    assert counts("projects", 8, 7, 6, 5, 4, 3, 2, 1, 0) == [0, 2, 2, 3, 3, 3, 2, 2, 2]
    assert counts("state_stopped", 3, 2, 0) == [0, 1, 1]
    assert counts("state_active", 5, 2) == [3, 2]


def test_a_colour_counts_from_the_day_it_was_read(office_story):
    fill()
    assert counts("rag_red", 7, 4, 3, 0) == [0, 1, 1, 1]  # a risk of 20 is red from its first day
    total = [sum(counts(f"rag_{c}", n)[0] for c in ("red", "amber", "green", "not_rated", "complete"))
             for n in (7, 5, 0)]  # fmt: skip
    assert total == [2, 3, 2]


def test_portfolios_and_programmes_add_up_to_the_office(office_story):
    fill()
    north, south = office_story["North"], office_story["South"]
    assert fact("projects", 4, "portfolio", north.pk)[0] == 2
    assert fact("projects", 4, "portfolio", south.pk)[0] == 1
    assert fact("projects", 4, "programme", office_story["South programme"].pk)[0] == 1
    assert fact("projects", 0, "portfolio", south.pk)[0] == 0


def test_milestones_risks_and_money_follow_their_history(office_story):
    fill()
    assert counts("risks_4_5", 7, 6, 0) == [0, 1, 1]
    assert counts("risks", 7, 0) == [0, 1]
    late = [row.note.split(" ") for row in DailyItem.objects.filter(
        measure="milestones_due", scope="office", record_id=office_story["late"].pk,
        day__in=[days_ago(6), days_ago(3)]).order_by("day")]  # fmt: skip
    assert late[0][2] == "0"
    assert int(late[1][2]) > 15
    assert late[1][3] == "red"
    assert fact("spent", 5, currency="GBP") == (0, 0)
    assert fact("spent", 4, currency="GBP") == (1, Decimal(400))
    assert fact("budget", 0, currency="GBP") == (1, Decimal(1000))


def test_the_same_days_again_change_nothing(office_story):
    first = fill()
    before = list(DailyFact.objects.order_by("pk").values_list())
    again = fill()
    assert first["written"] == first["facts"] > 0
    assert (again["written"], again["removed"]) == (0, 0)
    past = [row for row in before if row[1] < clock.today()]
    rows = DailyFact.objects.filter(day__lt=clock.today()).order_by("pk")
    assert list(rows.values_list()) == past


def test_history_and_the_present_rows_give_the_same_answer(office_story):
    """Today is read from the present rows; read from history it must come to the same."""
    rollup.compute([clock.today()])
    stored = FactDay.objects.get(day=clock.today())
    own = {}
    ids = list(DailyItem.objects.values_list("record_id", flat=True)) + [
        office_story[name].pk for name in ("alpha", "beta", "gamma", "budget", "late", "risk")
    ]
    for item in rollup.items_of(ids, [stored]):
        if item.measure in ("projects", "risks", "spent", "rag_red"):
            own[item.measure] = own.get(item.measure, 0) + item.value
    assert own == {"projects": 2, "risks": 1, "spent": 400, "rag_red": 1}
    assert (fact("projects", 0)[1], fact("spent", 0, currency="GBP")[1]) == (2, 400)


def test_a_late_change_makes_its_days_stale_and_the_job_mends_them(
    office_story, on_day, project_manager
):
    tasks.kpi_rollup(timezone.now())
    assert counts("risks", 5, 1) == [1, 1]
    with on_day(5):
        Risk.note_down(by=project_manager, project=office_story["beta"], title="Room is booked twice",
                       probability=2, impact=2)  # fmt: skip
    assert rollup.mark_stale(clock.today()) >= 5
    tasks.kpi_rollup(timezone.now())
    assert counts("risks", 6, 5, 1, 0) == [1, 2, 2, 2]
    assert not FactDay.objects.filter(is_stale=True).exists()


def test_the_job_fills_missing_days_a_few_at_a_time(office_story, monkeypatch):
    monkeypatch.setattr(tasks, "MOST_DAYS", 3)
    # A test is one transaction, in which every write counts as a late one.
    monkeypatch.setattr(rollup, "mark_stale", lambda today: 0)
    run = tasks.kpi_rollup(timezone.now())
    assert run["days"] <= 5
    for _ in range(4):
        tasks.kpi_rollup(timezone.now())
    assert FactDay.objects.filter(day__gte=days_ago(8)).count() == 9


def test_back_fill_takes_a_range_and_refuses_nonsense(office_story, capsys):
    call_command(
        "backfill_facts", "--from", days_ago(4).isoformat(), "--to", days_ago(2).isoformat()
    )
    assert "3 days" in capsys.readouterr().out
    assert set(FactDay.objects.values_list("day", flat=True)) == {days_ago(n) for n in (4, 3, 2)}
    with pytest.raises(Exception, match="not a day"):
        call_command("backfill_facts", "--from", "soon")


def test_confidential_projects_are_in_no_stored_total(office_story, manager, project_manager):
    fill()
    office_story["beta"].restrict(by=manager, people=[project_manager], reason="Price talks")
    fill()
    assert counts("projects", 7, 0) == [1, 1]
    assert not DailyItem.objects.filter(record_id=office_story["beta"].pk).exists()
    assert fact("spent", 0, currency="GBP") == (0, 0)


def test_a_write_asks_for_facts_once_and_one_run_answers_all(office_story):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        (now,) = cursor.fetchone()
    asked = Outbox.objects.filter(topic="facts")
    mine = asked.get(key__startswith=f"facts:{now}:")  # one, however many writes
    Outbox.objects.create(topic="facts", key="facts:other", payload={"key": "facts:other"})
    tasks.refresh(**mine.payload)
    assert list(asked) == [mine]
    assert fact("projects", 0)[0] == 2
