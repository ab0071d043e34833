"""Who keeps a project and what hangs on it."""

from dataclasses import dataclass

from django.db.models import Q

from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.rules import MANAGER, OWNER, IsPerson, Not, Rule, role


@dataclass(frozen=True)
class Around(Rule):
    """A person named on something the thing belongs to: the project's owner, a giver's owner."""

    path: str
    field: str
    says: str

    def q(self, person, at: str = "") -> Q:
        return Q(**{f"{at}{self.path}__{self.field}": person.pk})

    def holds(self, person, thing) -> bool:
        for step in self.path.split("__"):
            thing = getattr(thing, step)
        return getattr(thing, f"{self.field}_id") == person.pk

    @property
    def words(self) -> str:
        return self.says


@dataclass(frozen=True)
class Deputy(Rule):
    """Holds the project manager's role on this very project; the role alone keeps no project."""

    def q(self, person, at: str = "") -> Q:
        return Q(**{f"{at}home_id__in": sorted(grants_of(person).scope("project_manager").records)})

    def holds(self, person, thing) -> bool:
        return thing.home_id in grants_of(person).scope("project_manager").records

    @property
    def words(self) -> str:
        return "a deputy named on the project"


@dataclass(frozen=True)
class IsEmpty(Rule):
    """Something about the thing is not said yet; for everybody alike."""

    field: str

    def q(self, person, at: str = "") -> Q:
        return Q(**{f"{at}{self.field}": None})

    def holds(self, person, thing) -> bool:
        return getattr(thing, self.field) is None

    @property
    def words(self) -> str:
        return "who has not answered yet"


SPONSOR = IsPerson("sponsor")
PROJECT_MANAGER = Around("project", "owner", "the project manager")
PROJECT_SPONSOR = Around("project", "sponsor", "the sponsor")

IMPORTS = role("analyst", "manager", "administrator", "integration")
KEEPS_PROJECT = OWNER | Deputy() | MANAGER
STEERS_PROJECT = SPONSOR | MANAGER
KEEPS_PART = PROJECT_MANAGER | Deputy() | MANAGER
KEEPS_OWN_PART = OWNER | KEEPS_PART
STEERS_PART = PROJECT_SPONSOR | MANAGER
DECIDES_GATE = (PROJECT_SPONSOR | MANAGER | role("approver")) & Not(PROJECT_MANAGER)

GIVES = Around("giver__project", "owner", "the giver's owner") | IsPerson("giver_owner")
GETS = Around("getter__project", "owner", "the getter's owner") | IsPerson("getter_owner")
EITHER_SIDE = GIVES | GETS
ANSWERS = (GIVES & IsEmpty("giver_agreed_at")) | (GETS & IsEmpty("getter_agreed_at"))
