"""Which demand goes first: what needs another before it, and places given by hand."""

from changeoffice.core.access.rules import ANALYST
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.inputs import LongText, Number, Ref, Text
from changeoffice.core.record.models import work_model
from changeoffice.core.record.workflow import transition
from demand import ranking
from demand.guards import is_scored, needs_another, was_moved
from demand.models.facts import OPEN, RANKED
from demand.models.leaving import Leaving


def _not_ended(person):
    return work_model("demand").objects.visible_to(person).filter(state__in=OPEN)


NEEDED = Ref(label="Which demand has to come first", key="reference", rows=_not_ended, typed=True,
             hint="Its reference, for example DMD-0042.")  # fmt: skip
# What it needs already may have ended since.
HELD = Ref(label="Which demand", key="reference", typed=True,
           rows=lambda person: work_model("demand").objects.visible_to(person))  # fmt: skip


class Ordering(Leaving):
    class Meta(Leaving.Meta):
        abstract = True

    @transition((*RANKED, "draft", "deferred"), None, who=ANALYST, label="Needs another first",
                told="named a prerequisite of",
                asks={"needs": NEEDED, "because": Text(label="Why", min=10, max=500)})  # fmt: skip
    def add_prerequisite(self, *, by, needs, because):
        """Say which demand has to come first: it never ranks behind this one."""
        ranking.alone()
        if circle := ranking.circle(self.prerequisite_pairs(), self.pk, needs.pk):
            raise Invalid(needs=self._circle_in_words(circle, by))
        self.prerequisites.update_or_create(
            needs_id=needs.pk, defaults={"because": because, "by": by}
        )
        self._rank_again()

    @transition((*RANKED, "draft", "deferred"), None, who=ANALYST, guards=[needs_another],
                label="No longer needs another", told="took a prerequisite from",
                asks={"needs": HELD})  # fmt: skip
    def remove_prerequisite(self, *, by, needs):
        """It can go ahead without that other demand."""
        held = self.prerequisites.filter(needs_id=needs.pk).first()
        if held is None:
            raise Invalid(needs=f"{self.reference} does not wait for {needs.reference}.")
        held.delete()
        self._rank_again()

    @transition(RANKED, None, who=ANALYST, guards=[is_scored], told="moved the rank of",
                asks={"place": Number(label="Place", least=1, most=10_000),
                      "reason": LongText(label="Why", lines=3, max=1000, min=10)})  # fmt: skip
    def move_rank(self, *, by, place, reason):
        """Put it at a place by hand; the page shows who did and why."""
        self.moved_to, self.moved_because, self.moved_by = place, reason, by
        self.moved_at = clock.now()
        ranking.refresh(self)

    @transition(RANKED, None, who=ANALYST, told="let the score rank", guards=[was_moved])
    def release_rank(self, *, by):
        """Let mandatory date and score decide its place again."""
        self.moved_to, self.moved_because, self.moved_by = None, "", None
        self.moved_at = None
        ranking.refresh(self)

    # inner ---------------------------------------------------------------------------------------
    def _rank_again(self) -> None:
        if self.state in RANKED:
            ranking.refresh(self)

    @classmethod
    def prerequisite_pairs(cls) -> list[tuple[int, int]]:
        """Every (demand, what it needs)."""
        rows = cls._meta.get_field("prerequisites").related_model.objects
        return list(rows.values_list("demand_id", "needs_id"))

    def _circle_in_words(self, circle: list[int], by) -> str:
        if len(circle) == 1:
            return "A demand cannot wait for itself."
        seen = dict(
            type(self).objects.visible_to(by).filter(pk__in=circle).values_list("pk", "reference")
        )
        names = [seen.get(pk, "another demand") for pk in (*circle, circle[0])]
        return f"That would go in a circle: {' needs '.join(names)}."
