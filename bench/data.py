"""Rows to measure on, made set by set: what verbs would have left behind, without their events."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import NOT_PROVIDED, Model

from changeoffice.core.access.models import RoleAssignment
from changeoffice.core.people.models import BusinessUnit, Office, Person
from changeoffice.core.record.database import sequence
from changeoffice.core.record.models import Record, Work
from changeoffice.organisation.models import BusinessKpi, ConfigurationItem, Objective, Service
from demand.models import Demand, Letter, Scorecard
from ideation.models import Campaign, Idea, Theme, Vote
from portfolio.models import (
    Action,
    Dependency,
    Epic,
    Issue,
    Milestone,
    Portfolio,
    Product,
    Programme,
    Project,
    Risk,
)
from practices.change.models import Change
from practices.finance.models import Budget, BudgetLine
from practices.improvement.models import Improvement

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
ROLES = ("manager", "leadership", "analyst", "project_manager", "approver", "administrator")
STAFF = 300
# Every column of a Work that is the same for all; `k` counts the rows of a set.
HEADER = {
    "record": "id", "reference": "reference", "home": "id", "version": "1",
    "state_since": "now()", "created_at": "now() - k * interval '1 second'", "updated_at": "now()",
}  # fmt: skip
TITLE = " || ' ' || ".join(f"bench_word(k * {step} + {step})" for step in (1, 7, 11, 13, 17))
OWNED = {"owner": "bench_someone(k)", "unit": "bench_unit(k)"}
RUNNING = {"sponsor": "bench_someone(k + 2)", "opens_on": "current_date - 9",
           "closes_on": "current_date + 20"}  # fmt: skip
IN_PROJECT = {"home": "project_id", "project": "project_id", "unit": "unit_id", "owner": "owner_id"}


def begin() -> dict[str, Person]:
    """An office of 300 people in 40 units; answers one person for each role, and one without."""
    Office.objects.get_or_create(pk=1)
    units = BusinessUnit.objects.bulk_create(
        BusinessUnit(name=f"Unit {n}", code=f"u{n}") for n in range(40)
    )
    people = Person.objects.bulk_create(
        Person(
            username=f"p{n}", email=f"p{n}@bench.example", name=f"Person {n}", unit=units[n % 40]
        )
        for n in range(STAFF)
    )
    cast = dict(zip((*ROLES, "staff"), people, strict=False))
    RoleAssignment.objects.bulk_create(RoleAssignment(person=cast[r], role=r) for r in ROLES)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""CREATE FUNCTION bench_word(n bigint) RETURNS text IMMUTABLE LANGUAGE sql AS
                $$ SELECT (ARRAY{WORDS})[1 + n %% {len(WORDS)}] $$;
            CREATE FUNCTION bench_someone(n bigint) RETURNS bigint IMMUTABLE LANGUAGE sql AS
                $$ SELECT {people[0].pk} + n * 7 %% {STAFF} $$;
            CREATE FUNCTION bench_unit(n bigint) RETURNS bigint IMMUTABLE LANGUAGE sql AS
                $$ SELECT {units[0].pk} + n * 3 %% 40 $$""".replace("%%", "%")
        )  # fmt: skip
    Theme.objects.create(name="Bench")
    works(Campaign, "generate_series(1, 1) k", title="'How do we mend it?'", state="'open'", **OWNED,
          **RUNNING)  # fmt: skip
    works(Portfolio, "generate_series(1, 40) k", title="'Portfolio ' || k", state="'active'")
    works(Programme, f"(SELECT id AS above, row_number() OVER () AS k FROM {table(Portfolio)}) a",
          title="'Programme ' || k", state="'active'", portfolio="above")  # fmt: skip
    return cast


