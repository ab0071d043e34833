"""Two rules: who may answer for a record now, and who has answered, which alone carries its outcome."""

from typing import Any

from django.db.models import Q

from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.rules import Rule
from changeoffice.core.approvals.models.rounds import Approval


class HasDecided(Rule):
    """Has answered an approval of the record: the only hand that carries its outcome."""

    def q(self, person, at: str = "") -> Q:
        decided = Approval.objects.filter(decided_by=person).values("record_id")
        return Q(**{f"{at}pk__in": decided})

    def holds(self, person, thing: Any) -> bool:
        return Approval.objects.filter(decided_by=person, record_id=thing.pk).exists()

    @property
    def words(self) -> str:
        return "an approver's decision"


class DecidesNow(Rule):
    """Is asked to decide a record now, or stands in today for whoever is."""

    def q(self, person, at: str = "") -> Q:
        return Q(**{f"{at}pk__in": Approval.objects.decidable_by(person).values("record_id")})

    def holds(self, person, thing: Any) -> bool:
        # Whoever is asked was let see the record; of anybody else nothing has to be read.
        if thing.pk not in grants_of(person).scope("approver", "delegate").records:
            return False
        return Approval.objects.decidable_by(person).filter(record_id=thing.pk).exists()

    @property
    def words(self) -> str:
        return "an approver whose decision is due"


HAS_DECIDED = HasDecided()
DECIDES_NOW = DecidesNow()
