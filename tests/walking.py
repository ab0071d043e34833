"""One of each kind, and every address the portal answers on: what the permission tables walk.

`UPDATE_PERMISSIONS=1` writes the tables anew, `UPDATE_PERMISSIONS=actions` the rows of one kind.
"""

import csv
import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from changeoffice.core.imports.uploading import uploaded
from changeoffice.core.record import clock
from changeoffice.core.record.models import Work
from changeoffice.core.talk.files import attach
from changeoffice.organisation.models import ConfigurationItem, Objective
from demand.models import Demand, Scorecard
from ideation.models import Campaign, Idea
from portfolio.models import (
    Action,
    Benefit,
    Dependency,
    Epic,
    Gate,
    Intervention,
    Issue,
    Milestone,
    Portfolio,
    Product,
    Programme,
    Project,
    RagPolicy,
    Risk,
)
from practices.change.models import Change
from practices.finance.models import Budget
from practices.improvement.models import Improvement

# Answered by libraries or for machines: no person's rights in them.
SKIPPED = re.compile(r"^(static/|__debug__)")
UPDATE = os.environ.get("UPDATE_PERMISSIONS", "")


@pytest.fixture
def scene(
    settings,
    tmp_path,
    office,
    unit,
    service,
    kpi,
    author,
    project_manager,
    manager,
    analyst,
    sponsor,
):
    """One of each kind, in the middle of its life; answers {plural: reference or id}."""
    settings.MEDIA_ROOT = tmp_path
    proposed = _proposed(author, analyst, sponsor)
    delivered = _delivered(project_manager, manager, sponsor, unit, kpi)
    works = [*proposed, *delivered, *_in_backlog(manager, project_manager), *_kept(manager),
             service, kpi, _taken_in(analyst)]  # fmt: skip
    found = {work.plural: work.reference for work in works}
    attached = attach(proposed[0], by=author, upload=SimpleUploadedFile("a.txt", b"a"))
    return found | {"attachments": attached.pk}


def _proposed(author, analyst, sponsor) -> list[Work]:
    """The idea first, which the attachment belongs to."""
    idea = Idea.propose(by=author, title="Tell customers why a payment is held",
                        problem="Customers ring us because nothing tells them why.")  # fmt: skip
    idea.submit(by=author)
    idea.review(by=analyst)
    demand = Demand.raise_new(by=author, title="Hold reasons in the app",
                              need="Show why a payment is held, and until when.")  # fmt: skip
    demand.submit(by=author)
    today = clock.today()
    campaign = Campaign.set_up(by=analyst, title="How do we save a second call?", sponsor=sponsor,
                               opens_on=today, closes_on=today + timedelta(days=20))  # fmt: skip
    campaign.open(by=analyst)
    improvement = Improvement.note_down(by=author, title="Print the ticket in larger letters",
                                        description="Customers ask at the desk what it says.",
                                        measure="Questions at the desk in a day", now=40, wanted=10)  # fmt: skip
    return [idea, demand, campaign, improvement]


def _delivered(lead, manager, sponsor, unit, kpi) -> list[Work]:
    """A project with one of all that stands on it, and another that owes it something."""
    today = clock.today()
    portfolio = Portfolio.set_up(by=manager, title="Change", owner=manager)
    programme = Programme.set_up(by=manager, title="Payments", portfolio=portfolio, owner=manager)
    first, second = (
        Project.start_up(by=lead, title=title, owner=lead, sponsor=sponsor,
                         unit=unit, programme=programme, planned_start=today,
                         planned_finish=today + timedelta(days=120))
        for title in ("Hold reasons", "Payments gateway")
    )  # fmt: skip
    first.start(by=lead)
    giver, getter = (
        Milestone.plan(by=lead, project=project, title=title, baseline_on=today + timedelta(days=days))
        for project, title, days in ((second, "Interface agreed", 20), (first, "Build starts", 40))
    )  # fmt: skip
    dependency = Dependency.propose(
        by=lead, giver=giver, getter=getter, title="Interface description"
    )
    return [portfolio, programme, first, getter, dependency, *_on_project(first, lead, kpi)]


def _on_project(project, lead, kpi) -> list[Work]:
    today = clock.today()
    return [
        Risk.note_down(by=lead, project=project, title="One engineer knows it all", probability=4, impact=4),
        Issue.note_down(by=lead, project=project, title="Test room double booked", severity=2, target_on=today),
        Action.assign(by=lead, project=project, title="Find a second engineer", due_on=today, owner=lead),
        Budget.open_for(by=lead, project=project),
        Benefit.expect(by=lead, project=project, kpi=kpi, planned_change=-100, by_on=today + timedelta(days=300)),
        Intervention.objects.first() or _intervention(project), Gate.objects.filter(project=project).first(),
    ]  # fmt: skip


