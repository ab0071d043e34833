"""Who stands for the whole office where something is told to all of it."""

from changeoffice.core.access.grants import Grants
from changeoffice.core.people.models import Person

NO_KEY = 0  # no person has it, so nothing is theirs and nothing names them


class NoRoles(Grants):
    def _load(self) -> None:
        """There is nothing to read: no role is given to nobody."""


def any_member_of_staff() -> Person:
    """Nobody in particular and without a role: what this one may see, everybody in the office may."""
    someone = Person(pk=NO_KEY)
    someone._grants = NoRoles(someone)
    return someone
