"""Ideas, what they are about, and what people and reviewers make of them."""

from ideation.models.campaign import Campaign
from ideation.models.draft import IdeaDraft
from ideation.models.duplicates import Duplicates
from ideation.models.idea import Idea, needs_review
from ideation.models.merging import UNDONE_FOR, Merge
from ideation.models.moderation import Report
from ideation.models.policy import REVIEW_AT_VOTES, IdeaPolicy
from ideation.models.reviewing import ELSEWHERE, Decline
from ideation.models.scoring import VettingScore
from ideation.models.thanking import Thanks
from ideation.models.theme import Theme
from ideation.models.threshold import Thresholds
from ideation.models.voting import HALF_LIFE_DAYS, Vote

__all__ = [
    "ELSEWHERE", "HALF_LIFE_DAYS", "REVIEW_AT_VOTES", "UNDONE_FOR", "Campaign", "Decline", "Duplicates", "Idea", "IdeaDraft", "IdeaPolicy",
    "Merge", "Report", "Thanks", "Theme", "Thresholds", "VettingScore", "Vote", "needs_review",
]  # fmt: skip