def grow(to: int, *, milestones: int = 8, risks: int = 5, lines: int = 4) -> None:
    """Projects with their parts, up to `to` of them."""
    first, programme = _count(Project) + 1, Programme.objects.order_by("pk").first().pk
    if first > to:
        return
    works(Project, f"generate_series({first}, {to}) k", title=TITLE, state="'active'", **OWNED,
          sponsor="bench_someone(k + 5)", programme=f"{programme} + k % 40", stage="'development'",
          description="'Makes the ' || bench_word(k) || ' better'", currency="'GBP'",
          planned_start="current_date - 100", planned_finish="current_date + 200",
          forecast_finish="current_date + 200 + (k % 30)::int", planned_cost="100000 + k",
          forecast_cost="100000 + k + k % 9000",
          confirmed_on="current_date - (k % 12)::int")  # fmt: skip
    new = f"""(SELECT p.id AS project_id, p.unit_id, p.owner_id, (row_number() OVER (ORDER BY p.id) + {first})::int AS p
               FROM {table(Project)} p ORDER BY p.id OFFSET {first - 1}) p"""
    each = f"{new} CROSS JOIN generate_series(1, %s) k"
    works(Milestone, each % milestones, title="'Milestone ' || k", state="'planned'", **IN_PROJECT,
          baseline_on="current_date + 30 * k + p % 9",
          forecast_on="current_date + 30 * k + p % 9 + (ARRAY[0,0,0,2,3,8,25])[1 + (p * 5 + k) % 7]")  # fmt: skip
    works(Risk, each % risks, title="'Risk of ' || bench_word(p + k)", state="'open'", reach="1", **IN_PROJECT,
          probability="1 + (p + k) % 5", impact="1 + (p * 3 + k * 2) % 5")  # fmt: skip
    works(Budget, f"(SELECT *, 1 AS k FROM {new}) b", title="'Budget'", state="'open'", reach="1",
          currency="'GBP'", **IN_PROJECT)  # fmt: skip
    with silent(BudgetLine):
        rows(BudgetLine, f"""(SELECT id, (row_number() OVER (ORDER BY id))::int AS p, k FROM {table(Budget)}
                          CROSS JOIN generate_series(1, {lines}) k
                          WHERE id > (SELECT coalesce(max(of_id), 0) FROM {table(BudgetLine)})) b""",
         of="id", month="date_trunc('month', current_date)::date + (k || ' month')::interval",
         cost_kind="'opex'", category="'staff'", budget="10000",
         forecast="10000 + (id * 131) % 1500")  # fmt: skip


def promise(count: int, *, milestones: int) -> None:
    """Agreed dependencies among the oldest milestones; each giver is older than its getter."""
    source = f"""(SELECT k, m.ids[1 + ((k * 7919) % g.at)::int] AS giver, m.ids[1 + g.at] AS getter FROM
        (SELECT array_agg(id ORDER BY id) AS ids FROM
            (SELECT id FROM {table(Milestone)} ORDER BY id LIMIT {milestones}) o) m
        CROSS JOIN generate_series(1::bigint, {count}) k
        CROSS JOIN LATERAL (SELECT 1 + (k * 31 % ({milestones} - 1))::int AS at) g) d"""
    works(Dependency, f"(SELECT DISTINCT ON (giver, getter) * FROM {source}) d", title="'Needs it'",
          state="'agreed'", giver="giver", getter="getter", lag="k % 3", **OWNED)  # fmt: skip


