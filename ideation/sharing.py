"""The story of a delivered idea in words to pass on: only what everybody in the office may see."""

from typing import NamedTuple
from urllib.parse import quote

from django.conf import settings
from django.db.models import QuerySet
from django.utils.text import Truncator

from changeoffice.core.access.anybody import any_member_of_staff
from changeoffice.core.doors.templatetags.formats import long_day
from changeoffice.core.people.models import Person
from ideation import delivered, ports
from ideation.models import Idea
from ideation.ports import Delivery, Gain

PROBLEM_TOLD = 280  # with more of it, mail programs cut the letter


class Story(NamedTuple):
    title: str
    text: str
    link: str

    @property
    def mailto(self) -> str:
        body = f"{self.text}\n\n{self.link}\n".replace("\n", "\r\n")
        return f"mailto:?subject={quote(self.title)}&body={quote(body)}"


def told_to_all(idea: Idea) -> QuerySet:
    """The idea, if everybody may see both it and that it was delivered."""
    return delivered.ideas(any_member_of_staff()).filter(pk=idea.pk)


def story_of(idea: Idea) -> Story | None:
    """Asked as somebody without any role, whoever it is that shares it."""
    anybody = any_member_of_staff()
    open_one = told_to_all(idea).select_related("owner").first()
    delivery = open_one and ports.deliveries_of([idea.pk], anybody).get(idea.pk)
    if not open_one or not delivery:
        return None
    parts = [_whose(open_one), _problem(open_one), _came_true(open_one, delivery), *map(_brought, delivery.gains)]  # fmt: skip
    return Story(
        f"{open_one.title}: an idea that came true", "\n\n".join(filter(None, parts)),
        f"{settings.SITE_URL}{open_one.get_absolute_url()}",
    )  # fmt: skip


def _whose(idea: Idea) -> str:
    writers = Person.objects.filter(pk__in=idea.named("co_author").values("person_id"))
    first = idea.owner.name if idea.owner else idea.author_name
    names = [name for name in [first, *(one.name for one in writers)] if name]
    by = f" by {' and '.join(filter(None, [', '.join(names[:-1]), names[-1]]))}" if names else ""
    return f"“{idea.title}” was suggested{by} on {long_day(idea.submitted_at or idea.created_at)}."


def _problem(idea: Idea) -> str:
    return Truncator(idea.problem.strip().split("\n")[0].strip()).chars(PROBLEM_TOLD)


def _came_true(idea: Idea, delivery: Delivery) -> str:
    through = " and ".join(filter(None, [delivery.demand, delivery.made]))
    votes = f"It had {idea.vote_count:,} vote{'' if idea.vote_count == 1 else 's'}, and"
    return f"{votes} was delivered on {long_day(delivery.completed_at)} through {through}."


def _brought(gain: Gain) -> str:
    planned = f"planned {gain.planned_words} {gain.unit}"
    if gain.realised is None:
        return f"{gain.kpi}: {planned}, not read yet."
    read = f", read on {long_day(gain.read_on)}" if gain.read_on else ""
    part = f" ({gain.percent}% of plan)" if gain.percent is not None else ""
    return f"{gain.kpi}: {gain.realised_words} {gain.unit}, {planned}{part}{read}."
