"""Ideas, what they are about, and what people and reviewers make of them."""

from ideation.models.idea import Decline, Idea, needs_review
from ideation.models.scoring import REVIEWERS, SCORE_INPUTS, VettingScore
from ideation.models.theme import REVIEW_AT_VOTES, Theme
from ideation.models.voting import HALF_LIFE_DAYS, Vote

__all__ = [
    "HALF_LIFE_DAYS", "REVIEWERS", "REVIEW_AT_VOTES", "SCORE_INPUTS", "Decline", "Idea", "Theme",
    "VettingScore", "Vote", "needs_review",
]  # fmt: skip
