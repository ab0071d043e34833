from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DemandConfig(AppConfig):
    name = "demand"
    label = "demand"

    def ready(self) -> None:
        from changeoffice.core import ports
        from changeoffice.organisation import ports as organisation
        from demand import defaults, idea_demands, tasks, touching, trail, waiting  # noqa: F401
        from demand.actuals.imports import ActualFile
        from demand.commands import PROMOTE_INPUTS, promote_idea
        from demand.letters import mailbox  # noqa: F401
        from ideation import ports as ideation

        post_migrate.connect(defaults.put, sender=self)
        ports.next_steps[("idea", "promote")] = ports.NextStep(promote_idea, PROMOTE_INPUTS)
        ports.import_kinds["actuals"] = ActualFile()
        ports.waiting["demands"] = waiting.of_person
        ports.trail["idea"] = trail.of_idea
        ports.trail["demand"] = trail.of_demand
        ports.lineage.append(idea_demands.lineage)
        ideation.delivered.append(idea_demands.delivered)
        ideation.onward.append(idea_demands.onward)
        organisation.touching["demands"] = touching.demands
