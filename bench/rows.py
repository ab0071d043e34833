"""The measurements. Each answers rows of {name, size, value, unit, floor, ratio, aim, met, queries}."""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta

import orjson
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from changeoffice.core.record import clock
from changeoffice.core.search.selectors import similar
from ideation.models import Idea
from portfolio import engine
from portfolio.models import Milestone, Project

ROUNDS = 15


def cpu(*works: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """Best CPU milliseconds of each work, measured in turn."""
    best = [float("inf")] * len(works)
    for _ in range(rounds):
        for place, work in enumerate(works):
            started = time.process_time()
            work()
            best[place] = min(best[place], (time.process_time() - started) * 1000)
    return best


def queries(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as caught:
        work()
    return len(caught)


def row(name, size, value, aim, *, floor=None, unit="ms", counted=None) -> dict:
    ratio = value / floor if floor else None
    limit = float(aim.lstrip("≤× "))
    met = (ratio if ratio is not None else value) <= limit
    return {"name": name, "size": size, "value": round(value, 2), "unit": unit,
            "floor": round(floor, 2) if floor else None, "ratio": round(ratio, 2) if ratio else None,
            "aim": aim, "met": met, "queries": counted}  # fmt: skip


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def lists(people, projects, ideas):
    client = signed_in(people["manager"])
    for path, model, size in (("projects", Project, projects), ("ideas", Idea, ideas)):
        columns = [f.attname for f in model._meta.concrete_fields][:15]
        names = ["unit__name", "owner__name", "owner__username"]

        def plain(model=model, wanted=(*columns, *names)):
            RequestFactory().get("/")
            found = list(
                model.objects.visible_to(people["manager"]).order_by("-pk").values(*wanted)[:50]
            )
            return HttpResponse(orjson.dumps(found, default=str))

        def listed(path=path):
            assert client.get(f"/api/v1/{path}/").status_code == 200

        value, floor = cpu(listed, plain)
        yield row(
            f"API list of {path}, 50 rows", size, value, "≤4", floor=floor, counted=queries(listed)
        )

        def drawn(path=path):
            assert client.get(f"/{path}").status_code == 200

        (value,) = cpu(drawn)
        yield row(f"page with the list of {path}", size, value, "≤300", counted=queries(drawn))


def details(people, projects, ideas):
    client = signed_in(people["manager"])
    one = Project.objects.order_by("pk").first()

    def page():
        assert client.get(f"/projects/{one.reference}").status_code == 200

    def api():
        assert client.get(f"/api/v1/projects/{one.reference}/").status_code == 200

    page_ms, api_ms = cpu(page, api)
    yield row("page of one project", projects, page_ms, "≤300", counted=queries(page))
    yield row("API of one project", projects, api_ms, "≤100", counted=queries(api))


def dashboard(people, projects, ideas):
    client = signed_in(people["leader"])

    def page():
        assert client.get("/portfolio").status_code == 200

    (value,) = cpu(page)
    yield row("portfolio dashboard", projects, value, "≤400", counted=queries(page))


def writes(people, projects, ideas):
    idea = Idea.objects.order_by("pk").first()

    def floor():
        with transaction.atomic():
            held = Idea.objects.select_for_update(of=("self",)).get(pk=idea.pk)
            held.save()
            connection.cursor().execute("SELECT pg_notify('nobody', '')")

    def vote():
        idea.withdraw_vote(by=people["staff"])

    value, least = cpu(vote, floor)
    yield row(
        "withdraw or give a vote, history and event",
        ideas,
        value,
        "≤4",
        floor=least,
        counted=queries(vote),
    )
    mark = Milestone.objects.order_by("pk").select_related("project").first()
    days = iter(range(1, 10_000))

    def move():
        mark.re_forecast(
            by=mark.owner,
            forecast_on=clock.today() + timedelta(days=next(days) % 60 + 40),
            reason="measured",
        )

    started = [_wall(move) for _ in range(ROUNDS)]
    yield row(
        "move a forecast: history, RAG and all (wall)",
        projects,
        statistics.median(started),
        "≤50",
        counted=queries(move),
    )


def engines(people, projects, ideas):
    def sweep():
        engine.recompute_all()

    walls = [_wall(sweep) for _ in range(3)]
    yield row(
        "RAG of the whole portfolio, little changed (wall)",
        projects,
        min(walls),
        "≤2000",
        counted=queries(sweep),
    )
    words = list(Idea.objects.values_list("title", flat=True)[:40])
    taken = sorted(
        _wall(lambda title=title: list(similar(people["staff"], title[:24], ["idea"])))
        for title in words
    )
    yield row(
        "similar ideas while typing, p95 (wall)", ideas, taken[int(len(taken) * 0.95) - 1], "≤50"
    )


def _wall(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


ALL = (lists, details, dashboard, writes, engines)
