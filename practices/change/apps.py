from django.apps import AppConfig


class ChangeConfig(AppConfig):
    name = "practices.change"
    label = "change"

    def ready(self) -> None:
        from changeoffice.core import ports as core
        from changeoffice.organisation import ports as organisation
        from demand import delivery, idea_deliveries, ports, touching, trail
        from ideation import ports as ideation
        from practices.change.models import INTO_CHANGE, Change

        core.trail["change"] = trail.around
        ideation.deliveries.append(idea_deliveries.carried_by(Change, "Implementer"))
        organisation.touching["changes"] = touching.carriers_of(Change)
        delivery.offer("enhancement", ports.Target(
            "Enhancement", "Implementer", Change.take_on_enhancement, INTO_CHANGE,
            needs=("change_type",)))  # fmt: skip
        delivery.offer("change", ports.Target(
            "Change", "Implementer", Change.take_on, INTO_CHANGE,
            needs=("change_type", "window_start", "window_end")))  # fmt: skip
        ports.carriers.append(trail.carrier_of(Change))
