"""The portfolio's jobs; each run twice gives the same answer."""

from datetime import datetime, timedelta

from celery.schedules import crontab, schedule
from django.db.models import Max, Q

from changeoffice.core.jobs.registry import job
from changeoffice.core.notify.fan_out import notify
from changeoffice.core.people.models import Office
from changeoffice.core.record import clock
from portfolio import alerts, engine, watch
from portfolio.models import Milestone, Project, Risk


@job("rag_recalculation", title="RAG recalculation", every=schedule(15 * 60),
     does="Reads every project again: expected dates, use of tolerance, RAG, interventions.")  # fmt: skip
def rag_recalculation(now: datetime) -> dict[str, int]:
    return engine.recompute_all()


@job("dependency_alerts", title="Dependency alerts", every=schedule(15 * 60),
     does="Tells both owners when a dependency reaches 50, 80 or 100 % of its tolerance, or breaks it.")  # fmt: skip
def dependency_alerts(now: datetime) -> dict[str, int]:
    return alerts.tell()


@job("intervention_climb", title="Interventions climb", every=schedule(3600),
     does="Passes unanswered interventions on to the sponsor, then to the portfolio board.")  # fmt: skip
def intervention_climb(now: datetime) -> dict[str, int]:
    return watch.climb(clock.today())


@job("risk_reviews", title="Risk reviews", every=crontab(hour=6, minute=10),
     does="Reminds owners of risks whose review is due.")  # fmt: skip
def risk_reviews(now: datetime) -> dict[str, int]:
    today = clock.today()
    due = Risk.objects.filter(state="open", review_on__lte=today, owner__isnull=False)
    told = 0
    for risk in due.select_related("owner").order_by("pk"):
        if risk.is_visible_to(risk.owner):
            notify(risk.owner, work=risk, because="you own it", asks=True,
                   text=f"{risk.reference} {risk.title} is due for review",
                   key=f"risk_review:{risk.pk}:{risk.review_on}")  # fmt: skip
            told += 1
    return {"due": told}


@job("status_reminders", title="Status reminders", every=crontab(hour=6, minute=20),
     does="Reminds project managers whose status is about to turn stale.")  # fmt: skip
def status_reminders(now: datetime) -> dict[str, int]:
    """Three days before the cadence ends, once for each confirmation."""
    today, cadence = clock.today(), Office.current().cadence_days
    due = Project.objects.filter(
        Q(confirmed_on__lte=today - timedelta(days=cadence - 3)) | Q(confirmed_on=None),
        state="active",
        reported_on=None,
        owner__isnull=False,
    )
    rows = due.select_related("owner").order_by("pk")
    for project in rows:
        notify(project.owner, work=project, because="you manage it", asks=True,
               text=f"{project.reference} {project.title} needs a status update",
               key=f"status:{project.pk}:{project.confirmed_on}")  # fmt: skip
    return {"due": len(rows)}


@job("demo_tick", title="Demo tick", every=crontab(hour=5, minute=50),
     does="In a demo, confirms what a living organisation would confirm.")  # fmt: skip
def demo_tick(now: datetime) -> dict[str, int]:
    if not Office.current().is_demo:
        return {"confirmed": 0}
    today = clock.today()
    living = Project.objects.filter(state="active", reported_on=None, confirmed_on__isnull=False)
    newest = living.aggregate(day=Max("confirmed_on"))["day"] or today
    # What lagged far behind the others when the demo was made is meant to look forgotten.
    alive = living.filter(
        confirmed_on__gte=newest - timedelta(days=2 * Office.current().cadence_days)
    )
    counts = {"confirmed": 0, "met": 0}
    for project in alive.filter(confirmed_on__lte=today - timedelta(days=6)).order_by("pk"):
        project.stay_alive(by=None)
        counts["confirmed"] += 1
    due = Milestone.objects.planned().filter(
        project__in=alive, gate=None, forecast_on__lt=today, expectation=None
    )
    for mark in due.order_by("pk"):
        mark.meet(by=None, actual_on=mark.forecast_on)
        counts["met"] += 1
    return counts
