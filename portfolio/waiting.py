"""What waits for a person in delivery, for My work; one query a kind."""

from datetime import timedelta

from django.db.models import Q

from changeoffice.core.people.models import Office
from changeoffice.core.ports import Waiting
from changeoffice.core.record import clock
from portfolio.models import Action, Dependency, Intervention, Milestone, Project, Risk


def waiting_for(person) -> list[Waiting]:
    today = clock.today()
    return [
        *_interventions(person), *_dependencies(person), *_statuses(person, today),
        *_milestones(person, today), *_actions(person), *_risks(person, today),
    ]  # fmt: skip


def _one(row, what: str, because: str, *, since=None, due=None, label="Open", step="") -> Waiting:
    """`step`: the verb's own page, where one press should be enough."""
    url = f"{row.get_absolute_url()}/{step}" if step else row.get_absolute_url()
    return Waiting(row.kind, row.reference, row.title, url, what, because, since, due, label)


def _interventions(person):
    rows = Intervention.objects.visible_to(person).filter(owner=person, state="open")
    for row in rows.order_by("due_on", "pk")[:50]:
        yield _one(row, "Say what is being done", f"You are asked as the {row.get_rung_display().lower()}",
                   since=row.state_since, due=row.due_on, label="Answer")  # fmt: skip


def _dependencies(person):
    mine = Q(giver_owner=person, giver_agreed_at=None) | Q(
        getter_owner=person, getter_agreed_at=None
    )
    rows = Dependency.objects.visible_to(person).filter(mine, state="proposed")
    for row in rows.order_by("pk")[:50]:
        yield _one(row, "Agree or change the terms", "You own one side of it",
                   since=row.state_since, label="Agree")  # fmt: skip


def _statuses(person, today):
    cadence = Office.current().cadence_days
    soon = today - timedelta(days=cadence - 3)
    rows = Project.objects.visible_to(person).filter(
        Q(confirmed_on__lte=soon) | Q(confirmed_on=None),
        owner=person,
        state="active",
        reported_on=None,
    )
    for row in rows.order_by("confirmed_on", "pk")[:50]:
        due = row.confirmed_on + timedelta(days=cadence) if row.confirmed_on else today
        yield _one(row, "Update its status", "You manage it", due=due, label="Update status",
                   step="confirm")  # fmt: skip


def _milestones(person, today):
    rows = Milestone.objects.visible_to(person).planned().filter(owner=person)
    for row in rows.filter(forecast_on__lt=today).order_by("forecast_on", "pk")[:50]:
        yield _one(row, "Mark as met or move the forecast", "You own it", due=row.forecast_on)


def _actions(person):
    rows = Action.objects.visible_to(person).filter(owner=person, state="open")
    for row in rows.order_by("due_on", "pk")[:50]:
        yield _one(row, "Do it", "It is assigned to you", since=row.created_at, due=row.due_on)


def _risks(person, today):
    rows = Risk.objects.visible_to(person).filter(owner=person, state="open")
    for row in rows.filter(review_on__lte=today).order_by("review_on", "pk")[:50]:
        yield _one(row, "Review the risk", "You own it", due=row.review_on, label="Review")
