from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PortfolioConfig(AppConfig):
    name = "portfolio"
    label = "portfolio"

    def ready(self) -> None:
        from changeoffice.core import ports as core
        from changeoffice.organisation import ports as organisation
        from ideation import ports as ideation
        from portfolio import (  # noqa: F401
            commands,
            defaults,
            handlers,
            idea_deliveries,
            imports,
            tasks,
            touching,
            waiting,
        )

        post_migrate.connect(defaults.put, sender=self)
        core.import_kinds |= {kind.name: kind for kind in imports.KINDS}
        core.waiting["portfolio"] = waiting.waiting_for
        core.trail["project"] = commands.trail
        organisation.touching["projects"] = touching.projects
        core.lineage.append(idea_deliveries.lineage)
        ideation.deliveries.append(idea_deliveries.deliveries)
        self._carry_out()

    def _carry_out(self) -> None:
        """What a demand may become here, and how it is told from then on."""
        from changeoffice.core import ports as core
        from changeoffice.organisation import ports as organisation
        from demand import delivery, idea_deliveries, ports, touching, trail
        from ideation import ports as ideation
        from portfolio import commands
        from portfolio.models import Epic

        core.trail["epic"] = trail.around
        ideation.deliveries.append(idea_deliveries.carried_by(Epic, "Epic owner"))
        organisation.touching["epics"] = touching.carriers_of(Epic)
        delivery.offer(
            "project",
            ports.Target(
                "Project", "Project manager", commands.into_project, commands.INTO_PROJECT
            ),
        )
        delivery.offer(
            "epic",
            ports.Target("Epic", "Owner", Epic.take_on, commands.INTO_EPIC, needs=("product",)),
        )
        ports.carriers += [
            ports.Carrier(
                "project", commands.carrying_projects, commands.steps_of, commands.card_of
            ),
            trail.carrier_of(Epic),
        ]
