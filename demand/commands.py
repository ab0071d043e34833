"""Writes that touch an idea and a demand: one transaction, upstream locked first."""

from django.db import transaction

from changeoffice.core.people.models import Person
from changeoffice.core.record.inputs import Choice, Ref
from changeoffice.core.record.models import NamedPerson
from changeoffice.core.talk.models import Follower, follow
from changeoffice.organisation.models import staff
from demand.models import Demand, DemandType
from ideation.models import Idea

PROMOTE_INPUTS = {
    "type": Choice(label="Type of demand", choices=DemandType.choices, initial="improvement",
                   required=False),
    "sponsor": Ref(label="Sponsor", rows=staff, key="username", required=False,
                   hint="Can be named later; needed before approval."),
}  # fmt: skip


@transaction.atomic
def promote_idea(idea: Idea, *, by: Person, at_version=None, type="", sponsor=None) -> Demand:
    """Lock the idea and begin a demand with its facts; whoever cared for the idea follows it."""
    idea.promote(by=by, at_version=at_version)
    made = Demand.begin(
        by=by, requester=idea.owner or by, owner=by, title=idea.title, need=_need_of(idea),
        source="idea", type=type or DemandType.IMPROVEMENT, sponsor=sponsor, idea=idea,
        unit=idea.unit, services=idea.services.all(), confidential=idea.confidential,
    )  # fmt: skip
    _bring_along(idea, made)
    return made


def _need_of(idea: Idea) -> str:
    parts = (
        ("", idea.problem),
        ("Proposal: ", idea.proposal),
        ("Expected benefit: ", idea.benefit),
    )
    return "\n\n".join(f"{head}{text.strip()}" for head, text in parts if text.strip())


def _bring_along(idea: Idea, made: Demand) -> None:
    """Followers and voters follow the demand; people named on a confidential idea stay named."""
    voters = Person.objects.filter(pk__in=idea.votes.values("person_id"))
    followers = Person.objects.filter(
        pk__in=Follower.objects.filter(record_id=idea.pk).values("person_id")
    )
    follow(made.pk, *voters, *followers)
    named = NamedPerson.objects.filter(record_id=idea.pk)
    NamedPerson.objects.bulk_create(
        [NamedPerson(record_id=made.pk, person_id=row.person_id, part=row.part) for row in named],
        ignore_conflicts=True,
    )
