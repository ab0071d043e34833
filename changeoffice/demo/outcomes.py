"""What stands at the end of the year: thanks for what was delivered, a report, duplicates to look at."""

from __future__ import annotations

from datetime import timedelta

from changeoffice.core.talk.models import Comment
from changeoffice.demo.idea_stories import SILENT
from changeoffice.demo.play import Play
from ideation import delivered, duplicates, moderation
from ideation.models import Idea

THANKED, THANKFUL = 6, 7
WORDS = (
    "Tuesday mornings are quiet now. Thank you.", "I wrote the same wish years ago. Well done.", "",
    "Our customers noticed within a week.", "You told us first and it became real.", "", "",
)  # fmt: skip


def set_up(play: Play) -> None:
    play.at(play.moment(play.day(1)), _thank, play)
    play.at(play.moment(play.day(2)), _report, play)
    play.at(play.moment(play.day(3)), duplicates.propose)


def _thank(play: Play) -> None:
    people = [person for name, person in play.people.items() if name not in SILENT]
    for idea in delivered.ideas(people[0]).order_by("-state_since", "pk")[:THANKED]:
        dice = play.dice(f"thanks {idea.title}")
        for person, words in zip(dice.sample(people, THANKFUL), WORDS, strict=True):
            if person.pk != idea.owner_id:
                idea.thank(by=person, words=words)


def _report(play: Play) -> None:
    """Two people find that a comment names a customer; nobody has looked at it yet."""
    lately = play.now - timedelta(days=60)
    said = Comment.objects.filter(record__kind="idea", at__gte=lately, author__isnull=False)
    found = said.order_by("-at").first()
    if found is None:
        return
    idea = Idea.objects.get(pk=found.record_id)
    people = [person for name, person in play.people.items()
              if name not in SILENT and person.pk != found.author_id]  # fmt: skip
    for person in play.dice("reports").sample(people, 2):
        moderation.report(
            idea, by=person, comment=found, reason="I think a customer can be told from this."
        )
