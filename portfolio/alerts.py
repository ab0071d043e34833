"""Telling both owners of a dependency that its tolerance is being used up, once per level."""

from collections.abc import Iterable

from django.db import transaction

from changeoffice.core.notify.fan_out import notify
from changeoffice.core.notify.models import NoticeKind
from changeoffice.core.record import clock
from portfolio.dependency import Level, alerts_to_send
from portfolio.models import Dependency, DependencyReading

WORDS = {
    Level.HALF: "has used half of its tolerance",
    Level.MOST: "has used four fifths of its tolerance",
    Level.ALL: "has used all of its tolerance",
    Level.BREACHED: "is beyond its tolerance",
}


@transaction.atomic
def tell(dependency_ids: Iterable[int] | None = None) -> dict[str, int]:
    """Tell what is due of these (None: all agreed ones); repeated, it tells nothing new."""
    rows = DependencyReading.objects.filter(dependency__state="agreed")
    if dependency_ids is not None:
        rows = rows.filter(pk__in=list(dependency_ids))
    counts = {"dependencies": 0, "told": 0, "rearmed": 0}
    for reading in rows.order_by("pk").select_for_update():
        counts["dependencies"] += 1
        level, remember = alerts_to_send(Level(reading.alert_level), reading.used)
        if remember == reading.alert_level:
            continue
        reading.alert_level = remember
        if level is None:
            counts["rearmed"] += 1
        else:
            counts["told"] += _tell_owners(reading, level)
        reading.save()
    return counts


def _tell_owners(reading: DependencyReading, level: Level) -> int:
    reading.crossings += 1
    reading.told_at = clock.now()
    row = Dependency.objects.with_ends().get(pk=reading.pk)
    text = f"{row.reference} {row.title} {WORDS[level]}: {late(reading.slip)} of {row.tolerance}"
    owners = {person.pk: person for person in (row.giver_owner, row.getter_owner) if person}
    told = [person for person in owners.values() if row.is_visible_to(person)]
    for person in told:
        notify(
            person, work=row, because=f"you own the {_side(row, person)} side of it", text=text,
            key=f"dependency:{row.pk}:{int(level)}:{reading.crossings}", asks=level >= Level.ALL,
            kind=NoticeKind.ALARM,
        )  # fmt: skip
    return len(told)


def _side(row: Dependency, person) -> str:
    return "giving" if row.giver_owner_id == person.pk else "getting"


def late(days: int) -> str:
    return f"{days} working day{'' if days == 1 else 's'} late"
