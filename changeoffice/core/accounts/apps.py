from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "changeoffice.core.accounts"
    label = "accounts"

    def ready(self) -> None:
        from changeoffice.core.accounts import letters, traces  # noqa: F401
