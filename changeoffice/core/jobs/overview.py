"""What the operations page shows: health, jobs with their last runs, and what waits to be sent."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from changeoffice.core.access.grants import grants_of
from changeoffice.core.jobs import health
from changeoffice.core.jobs.models import JobRun
from changeoffice.core.jobs.registry import JOBS, Job
from changeoffice.core.jobs.timing import words_for
from changeoffice.core.outbox.models import Outbox
from changeoffice.core.record.errors import NotAllowed

READERS = ("administrator", "manager", "auditor")
OPERATORS = ("administrator", "manager")
RUNS_SHOWN = 15
TOPICS = {
    "event": "Notices of what happened", "letter": "Letters", "job": "Jobs asked for",
    "password_letter": "Letters with a password link", "rag": "Colours to recompute",
}  # fmt: skip


def need_reader(person) -> None:
    if not grants_of(person).has(*READERS):
        raise NotAllowed(
            "Operations needs an administrator, a change-office manager or an auditor."
        )


def need_operator(person) -> None:
    if not grants_of(person).has(*OPERATORS):
        raise NotAllowed("This needs an administrator or a change-office manager.")


def latest_runs() -> dict[str, list[JobRun]]:
    """The last runs of every job, newest first, in one query."""
    ranked = JobRun.objects.annotate(
        place=Window(RowNumber(), partition_by="job", order_by="-started_at")
    )
    found: dict[str, list[JobRun]] = {}
    for run in (
        ranked.filter(place__lte=RUNS_SHOWN).select_related("asked_by").order_by("job", "place")
    ):
        found.setdefault(run.job, []).append(run)
    return found


def job_lines() -> list[dict[str, Any]]:
    runs, now = latest_runs(), timezone.now()
    return [
        line_of(job, runs.get(job.name, []), now)
        for job in sorted(JOBS.values(), key=lambda j: j.title)
    ]


def line_of(job: Job, runs: list[JobRun], now) -> dict[str, Any]:
    last = runs[0] if runs else None
    times = [run.seconds for run in reversed(runs) if run.seconds is not None]
    return {
        "job": job, "when": words_for(job.every), "last": last, "did": did_words(last),
        "next": job.next_after(now), "times": [round(value, 3) for value in times],
        "took": took_words(times[-1]) if times else "", "slower": _slower(times),
    }  # fmt: skip


def did_words(run: JobRun | None) -> str:
    if run is None or run.error or run.finished_at is None:
        return ""
    if run.counts.get("skipped_because_running"):
        return "skipped, the run before was still at work"
    said = [_counted(value, name.replace("_", " ")) for name, value in run.counts.items() if value]
    return ", ".join(said[:4]) or "nothing to do"


def _counted(value, name: str) -> str:
    number = f"{value:,}" if isinstance(value, int) else str(value)
    return f"{number} {name.removesuffix('s') if value == 1 else name}"


def took_words(seconds: float) -> str:
    if seconds < 1:
        return f"{max(1, round(seconds * 1000))} ms"
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.1f} min"


def _slower(times: list[float]) -> bool:
    """Half as long again as usual, and long enough for anybody to mind."""
    if len(times) < 6:
        return False
    usual = sorted(times[:-1])[len(times[:-1]) // 2]
    return times[-1] > 1.5 * usual and times[-1] > 1


def outbox_lines() -> list[dict[str, Any]]:
    now = timezone.now()
    waits = Q(done_at=None, given_up_at=None)
    rows = Outbox.objects.order_by("topic").values("topic").annotate(
        waiting=Count("pk", filter=waits), oldest=Min("created_at", filter=waits),
        tried=Max("attempts", filter=waits), given_up=Count("pk", filter=~Q(given_up_at=None)),
        today=Count("pk", filter=Q(done_at__gte=now - timedelta(days=1))),
    )  # fmt: skip
    return [
        {**row, "label": TOPICS.get(row["topic"], row["topic"].replace("_", " ").capitalize()),
         "age": round((now - row["oldest"]).total_seconds()) if row["oldest"] else 0}
        for row in rows
    ]  # fmt: skip


def given_up() -> list[Outbox]:
    return list(Outbox.objects.exclude(given_up_at=None).order_by("-given_up_at")[:50])


def struggling() -> list[Outbox]:
    """Rows that failed and will be tried again."""
    rows = Outbox.objects.filter(done_at=None, given_up_at=None, attempts__gt=0)
    return list(rows.order_by("not_before")[:20])


def as_json() -> dict[str, Any]:
    database, valkey = health.database_facts(), health.valkey_facts()
    workers, beats, lines = health.processes("worker"), health.processes("beat"), outbox_lines()
    return {
        "database": database, "valkey": valkey,
        "workers": len(workers["alive"]), "worker_seen_at": workers["last"],
        "beats": len(beats["alive"]), "beat_seen_at": beats["last"],
        "outbox_oldest_seconds": max((line["age"] for line in lines), default=0),
        "outbox": [{key: line[key] for key in ("topic", "waiting", "age", "given_up")}
                   for line in lines],
        "jobs": [
            {"name": line["job"].name, "last": line["last"] and line["last"].started_at,
             "outcome": line["last"] and line["last"].outcome,
             "error": line["last"].error if line["last"] else "", "next": line["next"]}
            for line in job_lines()
        ],
    }  # fmt: skip
