from django.apps import AppConfig


class FinanceConfig(AppConfig):
    name = "practices.finance"
    label = "finance"

    def ready(self) -> None:
        from portfolio import ports
        from practices.finance.models import costs
        from practices.finance.overview import overview

        ports.costs = costs
        ports.money = overview