def surround(to: int) -> None:
    """Everything else lists and pages show, up to `to` of each kind."""
    works(
        Service,
        _more(Service, to),
        title="'Service ' || k || ' ' || bench_word(k)",
        state="'active'",
        **OWNED,
    )
    works(
        ConfigurationItem,
        _more(ConfigurationItem, to),
        title="'Server ' || k",
        state="'active'",
        **OWNED,
    )
    works(Objective, _more(Objective, to), title="'Objective ' || k", state="'active'", **OWNED,
          starts_on="current_date - 90", ends_on="current_date + 90")  # fmt: skip
    works(BusinessKpi, _more(BusinessKpi, to), title="'KPI ' || k", state="'active'", **OWNED,
          measure="'calls'", baseline="100", target="80")  # fmt: skip
    works(Campaign, _more(Campaign, to), title="'How do we mend the ' || bench_word(k) || '?'",
          state="'open'", **OWNED, **RUNNING)  # fmt: skip
    suggest(to)
    request(to)
    works(Improvement, _more(Improvement, to), title=TITLE, state="'noted'", **OWNED,
          description="'Mend the ' || bench_word(k)")  # fmt: skip
    rows(Letter, _more(Letter, to), message_id="'bench ' || k", sender="'p@bench.example'",
         subject="'About the ' || bench_word(k)", text="'Please'", outcome="'waiting'",
         person="bench_someone(k)")  # fmt: skip
    works(Product, _more(Product, to), title="'Product ' || k", state="'active'", **OWNED)
    product = Product.objects.order_by("pk").first().pk
    works(Epic, _more(Epic, to), title=TITLE, state="'in_progress'", **OWNED, product=str(product),
          sponsor="bench_someone(k + 5)", points_planned="40", points_done="k % 40",
          planned_finish="current_date + (k % 90)::int")  # fmt: skip
    works(Change, _more(Change, to), title=TITLE, state="'planned'", **OWNED, sponsor="bench_someone(k + 5)",
          window_start="now() + k * interval '1 hour'")  # fmt: skip
    for model, given in (
        (Issue, {"severity": "1 + k % 4", "target_on": "current_date + (k % 60)::int - 5"}),
        (Action, {"due_on": "current_date + (k % 60)::int - 5"}),
    ):
        works(model, _spread(_more(model, to)), title=f"'{model.__name__} ' || k", state="'open'",
              **IN_PROJECT, **given)  # fmt: skip


def request(to: int) -> None:
    """Demands before their approval, each marked, rated, and with its place, up to `to` of them."""
    card = Scorecard.put_in_force()
    works(Demand, _more(Demand, to), title=TITLE, **OWNED, need="'Because of the ' || bench_word(k)",
          state="(ARRAY['submitted','screening','assessment'])[1 + k % 3]", requester="bench_someone(k + 1)",
          stage_since="now()", due_on="current_date + (k % 40)::int - 10", wsjf="1 + k % 9",
          raw_score="1 + k % 9", score_index="10 * (1 + k % 9)", round="1", round_closed_at="now()",
          scorecard=f"{card.pk}", round_card=f"{card.pk}", risk="(ARRAY['low','medium','high'])[1 + k % 3]",
          size="(ARRAY['S','M','L'])[1 + k % 3]", cost_likely="1000 * (1 + k % 90)",
          means="""jsonb_build_object('value', 1 + k % 9, 'time_criticality', 1 + k % 7,
                                     'risk_reduction', 1 + k % 5, 'job_size', 1 + k % 3)""")  # fmt: skip


def _spread(source: str) -> str:
    """Rows numbered by k, each in a project of its own as far as there are enough."""
    projects = f"""(SELECT id AS project_id, unit_id, owner_id, row_number() OVER (ORDER BY id) - 1 AS n
                    FROM {table(Project)}) p"""
    return f"(SELECT * FROM {source} JOIN {projects} ON p.n = k % {max(_count(Project), 1)}) q"


def enrich() -> None:
    """The oldest project with 20 milestones, 20 risks, issues and actions, and 10 dependencies."""
    one = Project.objects.order_by("pk").first()
    here = (
        f"(SELECT id AS project_id, unit_id, owner_id FROM {table(Project)} WHERE id = {one.pk}) p"
    )
    for model, given in (
        (Milestone, {"state": "'planned'", "baseline_on": "current_date + 30 * k", "forecast_on": "current_date + 30 * k"}),
        (Risk, {"state": "'open'", "reach": "1", "probability": "3", "impact": "4"}),
        (Issue, {"state": "'open'", "severity": "2", "target_on": "current_date + 30"}),
        (Action, {"state": "'open'", "due_on": "current_date + 30"}),
    ):  # fmt: skip
        have = model.objects.filter(project=one).count()
        works(model, f"(SELECT * FROM {here} CROSS JOIN generate_series({have + 1}, 20) k) q",
              title=f"'{model.__name__} ' || k", **IN_PROJECT, **given)  # fmt: skip
    Dependency.objects.filter(getter__project=one).exists() or _give(one)


