from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "changeoffice.core.approvals"
    label = "approvals"

    def ready(self) -> None:
        from changeoffice.core import ports
        from changeoffice.core.approvals.waiting import approvals

        ports.waiting["approvals"] = approvals
