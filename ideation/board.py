"""What the board of ideas shows beside its rows: filters, ways to sort, and what stands aside."""

from typing import Any

from django.db import connection
from django.db.models import F, Func, Q, QuerySet
from django.http import QueryDict

from changeoffice.core.doors.addresses import changed
from changeoffice.core.doors.lists import count_words, counted
from changeoffice.core.doors.pages.chips import MENU_LIMIT, chip
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.at_once import Queries
from changeoffice.core.record.prepared import prepared
from changeoffice.core.talk.models import Follower
from changeoffice.core.talk.prose import plain
from changeoffice.organisation.models import Service, units
from ideation import answers, delivered
from ideation.filters import ORDERINGS
from ideation.models import Campaign, Idea, IdeaDraft, Theme, Vote
from ideation.rules import CO_AUTHOR
from ideation.story import vote_lock

MINE = {
    "submitted": "I submitted",
    "voted": "I voted for",
    "following": "I follow",
    "drafts": "My drafts",
}
DELIVERED_SHOWN = 3
TAGS_SHOWN = 8
CAMPAIGNS_SHOWN, CAMPAIGNS_READ = 3, 50
SUMMARY_READ = 400


def mine(rows: QuerySet, person: Person, which: str) -> QuerySet:
    """Narrow to the person's own part in ideas."""
    narrowings = {
        "submitted": (Q(owner=person) | CO_AUTHOR.q(person)) & ~Q(state="draft"),
        "drafts": Q(owner=person, state="draft"),
        "voted": Q(pk__in=Vote.objects.filter(person=person).values("idea_id")),
        "following": Q(pk__in=Follower.objects.filter(person=person).values("record_id")),
    }
    return rows.filter(narrowings.get(which, Q()))


@prepared()
def menus(person: Person) -> Queries:
    """What may be chosen, in the filter bar and when suggesting."""
    services = Service.objects.visible_to(person).open().values_list("reference", "title")
    return {
        "themes": _themes(person).values_list("pk", "name"),
        "services": services[:MENU_LIMIT],
        "units": units(person).values_list("code", "name"),
        "campaigns": Campaign.objects.visible_to(person).exclude(state="draft")
        .values_list("reference", "title", "state", "closes_on")[:CAMPAIGNS_READ],
    }  # fmt: skip


def _themes(person: Person) -> QuerySet[Theme]:
    found = Theme.objects.filter(is_active=True)
    return found.none() if person.is_outside else found


def chips(menus: dict[str, Any], asked: QueryDict) -> list[dict[str, Any]]:
    """The filter bar: what is set, and what may be chosen."""
    states = [(code, state.label) for code, state in Idea.states.items() if code != "draft"]
    return [
        chip(asked, "state", "Stage", states, "milestone"),
        chip(asked, "theme", "Theme", [(name, name) for _, name in menus["themes"]], "shapes"),
        chip(asked, "service", "Service", menus["services"], "layers"),
        chip(asked, "unit", "Unit", menus["units"], "building-2"),
        *_campaign_chip(menus["campaigns"], asked),
        *_tag_chip(asked),
        chip(asked, "mine", "Mine", MINE.items(), "user-round"),
    ]


def _campaign_chip(campaigns: list[tuple], asked: QueryDict) -> list[dict[str, Any]]:
    """One comes to it from the campaign: its own place above the list leaves the bar on one line."""
    options = [(reference, title) for reference, title, *_ in campaigns]
    return (
        [chip(asked, "campaign", "Campaign", options, "megaphone")] if asked.get("campaign") else []
    )


def _tag_chip(asked: QueryDict) -> list[dict[str, Any]]:
    """One comes to it from a tag; there are too many to choose from."""
    tag = asked.get("tag", "")
    return [chip(asked, "tag", "Tag", [(tag, tag)], "tag")] if tag else []


def suggested_tags(person: Person, begun: str) -> list[str]:
    """What others call it, most used first."""
    rows = (
        Idea.objects.visible_to(person).order_by().annotate(tag=Func(F("tags"), function="unnest"))
    )
    text, params = rows.values("tag").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT tag FROM ({text}) given WHERE starts_with(tag, %s) "  # noqa: S608
            "GROUP BY tag ORDER BY count(*) DESC, tag LIMIT %s",
            [*params, begun, TAGS_SHOWN],
        )
        return [row[0] for row in cursor.fetchall()]


def running(campaigns: list[tuple]) -> list[dict[str, Any]]:
    """The open campaigns above the list, the one that closes first before the others."""
    today = clock.today()
    now = sorted((row for row in campaigns if row[2] == "open"), key=lambda row: row[3])
    return [
        {"url": Campaign.url_for(reference), "title": title, "reference": reference,
         "left": max(0, (closes_on - today).days + 1)}
        for reference, title, _, closes_on in now[:CAMPAIGNS_SHOWN]
    ]  # fmt: skip


def sorts(asked: QueryDict, ordering: str, view: str, waiting: int | None) -> list[dict[str, Any]]:
    """The segments above the list; what needs review is for those who review."""
    labels = {code: rule.label for code, rule in ORDERINGS.items()} | {"newest": "New"}
    found = [
        {"label": label, "url": f"/ideas?{changed(asked, ordering=code, view=None)}",
         "current": ordering == code and view != "review"}
        for code, label in labels.items()
    ]  # fmt: skip
    if waiting is not None:
        found.append({"label": "Needs review", "count": waiting, "current": view == "review",
                      "url": f"/ideas?{changed(asked, ordering='votes', view='review')}"})  # fmt: skip
    return found


def row(idea: Idea, services: list[str]) -> dict[str, Any]:
    """One idea as the list draws it; the person's vote is annotated."""
    locked = vote_lock(idea)
    return {
        "id": idea.reference, "title": idea.title, "url": idea.get_absolute_url(),
        "summary": plain(idea.problem[:SUMMARY_READ]), "state": idea.state, "state_label": idea.state_label,
        "service": services[0] if services else "", "tags": idea.tags, "author": idea.owner, "at": idea.submitted_at,
        "author_name": idea.author_name, "votes_elsewhere": idea.imported_votes,
        "comments": idea.comment_count, "votes": idea.vote_count, "voted": idea.is_voted,
        "vote_url": vote_url(idea.reference, idea.is_voted), "vote_locked": locked,
    }  # fmt: skip


def vote_url(reference: str, is_voted: bool, size: str = "") -> str:
    verb = "unvote" if is_voted else "vote"
    return f"/ideas/{reference}/{verb}" + (f"?size={size}" if size else "")


@prepared()
def above(person: Person) -> Queries:
    """For the sentence under the title and the list beside it: how many, and what became of them."""
    seen = Idea.objects.visible_to(person)
    promoted = seen.filter(state="promoted")
    return {
        "suggested": counted(seen.exclude(state="draft")),
        "promoted": counted(promoted),
        "answers": answers.lately(),
        "draft": IdeaDraft.objects.filter(person=person),
        "promoted_lately": promoted.order_by("-state_since")[:DELIVERED_SHOWN],
        "delivered": delivered.ideas(person).order_by("-state_since", "-pk")[:DELIVERED_SHOWN],
    }


def totals(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The two numbers of that sentence, each with its words."""
    return {
        name: {"count": found[name], "words": count_words(found[name])}
        for name in ("suggested", "promoted")
    }
