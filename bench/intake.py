"""Ideas and demands before delivery: their pages, who goes first, letters, and likenesses.

Lists and pages have the aims of all lists and pages; ranking that of a what-if and of an edit, 50 ms,
and where all move, no more than fetching, sorting and writing back.
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from email.message import EmailMessage
from itertools import count

from django.core.handlers.wsgi import WSGIHandler
from django.db import transaction
from django.db.models import QuerySet
from django.test import override_settings

from bench import data, floors
from bench.doors import JOINED, SHOWN
from bench.engines import _best
from bench.measure import Bare, Door, cpu, queries, row, wall
from changeoffice.core.approvals.models import Approval
from changeoffice.core.record import clock
from changeoffice.core.record.models import Event
from changeoffice.core.search.selectors import similar
from changeoffice.core.talk.models import Attachment, Comment
from changeoffice.insight import rollup
from changeoffice.organisation.models import BusinessKpi, Skill
from demand import defaults, ranking
from demand.letters import taking
from demand.models import Demand, Standing
from ideation.models import Campaign, Idea
from portfolio.models import Project

PAGES = {"as a table": ("/demands?layout=table", 50), "as a board": ("/demands?layout=board", 48),
         "as bubbles": ("/demands/chart", 200)}  # fmt: skip
COLUMNS = ["reference", "title", "state", "unit.name", "owner.name", "requester.name", "sponsor.name",
           "standing.rank", "score_index", "size", "risk", "due_on"]  # fmt: skip
RELATED = ("unit", "owner", "requester", "sponsor", "standing")
LETTERS = 100


def prepare(people: dict) -> Demand:
    """Policies, everybody's place, and one to decide on."""
    defaults.put()
    ranking.refresh_all()
    data.analyse()
    return to_decide(people)


def to_decide(people: dict) -> Demand:
    """One brought by its verbs to the manager's decision."""
    defaults.put()
    staff, analyst = people["staff"], people["analyst"]
    skill, _ = Skill.objects.get_or_create(name="Testing", defaults={"day_rate": 600})
    kpi = BusinessKpi.add(by=people["manager"], title="Calls about payments", measure="calls",
                          baseline=900, target=700, owner=people["manager"], unit=staff.unit)  # fmt: skip
    made = Demand.raise_new(by=staff, title="Tell why a payment is held", sponsor=people["approver"],
                            need="Customers call because the app does not say why.")  # fmt: skip
    made.submit(by=staff)
    made.screen(by=analyst)
    made.assess(by=analyst)
    made.estimate(by=analyst, skill=skill, low_days=10, likely_days=20, high_days=40)
    made.add_kpi_effect(by=analyst, kpi=kpi, change=-90, by_on=clock.today() + timedelta(days=300))
    made.score(
        by=analyst,
        value=8,
        time_criticality=5,
        risk_reduction=5,
        job_size=3,
        rationale="It saves many calls.",
    )
    made.request_approval(by=analyst)
    return made


def pages(people: dict, ideas: int, demands: int) -> Iterator[dict]:
    """Each beside the same rows through a bare template."""
    ours, bare = Door(WSGIHandler(), people["manager"]), Door(Bare())
    seen = Demand.objects.visible_to(people["manager"]).order_by("standing__rank", "pk")
    for name, (at, most) in PAGES.items():
        floor = _floor(f"demands-{most}", COLUMNS, seen.select_related(*RELATED), most)
        yield _page(f"demands {name}", demands, at, floor, "≤2.5", ours, bare)
    one = Demand.objects.filter(state="approval").order_by("-pk").first()
    floor = _whole(one, seen)
    for name, end in (("page of one demand", ""), ("page to decide on it", "/decide")):
        yield _page(name, demands, f"{one.get_absolute_url()}{end}", floor, "≤3", ours, bare)
    campaign = Campaign.objects.order_by("pk").first()
    rows = (
        Idea.objects.visible_to(people["manager"])
        .filter(campaign=campaign)
        .order_by("-trending", "-pk")
    )
    floor = _floor("campaign", SHOWN["ideas"], rows.select_related(*JOINED["ideas"]), 20)
    at = f"/ideas?campaign={campaign.reference}"
    yield _page("ideas of a campaign", ideas, at, floor, "≤2.5", ours, bare)
    rollup.compute([clock.today() - timedelta(weeks=back) for back in range(53)])
    for name, at in (("KPIs, a year of weeks", "/kpis"), ("one KPI", "/kpis/time-to-decision")):
        (value,) = cpu(lambda at=at: ours.get(at))
        yield row(
            name,
            demands,
            value,
            "≤400",
            counted=queries(lambda at=at: ours.get(at)),
            most_queries=12,
        )


def _floor(name: str, columns: list[str], rows: QuerySet, most: int) -> str:
    template = floors.table(columns)
    return floors.add(f"{name}-html", lambda: floors.as_html(template, rows.all(), most))


