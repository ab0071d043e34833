"""What became of ideas that an epic or a change carried out; and how any delivery is told."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from changeoffice.core.record import at_once
from changeoffice.core.record.models import Event
from changeoffice.organisation.models import BusinessKpi
from demand.models import Demand
from demand.models.handed import CarriesOut
from ideation.ports import Delivery, Gain, Step

TOLD = {
    "approved": ("approved {}", "stamp"), "active": ("started {}", "play"),
    "in_progress": ("started {}", "play"), "done": ("finished {}, now in use", "rocket"),
    "closed": ("closed {}, live and handed over", "rocket"),
    "realised": ("recorded what {} has brought", "target"),
}  # fmt: skip


def carried_by(kind: type[CarriesOut], part: str) -> Callable[..., dict[int, Delivery]]:
    """For ideas whose demand this kind carried out; `part` is what its owner did."""

    def deliveries(ids: Collection[int], person) -> dict[int, Delivery]:
        wanted = completed(ids, person)
        rows = kind.objects.carrying().visible_to(person)
        rows = rows.filter(demand__in=wanted.order_by().values("pk"))
        kpis = BusinessKpi.objects.visible_to(person).order_by().values("pk")
        effects = kind._meta.get_field("effects").related_model.objects.filter(
            of__in=rows.order_by().values("pk"), kpi__in=kpis
        )
        demands, made, moved = at_once.fetch(
            wanted.select_related("owner", "sponsor"), rows.select_related("owner", "sponsor"),
            effects.select_related("kpi"),
        )  # fmt: skip
        of = {row.demand_id: row for row in made}
        happened = events_of([row for row in (*demands, *made) if made])
        return {
            demand.idea_id: delivery(demand, of[demand.pk], part, happened, (),
                                     [_gain(row) for row in moved if row.of_id == of[demand.pk].pk])
            for demand in demands if demand.pk in of
        }  # fmt: skip

    return deliveries


def completed(ids: Collection[int], person):
    return Demand.objects.visible_to(person).filter(idea__in=list(ids), state="completed")


def events_of(records: list) -> dict[int, list[Event]]:
    keys = [row.pk for row in records]
    found: dict[int, list[Event]] = {}
    rows = Event.objects.filter(record_id__in=keys, after__in=TOLD).select_related("actor")
    for event in rows.order_by("at", "id") if keys else ():
        if event.before != event.after:
            found.setdefault(event.record_id, []).append(event)
    return found


def delivery(
    demand: Demand, made: Any, part: str, happened, more: Iterable, gains: list[Gain]
) -> Delivery:
    """One demand with what carried it out, and more records whose owners and acts belong to it."""
    more = list(more)
    people = [(demand.sponsor, "Sponsor"), (demand.owner, "Analyst")]
    people += [(made.owner, part)] if made else []
    people += [(row.owner, "Owns the benefit") for row in more]
    return Delivery(
        demand.reference, demand.get_absolute_url(), demand.state_since,
        made.reference if made else "", made.get_absolute_url() if made else "",
        [(person, did) for person, did in people if person],
        list(_steps([demand, *([made] if made else []), *more], happened)), gains,
    )  # fmt: skip


def _steps(records: Iterable, happened) -> Iterable[Step]:
    for record in records:
        told: set[str] = set()
        for event in happened.get(record.pk, ()):
            if event.after not in told:
                told.add(event.after)
                words, icon = TOLD[event.after]
                who = event.actor.name if event.actor else "The office"
                yield Step(event.at, f"{who} {words.format(record.reference)}", event.reason, icon)


def _gain(effect) -> Gain:
    return Gain(effect.kpi.title, effect.kpi.measure, effect.change, None, None,
                f"Expected by {effect.by_on:%-d %B %Y}", kpi_id=effect.kpi_id)  # fmt: skip
