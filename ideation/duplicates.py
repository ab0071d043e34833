"""Proposals of the portal that several ideas are one: made by a job, decided by an analyst."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.rules import ANALYST
from changeoffice.core.administration.keeping import kept
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow, NotSeen
from changeoffice.core.search.selectors import closeness_words
from ideation.clustering import clusters, is_news
from ideation.likeness import pairs
from ideation.models import Duplicates, Idea
from ideation.models.merging import MERGEABLE
from ideation.models.voting import OPEN_TO_VOTES

LISTED = 50


@transaction.atomic
def propose() -> dict[str, int]:
    """Look at all ideas again; proposals that no longer hold go, dismissed ones stay away."""
    decided = Duplicates.objects.exclude(decided_at=None)
    dismissed = list(decided.filter(decision="dismissed").values_list("members", flat=True))
    found = {one.members: one for one in clusters(pairs()) if is_news(one.members, dismissed)}
    old = list(Duplicates.objects.select_for_update().filter(decided_at=None))
    kept_on = {tuple(row.members) for row in old} & set(found)
    gone = [row.pk for row in old if tuple(row.members) not in kept_on]
    Duplicates.objects.filter(pk__in=gone).delete()
    now = clock.now()
    made = Duplicates.objects.bulk_create(
        Duplicates(members=list(one.members), closeness=one.closeness, at=now)
        for one in found.values()
        if one.members not in kept_on
    )
    return {"proposed": len(made), "kept": len(kept_on), "gone": len(gone)}


@dataclass
class Proposal:
    """A proposal as one person meets it: those ideas of it they may see and could still merge."""

    row: Duplicates
    ideas: list[Idea]

    @property
    def closest(self) -> str:
        return closeness_words(self.row.closeness)


def reviews(person) -> bool:
    return grants_of(person).has("analyst", "manager")


def need_analyst(person) -> None:
    if not reviews(person):
        raise NotAllowed("Duplicates are merged by analysts.")


def _open(person, keys: set[int]) -> QuerySet:
    rows = Idea.objects.visible_to(person).filter(ANALYST.q(person), pk__in=keys)
    return rows.filter(state__in=OPEN_TO_VOTES).select_related("owner", "unit")


def open_to(person) -> list[Proposal]:
    """Closest first; none of which fewer than two ideas are left for this person."""
    rows = list(Duplicates.objects.filter(decided_at=None)[: 4 * LISTED])
    ideas = {idea.pk: idea for idea in _open(person, {pk for row in rows for pk in row.members})}
    found = [Proposal(row, [ideas[pk] for pk in row.members if pk in ideas]) for row in rows]
    for one in found:
        one.ideas.sort(key=lambda idea: (-idea.vote_count, idea.pk))
    return [one for one in found if len(one.ideas) > 1][:LISTED]


def merge(pk: int, *, by, into: Idea) -> list[Idea]:
    """Merge the others of a proposal into the one that stays, all of them or none; answers them."""
    with kept(by, "merge_duplicates", model=Duplicates) as draft:
        row, ideas = _taken(pk, by)
        if into.pk not in {idea.pk for idea in ideas}:
            raise Invalid(into="Choose one of the ideas that are proposed here.")
        others = [idea for idea in ideas if idea.pk != into.pk]
        if stuck := [idea for idea in others if idea.state not in MERGEABLE]:
            raise Invalid(into=f"{stuck[0].reference} is {stuck[0].state_label.lower()}: let it stay, "
                               "and merge the others into it.")  # fmt: skip
        for idea in others:
            idea.merge(by=by, into=into)
        _decide(row, by, "merged")
        draft.subject, draft.words = row, f"merged {len(others)} duplicates into {into.reference}"
    return others


def dismiss(pk: int, *, by) -> None:
    """They are not the same; nobody is asked again until another idea joins them."""
    with kept(by, "dismiss_duplicates", model=Duplicates) as draft:
        row, ideas = _taken(pk, by)
        _decide(row, by, "dismissed")
        told = ", ".join(idea.reference for idea in ideas)
        draft.subject, draft.words = row, f"told apart {told}"


def _taken(pk: int, by) -> tuple[Duplicates, list[Idea]]:
    need_analyst(by)
    row = Duplicates.objects.select_for_update().filter(pk=pk).first()
    ideas = list(_open(by, set(row.members)).order_by("pk")) if row else []
    if row is None or (row.decided_at is None and len(ideas) < 2):
        raise NotSeen("There is no such proposal, or you may not see it.")
    if row.decided_at:
        raise NotNow("Somebody has decided on this proposal already.")
    return row, ideas


def _decide(row: Duplicates, by, decision: str) -> None:
    row.decided_at, row.decided_by, row.decision = clock.now(), by, decision
    row.save(update_fields=["decided_at", "decided_by", "decision"])
