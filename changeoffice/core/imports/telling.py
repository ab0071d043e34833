"""One notice for a bulk act: each person hears once, of all that concerns them."""

from changeoffice.core.imports.models import Import, ImportLine
from changeoffice.core.notify.fan_out import notify
from changeoffice.core.notify.models import NoticeKind
from changeoffice.core.outbox.relay import handler
from changeoffice.core.people.models import Person
from changeoffice.core.record.models import Record, visible, work_model
from changeoffice.core.talk.models import Follower

WRITTEN = ("created", "updated")


@handler("import_done")
def tell_of(pk: int) -> None:
    record = Import.objects.select_related("owner").get(pk=pk)
    if record.owner is not None:
        notify(record.owner, work=record, because="you started it", text=done_words(record),
               key=f"import_done:{pk}")  # fmt: skip
    written = ImportLine.objects.filter(of=record, outcome__in=WRITTEN).exclude(record=None)
    ids = list(written.values_list("record_id", flat=True))
    for person, mine in _audience(ids, record.owner_id).items():
        _tell_one(record, person, mine)


def done_words(record: Import) -> str:
    parts = [
        f"{n:,} {word}"
        for n, word in (
            (record.created, "created"),
            (record.updated, "changed"),
            (record.refused, "refused"),
        )
        if n
    ]
    return f"{record.reference} {record.title} is imported: {', '.join(parts) or 'nothing changed'}"


def _audience(ids: list[int], owner_id: int | None) -> dict[int, list[int]]:
    pairs = set(Record.objects.filter(pk__in=ids).exclude(owner=None).values_list("owner_id", "pk"))
    pairs |= set(Follower.objects.filter(record_id__in=ids).values_list("person_id", "record_id"))
    found: dict[int, list[int]] = {}
    for person, pk in sorted(pairs):
        if person != owner_id:
            found.setdefault(person, []).append(pk)
    return found


def _tell_one(record: Import, person_id: int, ids: list[int]) -> None:
    person = Person.objects.filter(pk=person_id, is_active=True).first()
    if person is None:
        return
    seen = list(Record.objects.filter(visible(person), pk__in=ids).order_by("pk"))
    if not seen:
        return
    who = record.owner.name if record.owner else "The change office"
    more = f" and {len(seen) - 1:,} more of yours" if len(seen) > 1 else ""
    first = work_model(seen[0].kind).objects.get(pk=seen[0].pk)
    notify(person, work=first, because="you own or follow what an import changed", kind=NoticeKind.FOLLOW,
           text=f"{who} imported {record.title[:120]}, which changed {first.reference} {first.title}{more}",
           key=f"import_done:{record.pk}")  # fmt: skip
