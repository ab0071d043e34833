"""The six figures an approver signs, each a door to where it comes from on the same page."""

import re

import pytest

pytestmark = pytest.mark.django_db


def test_who_is_asked_decides_from_six_figures_on_one_screen(make_demand, page, manager, kpi):
    demand = make_demand("approval", days=50)
    step = demand.record.approvals.filter(state="asked").first()
    answer = page(step.approver).get(demand.get_absolute_url())
    figures = answer.context["figures"]
    assert [one["label"] for one in figures] == [
        "Value", "Cost", "Risk of doing it", f"Effect on {kpi.reference}", "Needed by",
        "What comes first",
    ]  # fmt: skip
    html = answer.content.decode()
    assert html.index("What you would sign") < html.index("Your decision") < html.index("Trail")
    assert html.count('id="approvals"') == 1
    doors = {one["url"].removeprefix("#") for one in figures}
    assert doors <= set(re.findall(r'id="([a-z]+)"', html))


def test_who_is_not_asked_reads_the_demand_as_before(make_demand, page, analyst, stranger):
    demand = make_demand("approval", days=50)
    for person in (analyst, stranger):
        answer = page(person).get(demand.get_absolute_url())
        assert (
            answer.context["figures"] == [] and "What you would sign" not in answer.content.decode()
        )
        assert answer.content.decode().count('id="approvals"') == 1


def test_who_decided_is_not_asked_again(make_demand, page, manager):
    demand = make_demand("approval", days=50)
    step = demand.record.approvals.filter(state="asked").first()
    assert page(step.approver).post(f"/approvals/{step.pk}/approve").status_code == 302
    assert page(step.approver).get(demand.get_absolute_url()).context["figures"] == []
    assert page(step.approver).post(f"/approvals/{step.pk}/approve").status_code == 409
    step.refresh_from_db()
    assert step.decided_by == step.approver


def test_an_approval_takes_its_approver_from_the_session_only(
    make_demand, page, manager, author, analyst
):
    """Whoever raised it or asked for it, and whoever else sends the form, is refused."""
    demand = make_demand("approval", days=50)
    step = demand.record.approvals.filter(state="asked").first()
    for person in (author, analyst):
        sent = {"approver": step.approver_id, "by": step.approver.username}
        assert page(person).post(f"/approvals/{step.pk}/approve", sent).status_code in (
            403,
            404,
            409,
        )
    step.refresh_from_db()
    assert step.state == "asked"
