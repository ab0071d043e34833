from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "changeoffice.core.approvals"
    label = "approvals"
