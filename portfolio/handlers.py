"""What the worker does for the portfolio when an outbox row says so."""

from changeoffice.core.outbox.relay import handler
from changeoffice.core.record import acting
from portfolio import alerts, commands, engine
from portfolio.models import Project


@handler("rag")
def read_again(project_id: int) -> None:
    """Something this project gets from elsewhere has moved."""
    with acting.through("job", "rag_recalculation"):
        engine.recompute([project_id])


@handler("dependency_alerts")
def alert(dependency_ids: list[int]) -> None:
    """These dependencies use more or less of their tolerance than before."""
    with acting.through("job", "dependency_alerts"):
        alerts.tell(dependency_ids)


@handler("project_progress")
def progress(project_id: int) -> None:
    """A gate was passed: the demand it came from mirrors it."""
    commands.mirror(Project.objects.get(pk=project_id))
