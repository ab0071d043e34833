"""What pages cost: as many queries at 10,000 rows as at 10, and never more than their ceiling."""

import gzip
import re
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import data, intake
from changeoffice.calendar import kept as days
from changeoffice.core.record.database import work_models
from demand.models import Demand
from ideation.models import Campaign
from portfolio.models import Project

FEW, MANY = 10, 10_000
LIST_PAGE, RECORD_PAGE, API_LIST, API_RECORD, DASHBOARD = 12, 12, 8, 6, 10
STATIC = Path(__file__).resolve().parents[1]
LISTS = (
    "/ideas", "/campaigns", "/demands", "/demands?layout=table",
    "/demands/chart", "/demands?view=approvals", "/demands?layout=table&view=late", "/demands/letters",
    "/demands/letters?outcome=all", "/improvements", "/kpis", "/kpis/time-to-decision",
    "/kpis/work-in-progress", "/admin/policies/approvals", "/admin/policies/approvals/try",
    "/settings/delegates", "/scorecards", "/projects", "/projects?group=programme",
    "/dependencies", "/milestones", "/risks", "/issues", "/actions", "/interventions", "/services",
    "/configuration-items", "/objectives", "/business-kpis", "/inbox", "/search?q=payment",
    "/portfolio/items?measure=projects", "/ideas/engagement", "/ideas/themes", "/ideas/policy",
    "/products", "/epics?view=all", "/changes?view=all",
    "/ideas/mine", "/ideas/delivered", "/ideas/duplicates", "/ideas/reports",
)  # fmt: skip
OWN = (("manager", "/"), ("leadership", "/"), ("staff", "/"), ("project_manager", "/"))
OFFICE = ("/admin/people", "/admin/trail", "/admin/units", "/admin/units/teams", "/admin/jobs")
PARTS = ("/milestones", "/gates", "/raid", "/finance")
API_LISTS = ("approvals", "events", "people", "business-units", "teams", "skills", "themes")
WITHOUT_PAGE = {"rag_policy", "budget"}


def addresses() -> dict[tuple[str, str], int]:
    """Who opens what, and the ceiling of it."""
    found = {("manager", url): LIST_PAGE for url in LISTS}
    found |= dict.fromkeys(OWN, LIST_PAGE) | {("administrator", url): LIST_PAGE for url in OFFICE}
    found |= {("leadership", "/portfolio"): DASHBOARD, ("manager", "/portfolio"): DASHBOARD}
    found |= {("manager", f"/api/v1/{name}/"): API_LIST for name in API_LISTS}
    project = Project.objects.order_by("pk").first()
    found |= {("manager", f"{project.get_absolute_url()}{part}"): RECORD_PAGE for part in PARTS}
    found["manager", f"{_one_of(Demand).get_absolute_url()}/decide"] = RECORD_PAGE
    found["manager", f"/ideas?campaign={Campaign.objects.order_by('pk').first().reference}"] = (
        LIST_PAGE
    )
    for model in work_models():
        found["manager", f"/api/v1/{model.plural}/"] = API_LIST
        one = _one_of(model)
        if one is not None:
            found["manager", f"/api/v1/{model.plural}/{one.reference}/"] = API_RECORD
        if one is not None and model.kind not in WITHOUT_PAGE:
            found["manager", one.get_absolute_url()] = RECORD_PAGE
    return found


def _one_of(model):
    """Of demands the one that waits for a decision: its page has the most to say."""
    rows = model.objects.order_by("pk")
    return (rows.filter(state="approval").first() if model is Demand else None) or rows.first()


class Costs:
    """Every address opened once to warm up and once to count, with few rows and with many."""

    def __init__(self) -> None:
        self.ceilings: dict[tuple[str, str], int] = {}
        self.counts: dict[int, dict[tuple[str, str], int]] = {}
        self.weights: dict[str, int] = {}
        cast = data.begin()
        self.clients = {role: Client() for role in cast}
        for role, client in self.clients.items():
            client.force_login(
                cast[role], backend="allauth.account.auth_backends.AuthenticationBackend"
            )
        self.grow(FEW)
        data.enrich()
        intake.to_decide(cast)
        self.ceilings = addresses()
        self.count(FEW)
        self.grow(MANY)
        self.count(MANY)

    def grow(self, rows: int) -> None:
        data.grow(rows, milestones=1, risks=1, lines=1)
        data.surround(rows)
        data.analyse()

    def count(self, rows: int) -> None:
        self.counts[rows] = {}
        for role, url in self.ceilings:
            self.clients[role].get(url)
            days.forget()  # kept for a while, so that it would count by chance
            with CaptureQueriesContext(connection) as asked:
                answer = self.clients[role].get(url)
            assert answer.status_code == 200, (url, answer.status_code)
            plain = [one for one in asked.captured_queries if "SAVEPOINT" not in one["sql"]]
            self.counts[rows][role, url] = len(plain)
            if not answer.streaming:
                self.weights[url] = len(gzip.compress(answer.content))


@pytest.fixture(scope="module")
def costs(django_db_setup, django_db_blocker):
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr(days, "KEPT_SECONDS", 60)  # a page of a busy machine takes more than one
        found = Costs()
        transaction.set_rollback(True)
    return found


def test_no_page_costs_more_queries_with_more_rows(costs):
    few, many = costs.counts[FEW], costs.counts[MANY]
    assert {at: (few[at], many[at]) for at in few if few[at] != many[at]} == {}


def test_every_page_stays_under_its_ceiling(costs):
    counts = costs.counts[MANY]
    over = {at: (counts[at], most) for at, most in costs.ceilings.items() if counts[at] > most}
    assert over == {}


def test_lists_weigh_less_than_60_kb_on_the_way(costs):
    heavy = {url: costs.weights[url] for url in LISTS if costs.weights[url] > 60_000}
    assert heavy == {}


def test_scripts_and_styles_together_weigh_less_than_150_kb(client, author, page):
    """What a page without charts loads, each file packed as it travels."""
    html = page(author).get("/inbox").content.decode()
    loaded = re.findall(r'<(?:script|link)[^>]+(?:src|href)="/static/([^"]+\.(?:js|css))"', html)
    assert loaded
    weight = sum(len(gzip.compress(_static(name).read_bytes())) for name in loaded)
    assert weight < 150_000, weight


def _static(name: str) -> Path:
    places = (STATIC / folder / name for folder in ("static", "static_build"))
    return next(place for place in places if place.exists())
