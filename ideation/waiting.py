"""Which ideas wait for a person: a question to answer, a review to begin, a score to give."""

from django.db.models import Exists, OuterRef

from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.rules import ANALYST
from changeoffice.core.ports import Ask, Waiting
from ideation.models import REVIEWERS, Idea, VettingScore

SHOWN = 20


def for_person(person) -> list[Ask]:
    found = [_questions(person)]
    if grants_of(person).has("analyst", "manager"):
        found += [_reviews(person), _rounds(person)]
    if grants_of(person).has("analyst", "manager", "service_owner", "practice_owner"):
        found.append(_scores(person))
    return found


def _questions(person) -> Ask:
    rows = Idea.objects.filter(owner=person, state="more_information")[:SHOWN]
    return Ask(rows, lambda idea: _waiting(
        idea, f"Answer: {idea.question[:120]}", "You submitted it", "Answer"))  # fmt: skip


def _reviews(person) -> Ask:
    rows = Idea.objects.visible_to(person).filter(ANALYST.q(person)).needing_review()
    because = "You review ideas, and it has the votes"
    return Ask(rows.order_by("-vote_count", "pk")[:SHOWN], lambda idea: _waiting(
        idea, f"Start review, {idea.vote_count} votes", because, "Start review"))  # fmt: skip


def _rounds(person) -> Ask:
    """Rounds that have their scores and only wait to be closed."""
    scored = Exists(VettingScore.objects.filter(idea=OuterRef("pk")))
    rows = Idea.objects.visible_to(person).filter(ANALYST.q(person), scored, state="vetting")
    return Ask(rows.order_by("state_since", "pk")[:SHOWN], lambda idea: _waiting(
        idea, "Close vetting", "You review ideas, and scores are in", "Develop"))  # fmt: skip


def _scores(person) -> Ask:
    mine = Exists(VettingScore.objects.filter(idea=OuterRef("pk"), reviewer=person))
    rows = Idea.objects.visible_to(person).filter(REVIEWERS.q(person), ~mine, state="vetting")
    return Ask(rows.order_by("state_since", "pk")[:SHOWN], lambda idea: _waiting(
        idea, "Give your scores", "You are a reviewer where it belongs", "Score it"))  # fmt: skip


def _waiting(idea: Idea, what: str, because: str, label: str) -> Waiting:
    url = idea.get_absolute_url()
    return Waiting(
        kind="idea", reference=idea.reference, title=idea.title, url=url, what=what,
        because=because, since=idea.state_since, action_label=label,
    )  # fmt: skip
