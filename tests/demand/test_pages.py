"""Demands on pages."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("url", ["", "?layout=table", "?view=mine", "?view=late", "?view=approvals", "?view=ended"])
def test_every_view_of_the_list_opens(make_demand, manager, page, analyst, url):
    make_demand("screening")
    make_demand("approval", title="Another demand of ours")
    assert page(analyst).get(f"/demands{url}").status_code == 200


@pytest.mark.parametrize("state", ["draft", "submitted", "screening", "assessment", "ready", "approval", "approved", "scheduled"])
def test_a_demand_is_told_in_every_state(make_demand, manager, page, analyst, author, state):
    demand = make_demand(state)
    reader = author if state == "draft" else analyst
    assert page(reader).get(demand.get_absolute_url()).status_code == 200