def _whole(one: Demand, seen: QuerySet) -> str:
    """One demand with the sets its page tells of, each a query and a plain table."""
    head = seen.filter(pk=one.pk).select_related(*RELATED)
    of_record = {"record_id": one.pk}
    sets = [
        (one.effects.select_related("kpi"), ["kpi.reference", "kpi.title", "change", "by_on"]),
        (one.estimate_lines.select_related("skill"), ["skill.name", "low_days", "likely_days", "high_days"]),
        (one.actuals.select_related("skill"), ["skill.name", "days"]),
        (one.scores.select_related("assessor"), ["assessor.name", "marks", "rationale"]),
        (one.stakeholders.select_related("person"), ["person.name", "interest", "note"]),
        (one.prerequisites.select_related("needs"), ["needs.title", "because"]),
        (one.needed_by.select_related("demand"), ["demand.title", "because"]),
        (one.services.all(), ["title"]),
        (seen.filter(standing__rank__in=[(one.rank or 0) - 1, (one.rank or 0) + 1]), ["title"]),
        (Approval.objects.filter(**of_record).select_related("approver"), ["approver.name", "state"]),
        (Comment.objects.filter(**of_record).select_related("author"), ["author.name", "body"]),
        (Attachment.objects.filter(**of_record).select_related("by"), ["by.name", "name"]),
        (Event.objects.filter(**of_record).select_related("actor"), ["actor.name", "words", "at"]),
        (Project.objects.filter(demand=one), ["reference", "title", "state"]),
    ]  # fmt: skip
    drawn = [(rows, floors.table(columns)) for rows, columns in [(head, COLUMNS), *sets]]
    return floors.add(
        "demand-html", lambda: "".join(floors.as_html(page, rows.all()) for rows, page in drawn)
    )


def _page(name: str, size: int, at: str, floor: str, aim: str, ours: Door, bare: Door) -> dict:
    value, least = cpu(lambda: ours.get(at), lambda: bare.get(floor))
    return row(
        name, size, value, aim, floor=least, counted=queries(lambda: ours.get(at)), most_queries=12
    )


def engines(people: dict, size: int) -> Iterator[dict]:
    yield from _ranks(size)
    yield _likeness(people, size)
    yield _letters(people, size)


def _ranks(size: int) -> Iterator[dict]:
    """One score changes and all are placed again: it moves from the last place to the first."""
    ranked = [ranking.Ranked(*found) for found in Demand.objects.ranked().values_list(
        "pk", "score_index", "mandatory_on", "moved_to")]  # fmt: skip
    today = clock.today()
    pure = _best(lambda: ranking.in_order(ranked, today))
    yield row("who goes first, all of them, in memory", size, pure, "≤50")
    last = Standing.objects.order_by("rank").last().demand
    scores, floors_scores = count(), count()
    yield row("ranked again and stored, all move", size, _best(lambda: _moves(last, next(scores))), "≤1",
              floor=_best(lambda: _plainly(last, next(floors_scores))),
              counted=queries(lambda: _moves(last, next(scores))))  # fmt: skip
    ranking.refresh_all()
    yield row("ranked again and stored, nobody moves", size, _best(ranking.refresh_all), "≤50",
              counted=queries(ranking.refresh_all))  # fmt: skip


@transaction.atomic
def _moves(demand: Demand, turn: int) -> None:
    demand.score_index = Decimal(100 if turn % 2 == 0 else 0)
    ranking.refresh(demand)


@transaction.atomic
def _plainly(demand: Demand, turn: int) -> None:
    """Fetch, sort, and write every place back."""
    own = Decimal(100 if turn % 2 == 0 else 0)
    found = dict(Demand.objects.ranked().values_list("pk", "score_index")) | {demand.pk: own}
    order = sorted(found, key=lambda pk: (-found[pk], pk))
    places = [
        Standing(demand_id=pk, rank=place, because="score") for place, pk in enumerate(order, 1)
    ]
    Standing.objects.bulk_update(places, ["rank", "because"], batch_size=5000)


def _likeness(people: dict, size: int) -> dict:
    titles = [
        title[:24] for title in Demand.objects.order_by("pk").values_list("title", flat=True)[:60]
    ]
    taken = sorted(
        wall(lambda t=t: similar(people["staff"], t, ["demand", "idea", "project"])) for t in titles
    )
    return row(
        "similar demands, ideas and projects, p95", size, taken[int(len(taken) * 0.95) - 1], "≤50"
    )


def _letters(people: dict, size: int) -> dict:
    """Read, believed, raised and submitted, beside raising and submitting alone."""
    staff, numbers = people["staff"], count()
    with override_settings(DEMAND_MAIL_AUTHORITY="bench"):
        taken = wall(lambda: [taking.take(_letter(staff, next(numbers))) for _ in range(LETTERS)])
    by_hand = wall(lambda: [_raise(staff, next(numbers)) for _ in range(LETTERS)])
    assert Demand.objects.filter(letters__outcome="demand").count() == LETTERS
    return row("letters taken in a second, of demands raised", size, 1000 * LETTERS / taken, "≥0.5",
               floor=1000 * LETTERS / by_hand, unit="/s")  # fmt: skip


def _letter(person, number: int) -> bytes:
    made = EmailMessage()
    made["Message-ID"], made["From"] = f"<{number}@bench.example>", person.email
    made["Authentication-Results"] = "bench; dmarc=pass header.from=bench.example"
    made["Subject"] = f"Tell customers why payment {number} is held"
    made.set_content("Customers ring us because the app does not say why.")
    return made.as_bytes()


@transaction.atomic
def _raise(person, number: int) -> None:
    made = Demand.raise_new(by=person, title=f"Tell customers why payment {number} is held",
                            need="Customers ring us because the app does not say why.")  # fmt: skip
    made.submit(by=person)
