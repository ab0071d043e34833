"""A project's week: dates move with a reason, gates are decided, money is booked, status is told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from changeoffice.core.record import acting
from changeoffice.demo import money, raid, worker
from changeoffice.demo.content import projects as content
from changeoffice.demo.play import Play
from portfolio import alerts, engine, watch
from portfolio.models import (
    Action,
    Benefit,
    Dependency,
    Intervention,
    Milestone,
    Project,
    Risk,
)
from portfolio.models.rag import Colour

if TYPE_CHECKING:
    from changeoffice.demo.projects import Run

PRACTICES = {"finance": "finance", "design": "design-authority", "testing": "tamsin.rowntree",
             "deployment": "milena.horvat", "change": "kofi.mensah", "release": "kofi.mensah"}  # fmt: skip
SILENT_FOR, UNHEARD_FOR = 34, 16
WEEKDAYS = {"project-manager": 3}


# the portal's own jobs ---------------------------------------------------------------------------
def watch_every_evening(play: Play) -> None:
    """Every evening what moved is read again, on Fridays all; nothing of it needs a person."""
    day = play.today - timedelta(days=358)
    while day < play.today:
        often = day > play.today - timedelta(days=18)
        if play.days.is_working(day) and (often or day.weekday() in (1, 4)):
            all_of_them = often or day.weekday() == 4
            evening = datetime.combine(day, datetime.min.time(), play.zone) + timedelta(hours=18.5)
            play.at(evening, _look, play, all_of_them)
        day += timedelta(days=1)


def _look(play: Play, all_of_them: bool) -> None:
    with acting.through("job", "rag_recalculation"):
        worker.read_what_moved()
        if all_of_them:
            engine.recompute_all()
            alerts.tell()
            watch.climb(play.day_now)
    answer_in_time(play)
    worker.carry(tells=play.now >= play.told_from)


# a week ------------------------------------------------------------------------------------------
def next_visit(run: Run, after: date) -> date:
    wanted = WEEKDAYS.get(run.spec.manager, sum(map(ord, run.spec.key)) % 5)
    day = after + timedelta(days=1)
    while day.weekday() != wanted:
        day += timedelta(days=1)
    return run.play.days.next_working(day)


def visit(run: Run) -> None:
    """Look after dates, gates, money and risks, as far as there is something to do; tell the status."""
    project, play = run.project, run.play
    project.refresh_from_db()
    if project.is_closed:
        return
    if project.state != "on_hold":
        marks = _open_marks(run)
        _slip(run, project, marks)
        play.soon(run.dice.randint(5, 40), _dates, run, marks)
        if money.is_due(run):
            play.soon(run.dice.randint(45, 70), money.keep, run)
        play.soon(run.dice.randint(75, 110), _tell, run)
    _turns(run, project)
    play.at(next_visit(run, play.day_now), visit, run)


def _turns(run: Run, project: Project) -> None:
    """The two projects that do not go on."""
    if run.spec.fares == "held up" and run.left < 52 and project.state == "active":
        project.hold(
            by=run.sponsor,
            reason="The owners of the sources work on the card processor until it is live.",
        )
    if run.spec.fares == "stopped" and run.left < 95 and project.state == "active":
        project.stop(by=run.sponsor, reason="The partner's new price is three times the benefit. "
                     "We take it up again when the market has more than one.")  # fmt: skip


def _open_marks(run: Run) -> list[Milestone]:
    rows = Milestone.objects.planned().filter(project=run.pk).select_related("owner", "gate")
    found = list(rows.order_by("forecast_on", "pk"))
    for mark in found:
        mark.project = run.project
    return found


def _slip(run: Run, project: Project, marks: list[Milestone]) -> None:
    """What the course says has happened by now moves every date that is still open."""
    course = content.COURSES[run.spec.fares]
    if run.slips >= len(course) or run.share(project) < course[run.slips][0]:
        return
    _, days, why = course[run.slips]
    run.slips += 1
    for mark in marks:
        day = max(run.play.working(mark.forecast_on, days), run.play.day_now)
        mark.re_forecast(by=run.manager, forecast_on=day, reason=why)
    project.revise(by=run.manager, forecast_finish=run.play.working(project.forecast_finish, days))


def _dates(run: Run, marks: list[Milestone]) -> None:
    """Milestones whose day has come have been met; then the next gate."""
    forgotten = run.spec.manager == "project-manager" and run.left < 9
    for mark in marks:
        if mark.gate_id is None and mark.forecast_on <= run.play.day_now and not forgotten:
            mark.meet(by=run.manager, actual_on=mark.forecast_on)
            for link in Dependency.objects.filter(giver=mark.pk, state__in=("agreed", "proposed")):
                later = run.play.working(run.play.day_now, run.dice.randint(1, 5))
                run.play.at(later, _accept, run, link)
    _gate(run, [mark for mark in marks if mark.gate_id])


def _accept(run: Run, link: Dependency) -> None:
    link.refresh_from_db()
    if link.state == "agreed":
        link.meet(by=run.play.who(link.getter.project.owner.username),
                  evidence=f"Received and tried out: {link.title.lower()}.")  # fmt: skip


def _tell(run: Run) -> None:
    if not run.project.is_closed:
        raid.keep(run)
        _confirm(run)


# gates -------------------------------------------------------------------------------------------
def _gate(run: Run, marks: list[Milestone]) -> None:
    if not marks:
        _close(run)
        return
    mark = min(marks, key=lambda row: row.gate.position)
    if mark.forecast_on > run.play.day_now + timedelta(days=12):
        return
    gate, due = mark.gate, mark.forecast_on <= run.play.day_now
    gate.project = run.project
    _evidence(run, gate, all_of_it=due)
    if due:
        _decide(run, gate, mark)


def _evidence(run: Run, gate, *, all_of_it: bool) -> None:
    for item in gate.criteria.filter(state="open").order_by("position"):
        keep_open = not item.critical and run.dice.random() < 0.25
        if (all_of_it and not keep_open) or run.dice.random() < 0.4:
            by = run.play.who(PRACTICES.get(item.practice, run.spec.manager))
            if run.spec.confidential:
                by = run.manager
            gate.meet_criterion(by=by, criterion=item, evidence=run.dice.choice(content.EVIDENCE))


def _decide(run: Run, gate, mark: Milestone) -> None:
    sponsor, dice = run.sponsor, run.dice
    words = dice.choice(content.GATE_WORDS)
    if dice.random() < 0.1 and gate.position and gate.state == "open" and run.spec.ends > 0:
        gate.decide(
            by=sponsor, decision="hold", rationale="Two answers are missing. Come back next week."
        )
        mark.re_forecast(by=run.manager, forecast_on=run.play.working(run.play.day_now, 5),
                         reason="The gate asked for two more answers.")  # fmt: skip
        return
    left = [item for item in gate.criteria.all() if item.state == "open"]
    if not left:
        gate.decide(by=sponsor, decision="go", rationale=words)
    elif len(left) <= 2:
        due = run.play.working(run.play.day_now, 10)
        gate.decide(by=sponsor, decision="conditional_go", rationale=words,
                    condition_owner=run.manager, conditions_due_on=due)  # fmt: skip
        late = run.spec.fares in ("late", "watermelon") and run.left < 60
        if not late:
            for action in Action.objects.filter(source_id=gate.pk, state="open").select_related(
                "project"
            ):
                run.play.at(
                    run.play.working(run.play.day_now, dice.randint(3, 9)),
                    action.finish,
                    by=run.manager,
                )
    if gate.position == 0:
        run.project.start(by=run.manager)


def _close(run: Run) -> None:
    project = run.project
    if project.state != "active" or run.spec.ends > 0:
        return
    for risk in Risk.objects.filter(project=run.pk, state="open"):
        risk.project = project
        risk.close(by=run.manager, reason="The project has delivered.")
    project.close(
        by=run.sponsor, reason="Everything in scope is live, and the service owner has taken over."
    )
    for benefit in Benefit.objects.filter(project=run.pk).select_related("project", "kpi__owner"):
        run.play.at(
            run.play.working(run.play.day_now, run.dice.randint(8, 30)), _read, run, benefit
        )


def _read(run: Run, benefit: Benefit) -> None:
    share = run.dice.choice([0.7, 1.02, 1.1, 1.25])
    value = (benefit.planned_change * Decimal(str(share))).quantize(Decimal("0.1"))
    owner = run.play.who(benefit.kpi.owner.username)
    benefit.read(by=owner, realised_change=value, read_on=run.play.day_now)


# interventions and status ------------------------------------------------------------------------
def answer_in_time(play: Play) -> None:
    """Most interventions are answered within days; some are left for those above. Each rung is a
    new question."""
    known = play.things.setdefault("asked", set())
    rows = Intervention.objects.filter(state="open").select_related("project", "owner")
    runs = {run.pk: run for key, run in play.things.items() if key.startswith("project:")}
    for row in rows.order_by("pk"):
        run = runs[row.project_id]
        if (row.pk, row.rung, row.due_on) in known or row.owner is None:
            continue
        known.add((row.pk, row.rung, row.due_on))
        ignored = run.spec.fares == "squeezed" and run.left < 20
        if not ignored and run.dice.random() < 0.8:
            play.at(play.working(play.day_now, run.dice.randint(1, 2)), _answer, run, row)


def _answer(run: Run, row: Intervention) -> None:
    row.refresh_from_db()
    if row.state != "open":
        return
    row.project = run.project
    owner = run.play.who(row.owner.username)
    if row.rung and run.dice.random() < 0.15:
        row.decide(by=run.sponsor, decision=run.dice.choice(content.DECISIONS))
        return
    due = run.play.working(run.play.day_now, run.dice.randint(8, 20))
    row.respond(by=owner, answer=run.dice.choice(content.ANSWERS), due_on=due)


def _confirm(run: Run) -> None:
    project = run.project
    silent = run.spec.fares == "silent" and run.left < SILENT_FOR
    unheard = run.spec.key == "ledger" and run.left < UNHEARD_FOR
    if silent or unheard or project.state not in ("proposed", "active"):
        return
    overall = project.rag.overall if project.rag else Colour.GREEN
    colour = {Colour.RED: "red", Colour.AMBER: "amber"}.get(overall, "green")
    if run.spec.fares == "watermelon":
        colour = "green"
    project.confirm(
        by=run.manager, summary=run.dice.choice(content.STATUS[colour]), own_colour=colour
    )
