"""The rule that carries an outcome: only who has answered for a record completes its approval."""

from typing import Any

from django.db.models import Q

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


HAS_DECIDED = HasDecided()
