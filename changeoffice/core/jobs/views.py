"""The operations page: does everything run, what waits, and run one now."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from changeoffice.core.access.grants import grants_of
from changeoffice.core.jobs import health, overview
from changeoffice.core.jobs.models import JobRun
from changeoffice.core.jobs.registry import JOBS, ask_for
from changeoffice.core.outbox.models import Outbox
from changeoffice.core.outbox.relay import send_again
from changeoffice.core.record.errors import NotSeen


@require_GET
def operations(request: HttpRequest) -> HttpResponse:
    overview.need_reader(request.user)
    lines = overview.job_lines()
    wrong = [line for line in lines if line["last"] and line["last"].error]
    outbox, lost = overview.outbox_lines(), overview.given_up()
    processes = {kind: health.processes(kind) for kind in ("worker", "beat")}
    valkey = health.valkey_facts()
    only_wrong = request.GET.get("view") == "errors"
    context = {
        "lines": wrong if only_wrong else lines, "only_wrong": only_wrong, "job_count": len(lines),
        "wrong": wrong, "outbox": outbox, "given_up": lost, "struggling": overview.struggling(),
        "waiting": sum(line["waiting"] for line in outbox),
        "worker": processes["worker"], "beat": processes["beat"], "valkey": valkey,
        "database": health.database_facts(), "read_at": timezone.now(),
        "answer": answer_words(wrong, lost, processes, valkey),
        "may_operate": grants_of(request.user).has(*overview.OPERATORS),
    }  # fmt: skip
    template = (
        "jobs/_operations.html"
        if request.htmx and not request.htmx.boosted
        else "jobs/operations.html"
    )
    return render(request, template, context)


def answer_words(wrong, lost, processes, valkey) -> str:
    """One sentence that says whether anybody has to do something."""
    down = [words for words, is_down in (
        ("no worker has answered lately", not processes["worker"]["alive"]),
        ("beat is silent", not processes["beat"]["alive"]),
        ("Valkey does not answer", valkey is None),
        ("Valkey's memory is full", valkey is not None and valkey["full"]),
    ) if is_down]  # fmt: skip
    if down:
        return f"Look at this: {', '.join(down)}. Nothing is lost; what waits is done when it runs again."
    if lost:
        return f"{len(lost)} {'thing was' if len(lost) == 1 else 'things were'} given up after many tries and wait for you."
    if wrong:
        return f"Everything runs. {', '.join(line['job'].title for line in wrong)} ended with an error."
    return "Everything runs."


@require_GET
def job_page(request: HttpRequest, name: str) -> HttpResponse:
    overview.need_reader(request.user)
    if name not in JOBS:
        raise NotSeen("There is no such job.")
    runs = list(
        JobRun.objects.filter(job=name).select_related("asked_by").order_by("-started_at")[:50]
    )
    line = overview.line_of(JOBS[name], runs[: overview.RUNS_SHOWN], timezone.now())
    for run in runs:
        run.did = overview.did_words(run)
        run.took = overview.took_words(run.seconds) if run.seconds is not None else ""
    may = grants_of(request.user).has(*overview.OPERATORS)
    return render(request, "jobs/job.html", {"line": line, "runs": runs, "may_operate": may})


@require_POST
def run_now(request: HttpRequest, name: str) -> HttpResponse:
    """Asks a worker through the outbox; this request does none of the work."""
    overview.need_operator(request.user)
    if name not in JOBS:
        raise NotSeen("There is no such job.")
    ask_for(name, by=request.user)
    messages.success(request, f"{JOBS[name].title} starts in a moment.")
    return redirect("operations")


@require_POST
def send_once_more(request: HttpRequest, pk: int) -> HttpResponse:
    overview.need_operator(request.user)
    row = Outbox.objects.filter(pk=pk, done_at=None).first()
    if row is None:
        raise NotSeen("This was sent already.")
    send_again(row)
    messages.success(request, "It is tried again now.")
    return redirect("operations")
