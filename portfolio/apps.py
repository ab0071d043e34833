from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PortfolioConfig(AppConfig):
    name = "portfolio"
    label = "portfolio"

    def ready(self) -> None:
        from changeoffice.core import ports as core
        from changeoffice.organisation import ports as organisation
        from demand import ports as demand
        from portfolio import commands, defaults, handlers, imports, tasks, touching, waiting  # noqa: F401

        post_migrate.connect(defaults.put, sender=self)

        core.next_steps["demand", "hand_over"] = core.NextStep(
            commands.hand_over, commands.HAND_OVER_INPUTS
        )
        core.import_kinds |= {kind.name: kind for kind in imports.KINDS}
        core.waiting["portfolio"] = waiting.waiting_for
        core.trail["project"] = commands.trail
        organisation.touching["projects"] = touching.projects
        demand.delivery_trail.append(commands.trails_of)
        demand.delivery_cards.append(commands.cards_of)
