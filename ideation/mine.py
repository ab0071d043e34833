"""What became of one's own ideas: the latest thing that happened to each, and who acts next."""

from typing import Any

from django.db.models import Q

from changeoffice.calendar.office import office_days
from changeoffice.core.people.models import Office, Person
from changeoffice.core.record import at_once, clock
from changeoffice.core.record.history import reason_told
from changeoffice.core.record.models import SAID, Event
from ideation import delivered, ports, story
from ideation.models import Idea, IdeaPolicy
from ideation.rules import CO_AUTHOR

LISTED = 100
UNTOLD = (*SAID, "propose", "queue")
WAITS = ("open", "under_review", "more_information", "vetting", "developed", "parked")


def ideas(person: Person) -> list[dict[str, Any]]:
    """Newest first, drafts included; of each only what this person may see."""
    own = Q(owner=person) | CO_AUTHOR.q(person)
    rows = (
        Idea.objects.visible_to(person)
        .filter(own)
        .select_related("owner", "theme", "campaign", "merged_into")
    )
    happened = (
        Event.objects.told()
        .exclude(verb__in=UNTOLD)
        .filter(record__in=rows.order_by().values("pk"))
    )
    latest = happened.order_by("record_id", "-at", "-id").distinct("record_id")
    mine, events, policy, ended = at_once.fetch(
        rows.order_by("-record_id")[:LISTED], latest.select_related("actor"),
        IdeaPolicy.objects.all(), delivered.ideas(person).filter(own).values_list("pk"),
    )  # fmt: skip
    onward = ports.onward_of([idea.pk for idea in mine if idea.state == "promoted"], person)
    told = {event.record_id: event for event in events}
    done, today = {row[0] for row in ended}, clock.today()
    zone, calendar = Office.current().zone, office_days()
    return [
        {
            "idea": idea, "told": _told(told.get(idea.pk), idea, person), "onward": onward.get(idea.pk),
            "who": story.next_words(idea, person, policy)["who"], "is_delivered": idea.pk in done,
            "into": idea.merged_into if idea.merged_into and idea.merged_into.is_visible_to(person) else None,
            "days": max(0, calendar.slip(idea.state_since.astimezone(zone).date(), today))
            if idea.state in WAITS else None,
        }
        for idea in mine
    ]  # fmt: skip


def _told(event: Event | None, idea: Idea, person: Person) -> dict[str, Any] | None:
    """The event in words, with its reason where one was given."""
    if event is None:
        return None
    who = (
        "You" if event.actor_id == person.pk else event.actor.name if event.actor else "The portal"
    )
    return {"text": f"{who} {event.words} it", "at": event.at,
            "reason": reason_told(event, idea, person)}  # fmt: skip
