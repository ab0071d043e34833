"""How many votes bring an idea up for review: its campaign says, or its theme, or the office."""

from django.db.models import Q

from changeoffice.core.record import at_once
from ideation.models.campaign import Campaign
from ideation.models.policy import REVIEW_AT_VOTES, IdeaPolicy
from ideation.models.theme import Theme


def enough_votes() -> Q:
    """The thresholds are read first: numbers, unlike a join, let an index find the few that have them."""
    own = ("pk", "review_at_votes")
    office, themes, campaigns = at_once.fetch(
        IdeaPolicy.objects.values_list(*own),
        Theme.objects.exclude(review_at_votes=None).order_by("pk").values_list(*own),
        Campaign.objects.exclude(review_at_votes=None).order_by("pk").values_list(*own),
    )
    usual = office[0][1] if office else REVIEW_AT_VOTES
    by_theme = Q(theme=None) | ~Q(theme__in=[pk for pk, _ in themes])
    plain = by_theme & Q(vote_count__gte=usual)
    for votes, keys in _grouped(themes).items():
        plain |= Q(theme__in=keys, vote_count__gte=votes)
    if not campaigns:
        return plain
    enough = ~Q(campaign__in=[pk for pk, _ in campaigns]) & plain
    for votes, keys in _grouped(campaigns).items():
        enough |= Q(campaign__in=keys, vote_count__gte=votes)
    return enough


def _grouped(rows: list[tuple[int, int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for pk, votes in rows:
        found.setdefault(votes, []).append(pk)
    return found
