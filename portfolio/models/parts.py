"""What every part of a project shares: it stands in the project's home, unit and confidence, and
whatever is written to it is read into the project's RAG in the same transaction."""

from typing import Self

from django.db import transaction

from changeoffice.core.access.rules import Rule
from changeoffice.core.record.errors import Invalid, NotAllowed, NotSeen
from changeoffice.core.record.models import Reach, Work
from portfolio.rules import KEEPS_PROJECT


class MovesRag(Work):
    """A record whose writes can change a project's RAG."""

    class Meta(Work.Meta):
        abstract = True

    def moved(self) -> None:
        """Recompute what this record's write touches; called inside the verb's transaction."""
        raise NotImplementedError

    def settle(self, target, *, bumps=True) -> None:
        super().settle(target, bumps=bumps)
        if bumps:
            self.moved()

    @classmethod
    def bear(cls, **fields) -> Self:
        with transaction.atomic():
            made = super().bear(**fields)
            made.moved()
        return made


class ProjectPart(MovesRag):
    """A record that belongs to one project: it is seen by whoever may see the project."""

    reach_of_part = Reach.STAFF

    class Meta(MovesRag.Meta):
        abstract = True

    def moved(self) -> None:
        from portfolio import engine

        engine.recompute([self.project_id])

    @classmethod
    def begin(cls, *, by, project, verb: str, state: str, words: str, who: Rule | None = KEEPS_PROJECT,
              **fields) -> Self:  # fmt: skip
        """Born inside a project, by somebody who may; the project must still be open. Without
        `who`, the verb that calls this has asked already."""
        may_add(by, project, who, cls.kind)
        owner = fields.get("owner")
        if project.confidential and owner is not None and not project.is_visible_to(owner):
            raise Invalid(owner=f"{owner.name} is not named on this confidential project.")
        return cls.bear(
            by=by, verb=verb, state=state, words=words, home=project, project=project,
            unit=project.unit, confidential=project.confidential, reach=cls.reach_of_part, **fields,
        )  # fmt: skip


def may_add(by, project, who: Rule | None, what: str) -> None:
    if by is not None and who is not None:
        if not project.is_visible_to(by):
            raise NotSeen(f"{project.reference} does not exist.")
        if not who.holds(by, project):
            raise NotAllowed(f"Adding a {what.replace('_', ' ')} needs {who.words}.")
    if project.is_closed:
        raise Invalid(project=f"{project.reference} is {project.state_label.lower()}.")
