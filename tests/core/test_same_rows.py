"""Fifty people, records of every reach, unit and confidence: each list, export, search and count
answers exactly the rows the rule names, and a number of the dashboard the items behind it."""

import csv
import io
import random
from datetime import timedelta

import pytest

from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.models import Event, NamedPerson, Reach, Record
from changeoffice.core.search import selectors
from changeoffice.insight import rollup
from changeoffice.insight.dashboard import Dashboard
from changeoffice.insight.measures import ITEMS, measure
from changeoffice.insight.selectors import chosen_from
from demand.models import Demand
from ideation.models import Idea
from portfolio.models import Action, Issue, Milestone, Project, Risk

pytestmark = pytest.mark.django_db
ROLES = ["", "", "analyst", "manager", "leadership", "auditor", "approver", "project_manager",
         "administrator", ("practice_owner", "finance")]  # fmt: skip
WORDS = "Zebra crossing"
EACH = 6
# Where a list leaves out what has ended or is no more than a draft, the rows here are neither.
EVERYTHING = {"ideas": {}, "demands": {"view": "open", "layout": "table"}}


@pytest.fixture
def crowd(make_person, unit, other_unit) -> list[Person]:
    dice = random.Random(41)
    made = [
        make_person(f"Person {n}", *filter(None, [dice.choice(ROLES)]), is_outside=n % 9 == 8,
                    scope=dice.choice([None, unit, other_unit]))
        for n in range(50)
    ]  # fmt: skip
    return [Person.objects.get(pk=person.pk) for person in made]


@pytest.fixture
def works(crowd, author, project_manager, sponsor, unit, other_unit) -> dict[str, list]:
    """Six of each of seven kinds; parts hang on projects that may be hidden themselves."""
    found: dict[str, list] = {}
    for n in range(EACH):
        for work in _six(n, author, project_manager, sponsor):
            found.setdefault(work.plural, []).append(work)
    dice = random.Random(43)
    for rows in found.values():
        for row in rows:
            _scatter(dice, row, crowd, [None, unit, other_unit])
    return {
        plural: list(type(rows[0]).objects.filter(pk__in=[row.pk for row in rows]))
        for plural, rows in found.items()
    }


def _six(n: int, author, manager, sponsor) -> list:
    title, soon = f"{WORDS} {n}", clock.today() + timedelta(days=20)
    project = Project.take_over(by=manager, title=title, owner=manager, sponsor=sponsor)
    part = {"by": manager, "project": project, "title": title}
    idea = Idea.propose(by=author, title=title, problem="Nobody stops for anybody here.")
    demand = Demand.raise_new(by=author, title=title, need="Nobody stops for anybody here.")
    return [
        project, idea.submit(by=author), demand.submit(by=author),
        Risk.note_down(**part, probability=4, impact=4),
        Issue.note_down(**part, severity=2, target_on=soon),
        Action.assign(**part, due_on=soon, owner=manager),
        Milestone.plan(**part, baseline_on=soon),
    ]  # fmt: skip


def _scatter(dice, row, crowd, units) -> None:
    """A part is where its project is and as confidential; ideas and demands reach as they like."""
    stands = {"confidential": dice.random() < 0.4, "unit": dice.choice(units)}
    if row.home_id != row.pk:
        home = Project.objects.get(pk=row.home_id)
        stands = {"confidential": home.confidential, "unit": home.unit}
    elif row.kind != "project":
        stands["reach"] = dice.choice(list(Reach))
    type(row).objects.filter(pk=row.pk).update(owner=dice.choice(crowd), **stands)
    for person in dice.sample(crowd, 3):
        NamedPerson.objects.get_or_create(record_id=row.home_id, person=person)


def ways(plural: str, person, page, program) -> dict[str, set[str]]:
    """The references each way through the portal shows of one kind."""
    listed = program.get(f"/api/v1/{plural}/", {"page_size": 50, "count": "true"}).json()
    whole = EVERYTHING.get(plural, {"view": "all"})
    shown = page.get(f"/{plural}", whole)
    exported = [program.get(f"/api/v1/{plural}/?format=csv")]
    if plural not in EVERYTHING:
        exported.append(page.get(f"/{plural}", whole | {"format": "csv"}))
    references = {row["id"] for row in listed["results"]}
    numbers = {listed["count"], shown.context["count"]}
    found = {"API": references, "page": {row.reference for row in shown.context["rows"]},
             "counts": references if numbers == {len(references)} else numbers}  # fmt: skip
    for n, answer in enumerate(exported):
        lines = csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig")))
        found[f"export {n}"] = {line[0] for line in lines} - {"id", "reference"}
    return found


def test_every_way_through_the_portal_shows_the_rows_the_rule_names(crowd, works, page, api):
    dice = random.Random(47)
    for person in crowd:
        client, program = page(person), api(person)
        seen = {plural: {row.reference for row in rows if row.is_visible_to(person)}
                for plural, rows in works.items()}  # fmt: skip
        for plural in dice.sample(sorted(works), 2):
            for way, found in ways(plural, person, client, program).items():
                assert found == seen[plural], (person.name, plural, way)
        everything = set().union(*seen.values())
        assert _anywhere(person) == dict.fromkeys(("search", "events", "headers"), everything)
        kinds = ["idea", "demand", "project"]
        hints = {row.reference for row in selectors.similar(person, f"{WORDS} 1", kinds, 50)}
        assert hints == seen["ideas"] | seen["demands"] | seen["projects"], person.name


def _anywhere(person) -> dict[str, set[str]]:
    events = Event.objects.visible_to(person).filter(record__title__startswith=WORDS)
    headers = Record.objects.visible_to(person).filter(title__startswith=WORDS)
    return {
        "search": {row.reference for row in selectors.by_words(person, WORDS)},
        "events": set(events.values_list("record__reference", flat=True)),
        "headers": set(headers.values_list("reference", flat=True)),
    }


def test_a_number_of_the_dashboard_is_the_items_behind_it(crowd, works, page):
    today = clock.today()
    before = today - timedelta(days=14)
    rollup.compute([before, today])
    for person in crowd[::3]:
        client = page(person)
        if person.is_outside:
            assert client.get("/portfolio").status_code == 404
            continue
        board = Dashboard(person, chosen_from({}, person), today, before)
        seen = {row.reference for row in works["projects"] if row.is_visible_to(person)}
        assert board.projects.value == len(seen), person.name
        for number in board.numbers():
            if measure(number.measure).unit == ITEMS:
                answer = client.get(number.url)
                assert answer.context["evidence"].count == number.value, (person.name, number.url)
        behind = client.get("/portfolio/items", {"measure": "projects"})
        assert {row["record"].reference for row in behind.context["rows"]} == seen, person.name
