"""A scheduled demand, a product to put it into, and the people around both."""

from datetime import date

import pytest

from portfolio.models import Product
from tests.demand.conftest import make_demand, policies  # noqa: F401


@pytest.fixture
def make_scheduled(make_demand, analyst):
    def make(**profile):
        demand = make_demand("approved", **profile)
        demand.schedule(by=analyst, starts_on=date(2027, 1, 11), finishes_on=date(2027, 8, 31))
        return demand

    return make


@pytest.fixture
def scheduled(make_scheduled, service):
    return make_scheduled(
        services=[service], security="Data stays encrypted.", capacity="2,000 payments a second.",
        compliance_flags=["psd2"],
    )  # fmt: skip


@pytest.fixture
def product(manager, project_manager) -> Product:
    return Product.set_up(by=manager, title="Payments app", owner=project_manager)
