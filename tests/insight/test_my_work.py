"""The order of My work: late first, then whom somebody waits for, then by day, then the rest."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from changeoffice.calendar import kept
from changeoffice.calendar.models import DayOff
from changeoffice.core.doors.templatetags import formats
from changeoffice.core.ports import Waiting
from changeoffice.insight import my_work

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 25)  # a Wednesday
LONDON = ZoneInfo("Europe/London")


@pytest.fixture(autouse=True)
def calendar(office):
    kept.forget()
    yield
    kept.forget()


def waits(reference: str, *, due: int | None = None, since: int = 0, by_person=False) -> Waiting:
    begun = datetime.combine(TODAY - timedelta(days=since), datetime.min.time(), LONDON)
    return Waiting("demand", reference, reference, "/", "Do it", "you own it", begun,
                   None if due is None else TODAY + timedelta(days=due), by_person=by_person)  # fmt: skip


def drawn(*waiting: Waiting) -> dict[str, list[str]]:
    rows = sorted(waiting, key=my_work._order)
    return {group["label"]: [task["reference"] for task in group["tasks"]]
            for group in my_work.groups(rows, TODAY)}  # fmt: skip


def test_an_undated_question_stands_behind_what_is_late_and_before_what_is_due():
    found = drawn(
        waits("soon", due=2), waits("rule", since=30), waits("today", due=0), waits("far", due=40),
        waits("new question", since=1, by_person=True), waits("late", due=-2),
        waits("old question", since=9, by_person=True), waits("later still", due=-9),
    )  # fmt: skip
    assert list(found.items()) == [
        ("Overdue", ["later still", "late"]),
        ("Somebody waits for your answer", ["old question", "new question"]),
        ("Today", ["today"]), ("This week", ["soon"]), ("Later", ["far"]),
        ("Without a date", ["rule"]),
    ]  # fmt: skip


def test_what_a_person_asks_goes_first_on_the_same_day():
    assert drawn(waits("rule", due=0, since=5), waits("asked", due=0, by_person=True)) == {
        "Today": ["asked", "rule"]
    }


def test_days_late_and_days_waited_are_working_days():
    friday, asked = waits("late", due=-5), waits("asked", since=5, by_person=True)
    assert [task["due"] for group in my_work.groups([friday, asked], TODAY)
            for task in group["tasks"]] == ["3 wd late", "waits 3 wd"]  # fmt: skip
    DayOff.objects.create(on=TODAY - timedelta(days=1), name="Founder's day")
    assert formats.due(friday.due, TODAY) == "2 wd late"


def test_a_date_on_a_day_off_counts_as_the_next_working_day():
    saturday, sunday, monday = (date(2026, 11, day) for day in (21, 22, 23))
    assert formats.due(saturday, sunday) == "Tomorrow"
    assert formats.due(saturday, monday) == "Today"
    assert formats.due(saturday, TODAY) == "2 wd late"
    one = Waiting("demand", "a", "a", "/", "Do it", "you own it", due=saturday)
    assert [group["label"] for group in my_work.groups([one], monday)] == ["Today"]
