"""Lists, details, the dashboard and writes, each beside the least it could cost."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

from django.core.handlers.wsgi import WSGIHandler
from django.db import transaction

from bench import floors
from bench.measure import Bare, Door, cpu, queries, row
from changeoffice.core.people.models import kept_for_request
from changeoffice.core.record import clock
from changeoffice.core.record.models import Event
from ideation.models import Idea
from portfolio.models import Action, Dependency, Issue, Milestone, Project, Risk

NAMES = ["unit__code", "owner__username", "owner__name"]
LISTS = {
    "projects": (Project, ["programme__reference", "programme__title", "sponsor__username",
                           "sponsor__name", "programme__portfolio__reference",
                           "programme__portfolio__title", "demand__reference", "reading__overall",
                           "reading__overall_since", "reading__colour"]),
    "ideas": (Idea, ["theme__name", "merged_into__reference", "merged_into__title"]),
}  # fmt: skip
SHOWN = {
    "projects": ["reference", "title", "state", "stage", "unit.name", "owner.name", "sponsor.name",
                 "programme.title", "programme.portfolio.title", "planned_finish", "forecast_finish"],
    "ideas": ["reference", "title", "state", "unit.name", "owner.name", "theme.name", "problem",
              "vote_count", "comment_count", "created_at"],
}  # fmt: skip
JOINED = {"projects": ("unit", "owner", "sponsor", "programme__portfolio", "reading"),
          "ideas": ("unit", "owner", "theme")}  # fmt: skip


def lists(people: dict, size: int) -> Iterator[dict]:
    ours, bare = Door(WSGIHandler(), people["manager"]), Door(Bare())
    for name, (model, related) in LISTS.items():
        seen = model.objects.visible_to(people["manager"]).order_by("-pk")
        own = [field.attname for field in model._meta.concrete_fields]
        floor = floors.add(f"{name}-json", lambda seen=seen, own=own, related=related: floors.as_json(
            seen.all(), [*own, *NAMES, *related]))  # fmt: skip
        api = f"/api/v1/{name}/"
        value, least = cpu(lambda api=api: ours.get(api), lambda floor=floor: bare.get(floor))
        yield row(f"API list of {name}, 50 rows", size, value, "≤4", floor=least,
                  counted=queries(lambda api=api: ours.get(api)), most_queries=8)  # fmt: skip
        yield from _pages(name, seen.select_related(*JOINED[name]), size, ours, bare)


def _pages(name: str, rows, size: int, ours: Door, bare: Door) -> Iterator[dict]:
    template, most = floors.table(SHOWN[name]), 20 if name == "ideas" else 50
    floor = floors.add(f"{name}-html", lambda: floors.as_html(template, rows.all(), most))
    value, part, least = cpu(lambda: ours.get(f"/{name}"),
                             lambda: ours.get(f"/{name}", HTTP_HX_REQUEST="true"),
                             lambda: bare.get(floor))  # fmt: skip
    counted = queries(lambda: ours.get(f"/{name}"))
    yield row(f"page with the list of {name}", size, value, "≤2.5", floor=least,
              counted=counted, most_queries=12)  # fmt: skip
    yield row(f"the same as a fragment, {name}", size, part, "≤1.8", floor=least)


PARTS = {
    Milestone: ["reference", "title", "state", "baseline_on", "forecast_on", "owner.name"],
    Risk: ["reference", "title", "probability", "impact", "owner.name"],
    Issue: ["reference", "title", "severity", "target_on", "owner.name"],
    Action: ["reference", "title", "due_on", "owner.name"],
}


def details(people: dict, size: int) -> Iterator[dict]:
    """A project with 20 milestones, 20 risks, issues and actions, and 10 dependencies."""
    ours, bare = Door(WSGIHandler(), people["manager"]), Door(Bare())
    one = Project.objects.order_by("pk").first()
    head, templates = (
        floors.table(SHOWN["projects"]),
        {m: floors.table(c) for m, c in PARTS.items()},
    )
    promise = floors.table(["reference", "title", "giver.title", "getter.title", "tolerance"])

    def page() -> str:
        mine = Project.objects.filter(pk=one.pk).select_related(*JOINED["projects"])
        parts = [floors.as_html(head, mine)]
        for model, template in templates.items():
            rows = model.objects.visible_to(people["manager"]).filter(project=one)
            parts.append(floors.as_html(template, rows.select_related("owner")))
        links = Dependency.objects.filter(getter__project=one).select_related("giver", "getter")
        return "".join([*parts, floors.as_html(promise, links)])

    _, related = LISTS["projects"]
    own = [field.attname for field in Project._meta.concrete_fields]
    mine = Project.objects.visible_to(people["manager"]).filter(pk=one.pk)
    html = floors.add("project-html", page)
    api = floors.add("project-json", lambda: floors.as_json(mine.all(), [*own, *NAMES, *related]))
    at, api_at = f"/projects/{one.reference}", f"/api/v1/projects/{one.reference}/"
    value, least = cpu(lambda: ours.get(at), lambda: bare.get(html))
    yield row("page of one project", size, value, "≤3", floor=least,
              counted=queries(lambda: ours.get(at)), most_queries=12)  # fmt: skip
    value, least = cpu(lambda: ours.get(api_at), lambda: bare.get(api))
    yield row("API of one project", size, value, "≤3", floor=least,
              counted=queries(lambda: ours.get(api_at)), most_queries=6)  # fmt: skip


def dashboard(people: dict, size: int, before: float | None = None) -> dict:
    """The same at any size: the floor is what it cost with ten projects."""
    ours = Door(WSGIHandler(), people["leadership"])
    (value,) = cpu(lambda: ours.get("/portfolio"))
    aim = "≤1.2" if before else "≤400"
    return row("leadership dashboard", size, value, aim, floor=before,
               counted=queries(lambda: ours.get("/portfolio")), most_queries=10)  # fmt: skip


def writes(people: dict, size: int) -> Iterator[dict]:
    idea, staff = Idea.objects.order_by("pk").first(), people["staff"]

    def least() -> None:
        with transaction.atomic():
            held = Idea.objects.select_for_update(of=("self",)).get(pk=idea.pk)
            held.save()
            Event.objects.create(record_id=held.pk, verb="bench", words="measured", actor=staff,
                                 door="job", after=held.state)  # fmt: skip

    value, floor = cpu(lambda: (idea.vote(by=staff), idea.withdraw_vote(by=staff)), least)
    yield row("a vote: lock, history, event", size, value / 2, "≤4", floor=floor,
              counted=queries(lambda: idea.vote(by=staff)), most_queries=15)  # fmt: skip
    mark = Milestone.objects.order_by("pk").select_related("project").first()
    days, owner = count(40), mark.owner

    def move() -> None:
        mark.re_forecast(by=owner, reason="measured",
                         forecast_on=clock.today() + timedelta(days=next(days)))  # fmt: skip

    with kept_for_request():  # as a door does
        value, floor = cpu(move, least)
    yield row("a forecast: history, outbox and RAG", size, value, "≤4", floor=floor,
              counted=queries(move), most_queries=15)  # fmt: skip
