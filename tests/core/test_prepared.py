"""SQL that is made once: the same rows as without, for everybody, and a refusal of what would differ."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Prefetch
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changeoffice.core.access.models import RoleAssignment
from changeoffice.core.people.models import Office, Person
from changeoffice.core.record import at_once, clock
from changeoffice.core.record.models import Event, Reach
from changeoffice.core.record.prepared import NotPrepared, prepared
from demand.models import Demand
from ideation.models import Idea

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    """Whatever ran before in this process: there is room for what is prepared here."""
    for name in ("_kept", "_asked"):
        monkeypatch.setattr(f"changeoffice.core.record.prepared.{name}", {})


def around(demand, person):
    return {
        "seen": Demand.objects.visible_to(person).order_by("pk"),
        "own": Demand.objects.visible_to(person).filter(pk=demand.pk),
        "effects": demand.effects.select_related("kpi"),
        "lines": demand.estimate_lines.select_related("skill"),
        "idea": Idea.objects.filter(pk=demand.idea_id),
        "told": at_once.Count(Event.objects.filter(record_id=demand.pk)),
        "nothing": Demand.objects.none(),
    }


known = prepared("idea_id")(around)


def raised(by, title: str, **more) -> Demand:
    return Demand.raise_new(
        by=by, title=title, need="Customers call because the app does not say why.", **more
    )


def plain(sets) -> dict:
    return {name: rows.queryset.count() if isinstance(rows, at_once.Count) else list(rows)
            for name, rows in sets.items()}  # fmt: skip


def test_everybody_finds_what_the_plain_querysets_find(
    author, analyst, stranger, outsider, auditor, manager, sponsor, skill
):
    everyone = [author, analyst, stranger, outsider, auditor, manager, sponsor]
    demands = [raised(author, f"Demand {n}", sponsor=sponsor) for n in range(3)]
    for one in demands[:2]:
        one.submit(by=author)
    demands[1].screen(by=analyst)
    demands[1].restrict(by=analyst, people=[sponsor])
    demands[0].screen(by=analyst)
    demands[0].assess(by=analyst)
    demands[0].estimate(by=analyst, skill=skill, low_days=1, likely_days=2, high_days=3)
    for _ in range(2):  # the second time from what the first kept
        for demand in demands:
            for person in everyone:
                fresh = Person.objects.get(pk=person.pk)
                assert at_once.fetch_named(known(demand, fresh)) == plain(around(demand, fresh))


def test_a_role_given_and_taken_shows_at_once(author, other_unit, stranger):
    demand = raised(author, "Kept for those with a role on it", unit=other_unit)
    demand.submit(by=author)
    Demand.objects.filter(pk=demand.pk).update(reach=Reach.ROLES)

    def found() -> list:
        return at_once.fetch_named(known(demand, Person.objects.get(pk=stranger.pk)))["own"]

    assert found() == []
    held = RoleAssignment.objects.create(person=stranger, role="analyst", unit=other_unit)
    assert found() == [demand]
    held.delete()
    assert found() == []


def test_rows_know_their_record_without_asking(author, analyst, skill):
    demand = raised(author, "Tell why a payment is held")
    demand.submit(by=author)
    demand.screen(by=analyst)
    demand.assess(by=analyst)
    demand.estimate(by=analyst, skill=skill, low_days=1, likely_days=2, high_days=3)
    (line,) = at_once.fetch_named(known(demand, analyst))["lines"]
    with CaptureQueriesContext(connection) as caught:
        assert line.demand is demand
    assert not caught.captured_queries


def test_no_id_finds_nothing(author):
    demand = raised(author, "Raised without an idea")
    assert demand.idea_id is None
    assert at_once.fetch_named(known(demand, author))["idea"] == []


REFUSED = {
    "another field": lambda demand, person: Demand.objects.filter(state=demand.state),
    "a row": lambda demand, person: Demand.objects.filter(pk__in=[Demand.objects.first().pk]),
    "the time": lambda demand, person: Event.objects.filter(at__lt=clock.now()),
    "a name": lambda demand, person: Demand.objects.filter(title=person.name),
    "reckoning with an id": lambda demand, person: Demand.objects.filter(pk=demand.pk + 1),
    "what is prefetched": lambda demand, person: Demand.objects.prefetch_related(
        Prefetch("parts", Demand.objects.visible_to(person))
    ),
    "another shape": lambda demand, person: Demand.objects.all()[: demand.pk],
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_would_differ_is_refused(what, author):
    demand = raised(author, "Tell why a payment is held")
    careless = prepared()(lambda demand, person: {"rows": REFUSED[what](demand, person)})
    with pytest.raises(NotPrepared):
        careless(demand, author)


def test_the_day_is_part_of_what_is_kept(author):
    demand = raised(author, "Tell why a payment is held")
    until = prepared()(
        lambda demand, person: {"rows": Demand.objects.filter(created_at__date__lte=clock.today())}
    )
    assert at_once.fetch_named(until(demand, author))["rows"] == [demand]
    with clock.set_clock(clock.now() - timedelta(days=3)):
        assert at_once.fetch_named(until(demand, author))["rows"] == []


def test_the_zones_of_office_and_reader_are_part_of_what_is_kept(author):
    """A day begins at another instant in each."""
    demand = raised(author, "Tell why a payment is held")
    noon = datetime(2026, 11, 26, 12, tzinfo=UTC)
    Demand.objects.filter(pk=demand.pk).update(created_at=noon - timedelta(minutes=30))
    rows, day = Demand.objects.all(), date(2026, 11, 26)
    on_it = prepared()(lambda demand, person: {"rows": rows.filter(created_at__date=day)})
    before_it = prepared()(
        lambda demand, person: {"rows": rows.filter(created_at__lt=clock.end_of(day - DAY))}
    )

    def found() -> list[int]:
        return [len(at_once.fetch_named(one(demand, author))["rows"]) for one in (on_it, before_it)]

    with clock.set_clock(noon + timedelta(minutes=30)):  # that day for either office
        assert found() == [1, 0]
        Office.objects.update(time_zone="Etc/GMT+12")
        with timezone.override("Pacific/Auckland"):
            assert found() == [0, 1]


def test_what_is_asked_for_again_soon_is_kept_and_the_rest_is_made_as_often_as_without(
    author, monkeypatch
):
    made: list[int] = []
    monkeypatch.setattr("changeoffice.core.record.prepared.MOST_KEPT", 3)

    @prepared()
    def counted(person, *, which: int):
        made.append(which)
        return {"rows": Demand.objects.visible_to(person)}

    for which in range(1, 20):
        counted(author, which=0)
        assert at_once.fetch_named(counted(author, which=which)) == {"rows": []}
    assert (made.count(0), made.count(19)) == (2, 1)  # it is made twice to be kept
    for _ in range(3):
        counted(author, which=19)
        counted(author, which=0)
    assert (made.count(0), made.count(19)) == (2, 3)
