"""Who may do what to a demand."""

from typing import Any

from django.db.models import Exists, OuterRef, Q

from changeoffice.core.access.rules import ANALYST, OWNER, IsPerson, Not, Rule, role
from changeoffice.core.record import at_once
from changeoffice.core.record.models import NamedPerson
from demand import ports

REQUESTER = IsPerson("requester")
EDITORS = OWNER | REQUESTER | ANALYST
USUAL_ASSESSORS = ANALYST | role("service_owner", "practice_owner")


class Assessor(Rule):
    """The assessors named for the round; where none are named, those who usually assess."""

    def q(self, person, at: str = "") -> Q:
        named = NamedPerson.objects.filter(record_id=OuterRef(f"{at}pk"), part="assessor")
        mine = Q(Exists(named.filter(person=person)))
        return mine | (~Q(Exists(named)) & USUAL_ASSESSORS.q(person, at))

    def holds(self, person, thing: Any) -> bool:
        named = NamedPerson.objects.filter(record_id=thing.pk, part="assessor")
        assessors = set(named.values_list("person_id", flat=True))
        return person.pk in assessors if assessors else USUAL_ASSESSORS.holds(person, thing)

    @property
    def words(self) -> str:
        return "an assessor named for this round"


class SeesDelivery(Rule):
    """Whoever sees everything that carries the demand out, or once did: one of them may have become
    confidential since."""

    def holds(self, person, thing: Any) -> bool:
        made = [one.rows().model.objects.filter(demand_id=thing.pk) for one in ports.carriers]
        hidden = (rows.exclude(pk__in=rows.visible_to(person).values("pk")) for rows in made)
        return not any(at_once.fetch(*map(at_once.Count, hidden))) if made else True


ASSESSOR = Assessor() & Not(REQUESTER)
