"""What projects are gathered in: a portfolio holds programmes, a programme holds projects.

For an imported portfolio the agency is the portfolio and the investment the programme, so the same
roll-up serves both.
"""

from typing import ClassVar

from django.db import models

from changeoffice.core.access.rules import MANAGER, OWNER
from changeoffice.core.people.models import Person
from changeoffice.core.record import acting
from changeoffice.core.record.errors import NotAllowed
from changeoffice.core.record.history import tracked
from changeoffice.core.record.inputs import LongText, Ref, Text
from changeoffice.core.record.models import Work
from changeoffice.core.record.workflow import State, guard, transition
from changeoffice.organisation.models import staff, units


@guard("Projects in it are still open.")
def has_no_open_projects(plan) -> bool:
    return not plan.projects_in().open().exists()


class Plan(Work):
    """A portfolio or a programme: something others are gathered in."""

    states: ClassVar = {
        "active": State("Active", "info"), "closed": State("Closed", "good", closed=True)
    }  # fmt: skip
    editors = OWNER | MANAGER
    responsible = ("owner", "sponsor")
    searched = ("description",)

    description = models.TextField(blank=True)
    sponsor = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta(Work.Meta):
        abstract = True
        ordering = ["title", "record_id"]

    @classmethod
    def set_up(cls, *, by, **profile):
        """Open a new one; a change-office manager does this."""
        if by is not None and not _may_set_up(by):
            raise NotAllowed(f"Setting up a {cls.kind} needs {MANAGER.words}.")
        return cls.bear(by=by, verb="set_up", state="active", words="set up", quiet=True, **profile)

    def projects_in(self):
        raise NotImplementedError

    @transition("active", "closed", who=MANAGER, guards=[has_no_open_projects], told="closed",
                asks={"reason": Text(label="What was reached", max=500)})  # fmt: skip
    def close(self, *, by, reason):
        """Everything in it has ended."""

    @transition("closed", "active", who=MANAGER, told="reopened",
                asks={"reason": Text(label="Why", max=500)})  # fmt: skip
    def reopen(self, *, by, reason):
        """Take it up again."""


def _may_set_up(person) -> bool:
    from changeoffice.core.access.grants import grants_of

    return acting.door().name == "import" or grants_of(person).has("manager")


_PROFILE = {
    "title": Text(label="Name"),
    "description": LongText(label="What it is for", required=False),
    "owner": Ref(label="Owner", rows=staff, key="username", required=False),
    "sponsor": Ref(label="Sponsor", rows=staff, key="username", required=False),
    "unit": Ref(label="Business unit", rows=units, key="code", required=False),
}


@tracked
class Portfolio(Plan):
    kind, prefix, plural = "portfolio", "PF", "portfolios"
    profile: ClassVar = _PROFILE

    def projects_in(self):
        from portfolio.models.project import Project

        return Project.objects.filter(programme__portfolio=self)


def portfolios(person):
    return Portfolio.objects.visible_to(person).open()


def programmes(person):
    return Programme.objects.visible_to(person).open()


@tracked
class Programme(Plan):
    kind, prefix, plural = "programme", "PRG", "programmes"

    portfolio = models.ForeignKey(
        Portfolio, null=True, blank=True, on_delete=models.PROTECT, related_name="programmes"
    )

    profile: ClassVar = _PROFILE | {
        "portfolio": Ref(label="Portfolio", rows=portfolios, key="reference", required=False),
    }

    def projects_in(self):
        return self.projects.all()