def _in_backlog(manager, lead) -> list[Work]:
    product = Product.set_up(by=manager, title="Mobile app", owner=lead)
    epic = Epic.add(by=manager, product=product, title="Say why, and until when", owner=manager)
    epic.start(by=manager)
    return [product, epic, Change.plan(by=manager, title="Newer payments database", owner=manager)]


def _kept(manager) -> list[Work]:
    """Registers, and the policies in force."""
    today = clock.today()
    return [
        Objective.add(by=manager, title="Fewer calls", starts_on=today,
                      ends_on=today + timedelta(days=300), owner=manager),
        ConfigurationItem.add(by=manager, title="Payments database", owner=manager),
        RagPolicy.objects.first() or RagPolicy.put_in_force(), Scorecard.put_in_force(),
    ]  # fmt: skip


def _taken_in(analyst) -> Work:
    content = SimpleUploadedFile("box.csv", b"Ref,Title\n1,Tea\n")
    return uploaded(by=analyst, of="ideas", upload=content)


def _intervention(project):
    from changeoffice.core.record import acting

    with acting.through("job", "test"):
        return Intervention.raise_for(
            project,
            cause="test",
            since=clock.today(),
            title="Answer the slip",
            person=project.owner,
        )


def routes(patterns=None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for item in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(item, URLResolver):
            yield from routes(item.url_patterns, prefix + str(item.pattern))
        elif isinstance(item, URLPattern):
            route = (
                (prefix + str(item.pattern)).replace("^", "").replace("$", "").replace("\\Z", "")
            )
            if not SKIPPED.match(route):
                yield f"/{route}", item


def plural_of(address: str) -> str:
    return address.removeprefix("/api/v1").strip("/").split("/")[0]


def is_walked(address: str) -> bool:
    return UPDATE in ("", "1", plural_of(address))


def table(path: Path, heads: list[str], columns: list[str], found: dict) -> dict:
    """What the table says of every address that is walked: {what heads it: {column: answer}}."""
    with path.open(newline="") as file:
        every = {
            tuple(row[head] for head in heads): {name: row[name] for name in columns if row[name]}
            for row in csv.DictReader(file)
        }
    if UPDATE:
        every = {key: row for key, row in every.items() if not is_walked(key[0])} | found
        with path.open("w", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow([*heads, *columns])
            writer.writerows([*key, *(row.get(name, "") for name in columns)]
                             for key, row in sorted(every.items()))  # fmt: skip
    return {key: row for key, row in every.items() if is_walked(key[0])}


def concrete(route: str, item: URLPattern, scene: dict) -> list[str]:
    """The addresses a route stands for in this scene: one, or one for every verb of its kind."""
    path = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"<\1>", route)
    plural = plural_of(path)
    out = [path]
    for name in re.findall(r"<(?:\w+:)?(\w+)>", path):
        values = values_for(name, plural, item, scene)
        out = [
            re.sub(rf"<(?:\w+:)?{name}>", str(value), one, count=1)
            for one in out
            for value in values
        ]
    return out


def values_for(name: str, plural: str, item: URLPattern, scene: dict) -> list:
    if name == "verb":
        work: type[Work] = item.callback.view_class.work
        return [
            verb.slug for verb in work.verbs().values() if verb.name not in {"revise", "take_back"}
        ]
    if name in {"reference", "id"} and plural in scene:
        return [scene[plural]]
    if plural == "attachments":
        return [scene["attachments"]]
    known = {
        "gate": "G1",
        "source": "elsewhere",
        "external_id": "42",
        "key": "reset-key",
        "uidb36": "1",
    }
    if name in known:
        return [known[name]]
    return [999_999] if name in {"pk", "id", "person_id", "number"} else ["nothing-of-this-name"]


def methods(item: URLPattern) -> list[str]:
    actions = getattr(item.callback, "actions", None)
    if actions:
        return [m.upper() for m in actions if m not in {"head", "options"}]
    view = getattr(item.callback, "view_class", None) or getattr(item.callback, "cls", None)
    if view is not None:
        return [m.upper() for m in ("get", "post", "put", "patch", "delete") if hasattr(view, m)]
    return ["GET", "POST"]


def answer(client: Client, address: str, method: str, body: bytes = b"", kind: str = ""):
    """The response, with everything the request did undone: rows, cookies and rate limits."""
    cookies = client.cookies.output(header="")
    cache.clear()
    is_api = address.startswith("/api/")
    kind = kind or ("application/json" if is_api else "application/x-www-form-urlencoded")
    with transaction.atomic():
        response = client.generic(
            method, address, body or (b"{}" if is_api else b""), content_type=kind
        )
        transaction.set_rollback(True)
    client.cookies.clear()
    client.cookies.load(cookies)
    return response