def _give(project: Project) -> None:
    """Ten promises from other projects to this one's last milestones."""
    other = Milestone.objects.exclude(project=project).order_by("pk").first()
    works(Dependency, f"""(SELECT g.id AS giver, m.id AS getter, row_number() OVER (ORDER BY m.id) AS k
        FROM (SELECT * FROM {table(Milestone)} WHERE project_id = {project.pk} ORDER BY id DESC LIMIT 10) m
        CROSS JOIN (SELECT id FROM {table(Milestone)} WHERE id = {other.pk}) g) d""",
          title="'Needs it'", state="'agreed'", giver="giver", getter="getter", **OWNED)  # fmt: skip


def suggest(to: int) -> None:
    """Ideas with four votes each, up to `to` of them; every fifth answers the first campaign."""
    last = _last(Idea)
    works(Idea, _more(Idea, to), title=TITLE, state="'open'", **OWNED, vote_count="4",
          problem="'The ' || bench_word(k) || ' is slow and the ' || bench_word(k * 3) || ' is wrong'",
          theme=f"{Theme.objects.first().pk}", trending="k % 977",
          campaign=f"CASE WHEN k % 5 = 0 THEN {Campaign.objects.order_by('pk').first().pk} END")  # fmt: skip
    with silent(Vote):
        rows(Vote, f"(SELECT id, v FROM {table(Idea)} CROSS JOIN generate_series(1, 4) v WHERE id > {last}) i",
         idea="id", person="bench_someone(id + v)")  # fmt: skip


def analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


# ── one statement a set ──────────────────────────────────────────────────────────────────────
def works(model: type[Work], source: str, **given: str) -> None:
    """One record for each row of `source`; `given` are SQL expressions over its columns."""
    last = _last(model)
    numbered = f"""(SELECT nextval('record_id') AS id, s.*, '{model.prefix}-' || to_char(
        nextval('{sequence(model.prefix)}'), 'FM99999{"0" * model.digits}') AS reference
        FROM (SELECT * FROM {source}) s) r"""
    with silent(model), transaction.atomic():  # a record and its header point at one another
        rows(model, numbered, **(HEADER | given))
        _head(model, last)


@contextmanager
def silent(model: type[Model]) -> Iterator[None]:
    """The triggers that keep history and header stand aside."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE {table(model)} DISABLE TRIGGER USER"
        )
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        yield
        # Checks of foreign keys are planned once a session: not for the size the tables had before.
        cursor.execute(f"ANALYZE {table(Record)}, {table(model)}")
        cursor.execute(
            f"SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE {table(model)} ENABLE TRIGGER USER"
        )
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _head(model: type[Work], last: int) -> None:
    rows(Record, f"(SELECT * FROM {table(model)} WHERE id > {last}) w", kind=f"'{model.kind}'",
         search="setweight(to_tsvector('office', reference || ' ' || title), 'A')",
         **{name: name for name in ("id", "reference", "title", "state", "reach", "confidential", "created_at")},
         unit="unit_id", owner="owner_id", home="home_id")  # fmt: skip


def rows(model: type[Model], source: str, **given: str) -> None:
    """Insert with every default of the model."""
    constants = {name: value for name, value in _defaults(model).items() if name not in given}
    fields = [model._meta.get_field(name) for name in (*given, *constants)]
    columns = ", ".join(field.column for field in fields)
    values = ", ".join(
        [*(value.replace("%", "%%") for value in given.values()), *["%s"] * len(constants)]
    )
    sql = f"INSERT INTO {table(model)} ({columns}) SELECT {values} FROM {source.replace('%', '%%')}"
    with connection.cursor() as cursor:
        cursor.execute(sql, list(constants.values()))


def _defaults(model: type[Model]) -> dict[str, Any]:
    """What Django would write for each column that may not stay empty."""
    found = {}
    for field in model._meta.concrete_fields:
        if field.has_default():
            found[field.name] = field.get_db_prep_save(field.get_default(), connection)
        elif not field.null and field.db_default is NOT_PROVIDED and field.empty_strings_allowed:
            found[field.name] = ""
    return found


def _more(model: type[Model], to: int) -> str:
    return f"generate_series({_count(model) + 1}, {to}) k"


def _count(model: type[Model]) -> int:
    return model.objects.count()


def _last(model: type[Work]) -> int:
    return model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def table(model: type[Model]) -> str:
    return model._meta.db_table
