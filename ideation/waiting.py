"""Which ideas wait for a person: a question to answer, a review to begin, a score to give."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.rules import ANALYST
from changeoffice.core.ports import Waiting
from ideation.models import REVIEWERS, Idea, VettingScore

SHOWN = 20


def for_person(person) -> list[Waiting]:
    found = [*_questions(person)]
    if grants_of(person).has("analyst", "manager"):
        found += [*_reviews(person), *_rounds(person)]
    if grants_of(person).has("analyst", "manager", "service_owner", "practice_owner"):
        found += _scores(person)
    return found


def _questions(person) -> Iterable[Waiting]:
    for idea in Idea.objects.filter(owner=person, state="more_information")[:SHOWN]:
        yield _waiting(idea, f"Answer: {idea.question[:120]}", "You submitted it", "Answer")


def _reviews(person) -> Iterable[Waiting]:
    rows = Idea.objects.visible_to(person).filter(ANALYST.q(person)).needing_review()
    for idea in rows.order_by("-vote_count", "pk")[:SHOWN]:
        what = f"Start review, {idea.vote_count} votes"
        yield _waiting(idea, what, "You review ideas, and it has the votes", "Start review")


def _rounds(person) -> Iterable[Waiting]:
    """Rounds that have their scores and only wait to be closed."""
    scored = Exists(VettingScore.objects.filter(idea=OuterRef("pk")))
    rows = Idea.objects.visible_to(person).filter(ANALYST.q(person), scored, state="vetting")
    for idea in rows.order_by("state_since", "pk")[:SHOWN]:
        yield _waiting(idea, "Close vetting", "You review ideas, and scores are in", "Develop")


def _scores(person) -> Iterable[Waiting]:
    mine = Exists(VettingScore.objects.filter(idea=OuterRef("pk"), reviewer=person))
    rows = Idea.objects.visible_to(person).filter(REVIEWERS.q(person), ~mine, state="vetting")
    for idea in rows.order_by("state_since", "pk")[:SHOWN]:
        yield _waiting(idea, "Give your scores", "You are a reviewer where it belongs", "Score it")


def _waiting(idea: Idea, what: str, because: str, label: str) -> Waiting:
    url = idea.get_absolute_url()
    return Waiting(
        kind="idea", reference=idea.reference, title=idea.title, url=url, what=what,
        because=because, since=idea.state_since, action_label=label,
    )  # fmt: skip
