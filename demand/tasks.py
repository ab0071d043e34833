"""The demand app's own jobs; each loads, calls one verb per row and may run twice."""

from datetime import datetime

from celery.schedules import crontab

from changeoffice.calendar.office import office_days
from changeoffice.core.approvals.models import Approval, Delegation, Patience
from changeoffice.core.approvals.passing import escalate, pass_on
from changeoffice.core.jobs.registry import job
from changeoffice.core.notify.fan_out import notify
from changeoffice.core.notify.models import NoticeKind
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Refused
from demand import ranking, waiting
from demand.models import Demand, StageLimit
from demand.stages import StageClock


@job("demand_reminders", title="Demand reminders", every=crontab(minute=20, hour="6-18"),
     does="Reminds whoever a demand waits for when its stage nears or passes its age limit.")  # fmt: skip
def reminders(now: datetime) -> dict[str, int]:
    stage_clock = StageClock(StageLimit.of_all())
    rows = Demand.objects.filter(due_on__isnull=False).select_related(
        "owner", "requester", "sponsor"
    )
    demands = list(rows)
    waits = waiting.for_demands(demands)
    counts = {"near": 0, "late": 0}
    stand_ins = _stand_ins(demands)
    for demand in demands:
        age = stage_clock.age(demand)
        if level := "late" if age.late_by else "near" if age.is_near else "":
            counts[level] += 1
            _remind(demand, age, level, [*waits[demand.pk].people, *stand_ins.get(demand.pk, ())])
    return counts


def _stand_ins(demands: list[Demand]) -> dict[int, list[Person]]:
    """Who decides today for somebody who is asked and away."""
    asked = Approval.objects.filter(record_id__in=[d.pk for d in demands], state="asked")
    found: dict[int, list[Person]] = {}
    for given in Delegation.objects.on().select_related("delegate"):
        for step in asked.filter(approver=given.person_id):
            if not given.kinds or step.kind in given.kinds:
                found.setdefault(step.record_id, []).append(given.delegate)
    return found


def _remind(demand, age, level: str, people) -> None:
    """Once per person, stage and level; past the limit its owner hears of it too."""
    told = f"has waited {age.days} of {age.limit} working days in {demand.state_label.lower()}"
    audience = {
        p.pk: p for p in (*people, *([demand.owner] if level == "late" and demand.owner else ()))
    }
    for person in audience.values():
        if person.is_active and demand.is_visible_to(person):
            notify(person, work=demand, because="it waits for you", asks=True,
                   kind=NoticeKind.ALARM if level == "late" else NoticeKind.ASKS,
                   text=f"{demand.reference} {demand.title} {told}",
                   key=f"age:{level}:{demand.pk}:{demand.stage_since:%Y%m%d%H%M%S}")  # fmt: skip


@job("approval_escalation", title="Late approvals", every=crontab(minute=35, hour="6-18"),
     does="Passes an approval on when its approver has left, or has not answered for days past its limit.")  # fmt: skip
def escalations(now: datetime) -> dict[str, int]:
    counts = {"passed on": 0, "escalated": 0, "nobody else": 0}
    rows = Approval.objects.select_related("record", "round", "approver")
    for step in rows.filter(state__in=("asked", "waiting"), approver__is_active=False):
        counts["passed on" if _pass_on(step) else "nobody else"] += 1
    late = rows.filter(state="asked", due_on__lt=clock.today(), escalated_at=None)
    days, patience = office_days(), Patience.current().working_days
    for step in late.filter(record__kind=Demand.kind):
        if step.due_on and days.add(step.due_on, patience) < clock.today():
            counts["escalated" if escalate(step) else "nobody else"] += 1
    return counts


def _pass_on(step: Approval) -> bool:
    try:
        return bool(pass_on(step, by=None, else_managers=True))
    except Refused:  # answered in the meantime, or nobody else may
        return False


@job("demand_returns", title="Deferred demands", every=crontab(minute=5),
     does="Takes deferred demands up again on their revisit date, and ranks all again.")  # fmt: skip
def returns(now: datetime) -> dict[str, int]:
    back = 0
    for demand in Demand.objects.filter(state="deferred", revisit_on__lte=clock.today()):
        try:
            demand.resume(by=None)
            back += 1
        except Refused:  # somebody took it up in the meantime
            continue
    return {"returned": back, "ranked": ranking.refresh_all()}
