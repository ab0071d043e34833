"""Which ideas wait for a person: a question to answer, a review to begin, a score to give."""

from django.db.models import Count, Exists, F, OuterRef, Q

from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.rules import ANALYST
from changeoffice.core.ports import Ask, Waiting
from changeoffice.core.record.models import NamedPerson, Record, Work
from ideation.models import Campaign, Idea, Report, VettingScore
from ideation.rules import AUTHORS, REVIEWER, USUAL_REVIEWERS

SHOWN = 20


def for_person(person) -> list[Ask]:
    found = [_questions(person), _results(person), _scores(person)]
    if grants_of(person).has("analyst", "manager"):
        found += [_reviews(person), _rounds(person), _reports(person)]
    return found


def _questions(person) -> Ask:
    rows = Idea.objects.filter(owner=person, state="more_information")[:SHOWN]
    return Ask(rows, lambda idea: _waiting(
        idea, f"Answer: {idea.question[:120]}", "You submitted it", "Answer", by_person=True))  # fmt: skip


def _results(person) -> Ask:
    """Campaigns that are over and whose sponsor owes everybody the result."""
    rows = Campaign.objects.filter(sponsor=person, state="closed")[:SHOWN]
    return Ask(rows, lambda campaign: _waiting(
        campaign, "Say what came of it", "You asked the question", "Conclude"))  # fmt: skip


def _reviews(person) -> Ask:
    rows = Idea.objects.visible_to(person).filter(ANALYST.q(person)).needing_review()
    because = "You review ideas, and it has the votes"
    return Ask(rows.order_by("-vote_count", "pk")[:SHOWN], lambda idea: _waiting(
        idea, f"Start review, {idea.vote_count} votes", because, "Start review"))  # fmt: skip


def _rounds(person) -> Ask:
    """Rounds that have their scores and only wait to be closed."""
    rows = Idea.objects.visible_to(person).filter(ANALYST.q(person), state="vetting")
    rows = rows.annotate(given=Count("scores")).filter(given__gte=F("scores_wanted"))
    return Ask(rows.order_by("state_since", "pk")[:SHOWN], lambda idea: _waiting(
        idea, "Close vetting", "You review ideas, and scores are in", "Develop"))  # fmt: skip


def _reports(person) -> Ask:
    """Records that somebody reported, or a comment on them."""
    about = Q(idea=OuterRef("pk")) | Q(comment__record=OuterRef("pk"))
    rows = Record.objects.visible_to(person).filter(
        ANALYST.q(person), Exists(Report.objects.filter(about, decided_at=None))
    )
    because = "You keep watch there, and somebody reported it"
    return Ask(rows.order_by("pk")[:SHOWN], lambda record: Waiting(
        kind=record.kind, reference=record.reference, title=record.title, url="/ideas/reports",
        what="Decide on a report", because=because, action_label="Decide"))  # fmt: skip


def _scores(person) -> Ask:
    """Who was asked by name; where nobody was, whoever reviews ideas there."""
    mine = Exists(VettingScore.objects.filter(idea=OuterRef("pk"), reviewer=person))
    anybody = Exists(NamedPerson.objects.filter(record_id=OuterRef("pk"), part="reviewer"))
    asked = REVIEWER.q(person) | (~Q(anybody) & USUAL_REVIEWERS.q(person))
    rows = Idea.objects.visible_to(person).filter(asked, ~mine, state="vetting")
    rows = rows.exclude(AUTHORS.q(person))
    return Ask(rows.order_by("state_since", "pk")[:SHOWN], lambda idea: _waiting(
        idea, "Give your scores", "You are asked to review it", "Score it"))  # fmt: skip


def _waiting(work: Work, what: str, because: str, label: str, by_person=False) -> Waiting:
    url = work.get_absolute_url()
    return Waiting(
        kind=work.kind, reference=work.reference, title=work.title, url=url, what=what,
        because=because, since=work.state_since, action_label=label, by_person=by_person,
    )  # fmt: skip
