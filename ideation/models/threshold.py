"""How many votes bring an idea up for review: its campaign says, or its theme, or the office."""

from dataclasses import dataclass
from typing import Self

from django.db.models import Q

from changeoffice.core.record import at_once
from ideation.models.campaign import Campaign
from ideation.models.policy import REVIEW_AT_VOTES, IdeaPolicy
from ideation.models.theme import Theme

Own = tuple[tuple[int, int], ...]  # a key, and the votes it asks for


@dataclass(frozen=True)
class Thresholds:
    """Read before ideas are asked for: numbers, unlike a join, let an index find the few with enough."""

    office: int
    themes: Own
    campaigns: Own

    @classmethod
    def now(cls) -> Self:
        own = ("pk", "review_at_votes")
        office, themes, campaigns = at_once.fetch(
            IdeaPolicy.objects.values_list(*own),
            Theme.objects.exclude(review_at_votes=None).order_by("pk").values_list(*own),
            Campaign.objects.exclude(review_at_votes=None).order_by("pk").values_list(*own),
        )
        return cls(office[0][1] if office else REVIEW_AT_VOTES, tuple(themes), tuple(campaigns))

    def met(self) -> Q:
        by_theme = Q(theme=None) | ~Q(theme__in=[pk for pk, _ in self.themes])
        plain = by_theme & Q(vote_count__gte=self.office)
        for votes, keys in _grouped(self.themes).items():
            plain |= Q(theme__in=keys, vote_count__gte=votes)
        if not self.campaigns:
            return plain
        enough = ~Q(campaign__in=[pk for pk, _ in self.campaigns]) & plain
        for votes, keys in _grouped(self.campaigns).items():
            enough |= Q(campaign__in=keys, vote_count__gte=votes)
        return enough


def _grouped(rows: Own) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for pk, votes in rows:
        found.setdefault(votes, []).append(pk)
    return found
