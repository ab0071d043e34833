"""Who may do what to an idea, beside its author and the change office."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q

from changeoffice.core.access.rules import ANALYST, OWNER, Rule, role
from changeoffice.core.record.models import NamedPerson


@dataclass(frozen=True)
class Named(Rule):
    """Somebody named on the record for one part in it."""

    part: str

    def q(self, person, at: str = "") -> Q:
        named = NamedPerson.objects.filter(record_id=OuterRef(f"{at}pk"), part=self.part)
        return Q(Exists(named.filter(person=person)))

    def holds(self, person, thing: Any) -> bool:
        named = NamedPerson.objects.filter(record_id=thing.pk, part=self.part)
        return named.filter(person=person).exists()

    @property
    def words(self) -> str:
        return f"a {self.part.replace('_', '-')}"


CO_AUTHOR, REVIEWER = Named("co_author"), Named("reviewer")
AUTHORS = OWNER | CO_AUTHOR


class NotAnAuthor(Rule):
    """Whatever else somebody is: what they wrote themselves is judged by others."""

    def q(self, person, at: str = "") -> Q:
        return ~AUTHORS.q(person, at)

    def holds(self, person, thing: Any) -> bool:
        return not AUTHORS.holds(person, thing)

    @property
    def words(self) -> str:
        return "to have no part in writing it"


USUAL_REVIEWERS = ANALYST | role("service_owner", "practice_owner")
REVIEWERS = (USUAL_REVIEWERS | REVIEWER) & NotAnAuthor()
