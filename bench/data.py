"""Rows to measure on, made in bulk: what a verb would write, without its events."""

import random
from datetime import timedelta

from django.db import connection

from changeoffice.core.access.models import RoleAssignment
from changeoffice.core.people.models import BusinessUnit, Office, Person
from changeoffice.core.record import clock
from changeoffice.core.record.database import sequence
from ideation.models import Idea, Theme, Vote
from portfolio import engine
from portfolio.models import Milestone, Portfolio, Programme, Project, Risk

WORDS = [
    "payment",
    "customer",
    "branch",
    "card",
    "account",
    "transfer",
    "hold",
    "notice",
    "statement",
    "limit",
    "mobile",
    "screen",
    "call",
    "letter",
    "form",
    "review",
    "data",
    "report",
    "ledger",
    "queue",
    "search",
    "login",
    "alert",
    "export",
    "import",
    "archive",
    "update",
    "address",
    "mandate",
]


def fill(*, projects: int, ideas: int) -> dict[str, Person]:
    """People, ideas with votes, projects with eight milestones and five risks each."""
    chance = random.Random(7)
    Office.objects.get_or_create(pk=1)
    units = BusinessUnit.objects.bulk_create(
        BusinessUnit(name=f"Unit {n}", code=f"u{n}") for n in range(40)
    )
    people = Person.objects.bulk_create(
        Person(
            username=f"p{n}",
            email=f"p{n}@bench.example",
            name=f"Person {n}",
            unit=chance.choice(units),
        )
        for n in range(300)
    )
    RoleAssignment.objects.create(person=people[0], role="manager")
    RoleAssignment.objects.create(person=people[1], role="leadership")
    _ideas(chance, ideas, people, units)
    _projects(chance, projects, people, units)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    engine.recompute_all()
    return {"manager": people[0], "leader": people[1], "staff": people[2]}


def identities(model, n: int) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('record_id'), nextval(%s) FROM generate_series(1, %s)",
            [sequence(model.prefix), n],
        )
        return [(pk, f"{model.prefix}-{serial:04d}") for pk, serial in cursor.fetchall()]


def bulk(model, rows: list[dict]) -> list:
    made = []
    for (pk, reference), fields in zip(identities(model, len(rows)), rows, strict=True):
        now = clock.now()
        made.append(model(record_id=pk, reference=reference, home_id=fields.pop("home_id", pk),
                          state_since=now, created_at=now, updated_at=now, **fields))  # fmt: skip
    return model.objects.bulk_create(made, batch_size=2000)


def _ideas(chance, n: int, people: list, units: list) -> None:
    theme = Theme.objects.create(name="Bench")
    rows = bulk(Idea, [
        {"title": " ".join(chance.sample(WORDS, 6)).capitalize(), "problem": " ".join(chance.choices(WORDS, k=40)),
         "state": "open", "owner": chance.choice(people), "unit": chance.choice(units), "theme": theme,
         "vote_count": 0, "trending": chance.random() * 100}
        for _ in range(n)
    ])  # fmt: skip
    Vote.objects.bulk_create(
        (
            Vote(idea=idea, person=person, at=clock.now())
            for idea in rows
            for person in chance.sample(people, 4)
        ),
        batch_size=5000,
    )


def _projects(chance, n: int, people: list, units: list) -> None:
    today = clock.today()
    above = bulk(Portfolio, [{"title": f"Portfolio {k}", "state": "active"} for k in range(10)])
    programmes = bulk(
        Programme,
        [
            {"title": f"Programme {k}", "state": "active", "portfolio": above[k % 10]}
            for k in range(50)
        ],
    )
    rows = bulk(Project, [
        {"title": " ".join(chance.sample(WORDS, 5)).capitalize(), "state": "active", "owner": chance.choice(people),
         "sponsor": chance.choice(people), "unit": chance.choice(units), "programme": chance.choice(programmes),
         "confirmed_on": today - timedelta(days=chance.randrange(20))}
        for _ in range(n)
    ])  # fmt: skip
    bulk(Milestone, [
        {"title": f"Milestone {k}", "state": "planned", "project": project, "home_id": project.pk, "unit": project.unit,
         "owner": project.owner, "baseline_on": (day := today + timedelta(days=30 * k)),
         "forecast_on": day + timedelta(days=chance.choice([0, 0, 0, 3, 8, 25]))}
        for project in rows for k in range(8)
    ])  # fmt: skip
    bulk(Risk, [
        {"title": f"Risk {k}", "state": "open", "project": project, "home_id": project.pk, "unit": project.unit, "reach": 1,
         "owner": project.owner, "probability": chance.randint(1, 5), "impact": chance.randint(1, 5)}
        for project in rows for k in range(5)
    ])  # fmt: skip
