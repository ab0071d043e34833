"""What follows from a write: expected dates, use of tolerance, RAG and interventions.

Inside a verb's transaction for the project it belongs to; for every other project by an outbox row,
so that a long chain is carried on by the worker, one project after the other.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import uuid4

from django.db import transaction

from changeoffice.core.outbox.models import enqueue_each
from portfolio import promises, propagation, readings, watch
from portfolio.propagation import loop_closed_by, name_loop

__all__ = ["loop_closed_by", "name_loop", "recompute", "recompute_all", "together"]


_gathered: ContextVar[set[int] | None] = ContextVar("projects_to_recompute", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Many writes, one recomputation at their end, in the same transaction."""
    if _gathered.get() is not None:
        yield
        return
    token = _gathered.set(set())
    try:
        with transaction.atomic():
            yield
            ids = _gathered.get()
            _gathered.set(None)
            if ids:
                recompute(ids)
    finally:
        _gathered.reset(token)


@transaction.atomic
def recompute(project_ids: Iterable[int], written: Iterable[int] = ()) -> dict[str, int]:
    """Bring these projects up to date; whoever gets from milestones that were written, or that
    moved with them, is dealt with by the worker."""
    ids, moved = sorted(set(project_ids)), set(written)
    gathered = _gathered.get()
    if gathered is None:
        readings.take(ids)
        moved |= propagation.expect(ids)
    else:
        gathered.update(ids)
    later(propagation.getters_elsewhere(moved) - set(ids))
    return {} if gathered is not None else _bring_up_to_date(ids)


@transaction.atomic
def recompute_all() -> dict[str, int]:
    """The scheduled sweep: the same, for all projects together."""
    ids = readings.take(None)
    propagation.expect(None)
    return _bring_up_to_date(ids)


def _bring_up_to_date(ids: list[int]) -> dict[str, int]:
    promises.measure(ids)
    changed = readings.read(ids)
    opened, recovered = watch.look_after(ids)
    return {"projects": len(ids), "changed": changed, "opened": opened, "recovered": recovered}


def milestone_moved(milestone) -> None:
    """A milestone was written: its own project now, the projects it gives to by the worker."""
    recompute([milestone.project_id], [milestone.pk])


def dependency_moved(dependency) -> None:
    """A dependency was written: the getter's project now; the giver only sees it."""
    recompute([dependency.getter.project_id])


def later(project_ids: Iterable[int]) -> None:
    """Leave these projects to the worker."""
    ids = sorted(project_ids)
    if ids:
        enqueue_each(
            "rag", {f"rag:{project}:{uuid4()}": {"project_id": project} for project in ids}
        )
