"""How a demand stands to people and to other demands: stakeholders, and the parts it is split into."""

from django.db import models

from changeoffice.core.access.rules import ANALYST
from changeoffice.core.people.models import Person
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.inputs import Choice, LongText, Ref, Text
from changeoffice.core.record.models import NamedPerson
from changeoffice.core.record.workflow import guard, transition
from changeoffice.core.talk.models import follow
from changeoffice.organisation.models import staff
from demand.inputs import only_held
from demand.models.facts import BEFORE_APPROVAL, OPEN
from demand.models.measuring import Measuring
from demand.rules import EDITORS

CARRIED = ("source", "source_reference", "type", "unit", "sponsor", "objective", "mandatory_on",
           "compliance_flags", "risk", "confidential")  # fmt: skip

STAKEHOLDER = {"person": Ref(label="Person", rows=staff, key="username")}


def _ever_named(person) -> models.QuerySet:
    """Whoever has left may still be a stakeholder."""
    return Person.objects.all()


class Interest(models.TextChoices):
    AFFECTED = "affected", "Affected by it"
    CONSULTED = "consulted", "To be consulted"
    INFORMED = "informed", "To be kept informed"
    SUPPLIES = "supplies", "Does part of it"


def _name_as_on(whole, part) -> None:
    """Who is named on the whole is named on its part; its assessors are asked for themselves."""
    rows = NamedPerson.objects.filter(record_id=whole.pk).exclude(part="assessor")
    for row in rows.select_related("person"):
        NamedPerson.put(part.pk, row.person, part=row.part)


@guard("Nobody is named as a stakeholder.", moot=True)
def has_stakeholders(demand) -> bool:
    return demand.stakeholders.exists()


class Relating(Measuring):
    class Meta(Measuring.Meta):
        abstract = True

    @transition((*BEFORE_APPROVAL, "more_information"), None, who=ANALYST, told="split a part off",
                label="Split off a part",
                asks={"title": Text(label="The part in one line", min=8, max=120),
                      "need": LongText(label="What is needed in this part", min=20, max=8000)})  # fmt: skip
    def split(self, *, by, title, need):
        """Raise a demand of its own for a part of this one, with the same requester and facts."""
        part = self.begin(
            by=by, requester=self.requester or by, owner=self.owner or by, title=title, need=need,
            services=self.services.all(), split_from=self,
            **{name: getattr(self, name) for name in CARRIED},
        )  # fmt: skip
        _name_as_on(self, part)
        part.submit(by=by)
        return part

    @transition(OPEN, None, who=EDITORS, told="named a stakeholder of", label="Name a stakeholder",
                asks={"person": Ref(label="Person", rows=staff, key="username",
                                    hint="Follows it from then on; of a confidential demand, may see it."),
                      "interest": Choice(label="Interest", choices=Interest.choices),
                      "note": Text(label="What matters to them", max=200, required=False)})  # fmt: skip
    def add_stakeholder(self, *, by, person, interest, note=""):
        """Say who has a stake in it; again to change it."""
        self.stakeholders.update_or_create(
            person=person, defaults={"interest": interest, "note": note or ""}
        )
        if self.confidential:
            NamedPerson.put(self.pk, person)
        follow(self.pk, person)

    @transition(OPEN, None, who=EDITORS, guards=[has_stakeholders], told="took a stakeholder from",
                label="Remove a stakeholder", asks=STAKEHOLDER,
                asks_here=lambda demand: only_held(STAKEHOLDER, "person", demand.stakeholders, _ever_named))  # fmt: skip
    def remove_stakeholder(self, *, by, person):
        """They have no stake in it any more."""
        if not self.stakeholders.filter(person=person).delete()[0]:
            raise Invalid(person=f"{person.name} is no stakeholder of it.")
