"""What waits for a person in delivery, for My work."""

from datetime import timedelta

from django.db.models import Q

from changeoffice.core.people.models import Office
from changeoffice.core.ports import Ask, Waiting
from changeoffice.core.record import clock
from portfolio.models import Action, Dependency, Intervention, Milestone, Project, Risk

SHOWN = 50  # of each kind


def waiting_for(person) -> list[Ask]:
    today = clock.today()
    return [
        _interventions(person), _dependencies(person), _statuses(person, today),
        _milestones(person, today), _actions(person), _risks(person, today),
    ]  # fmt: skip


def _one(row, what: str, because: str, *, since=None, due=None, label="Open", step="",
         by_person=False) -> Waiting:  # fmt: skip
    """`step`: the verb's own page, where one press should be enough."""
    url = f"{row.get_absolute_url()}/{step}" if step else row.get_absolute_url()
    return Waiting(row.kind, row.reference, row.title, url, what, because, since, due, label,
                   by_person=by_person)  # fmt: skip


def _interventions(person) -> Ask:
    rows = Intervention.objects.visible_to(person).filter(owner=person, state="open")
    return Ask(rows.order_by("due_on", "pk")[:SHOWN], lambda row: _one(
        row, "Say what is being done", f"You are asked as the {row.get_rung_display().lower()}",
        since=row.state_since, due=row.due_on, label="Answer"))  # fmt: skip


def _dependencies(person) -> Ask:
    mine = Q(giver_owner=person, giver_agreed_at=None) | Q(
        getter_owner=person, getter_agreed_at=None
    )
    rows = Dependency.objects.visible_to(person).filter(mine, state="proposed")
    return Ask(rows.order_by("pk")[:SHOWN], lambda row: _one(
        row, "Agree or change the terms", "You own one side of it",
        since=row.state_since, label="Agree", by_person=True))  # fmt: skip


def _statuses(person, today) -> Ask:
    cadence = timedelta(days=Office.current().cadence_days)
    due = Q(confirmed_on__lte=today - cadence + timedelta(days=3)) | Q(confirmed_on=None)
    rows = Project.objects.visible_to(person).filter(
        due, owner=person, state="active", reported_on=None
    )
    return Ask(rows.order_by("confirmed_on", "pk")[:SHOWN], lambda row: _one(
        row, "Update its status", "You manage it", label="Update status", step="confirm",
        due=row.confirmed_on + cadence if row.confirmed_on else today))  # fmt: skip


def _milestones(person, today) -> Ask:
    rows = Milestone.objects.visible_to(person).planned().filter(owner=person)
    rows = rows.filter(forecast_on__lt=today).order_by("forecast_on", "pk")
    return Ask(rows[:SHOWN], lambda row: _one(
        row, "Mark as met or move the forecast", "You own it", due=row.forecast_on))  # fmt: skip


def _actions(person) -> Ask:
    rows = Action.objects.visible_to(person).filter(owner=person, state="open")
    return Ask(rows.order_by("due_on", "pk")[:SHOWN], lambda row: _one(
        row, "Do it", "It is assigned to you", since=row.created_at, due=row.due_on))  # fmt: skip


def _risks(person, today) -> Ask:
    rows = Risk.objects.visible_to(person).filter(owner=person, state="open")
    rows = rows.filter(review_on__lte=today).order_by("review_on", "pk")
    return Ask(rows[:SHOWN], lambda row: _one(
        row, "Review the risk", "You own it", due=row.review_on, label="Review"))  # fmt: skip
