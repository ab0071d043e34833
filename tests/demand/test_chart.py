"""Value, risk and size as bubbles: reads only, says only what one may see, and a table says the same."""

import json
import re

import pytest

from demand.scoring import RICE, USUAL, WSJF, benefit

pytestmark = pytest.mark.django_db


def test_each_bubble_opens_its_demand_and_the_table_holds_the_same(make_demand, analyst, page):
    drawn = make_demand("ready", risk="high")
    make_demand("screening", title="Not scored yet", risk="low")
    answer = page(analyst).get("/demands/chart")
    html = answer.content.decode()
    data = json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.S)[1])
    [point] = data["points"]
    assert point["url"] == drawn.get_absolute_url() and 2.6 <= point["x"] <= 3.4
    assert point["y"] == pytest.approx(100 * (7 + 4 + 4) / 27, abs=0.1)
    assert f'href="{drawn.get_absolute_url()}"' in html and "£12k" in html
    assert "Not scored yet" not in html and answer.context["bare"] == 1
    assert "POST" not in html.split('id="list"')[1].upper().split("METHOD=")[0]


def test_the_lists_filters_narrow_the_bubbles_and_the_layouts_keep_them(make_demand, analyst, page):
    make_demand("ready", risk="high")
    other = make_demand(
        "ready", risk="low", title="Report incidents in four hours", type="regulatory"
    )
    answer = page(analyst).get("/demands/chart?type=regulatory")
    assert [row["demand"] for row in answer.context["bubbles"]] == [other]
    assert all("type=regulatory" in item["url"] for item in answer.context["layouts"])
    assert page(analyst).get("/demands/chart?owner=nobody&due_on__lt=never").status_code == 200


def test_nobody_sees_a_bubble_of_a_demand_whose_figures_are_not_theirs(
    make_demand, stranger, outsider, page
):
    demand = make_demand("ready", risk="high")
    answer = page(stranger).get("/demands/chart")
    assert answer.context["bubbles"] == [] and answer.context["whole"] == 0
    assert demand.title not in answer.content.decode()
    assert page(outsider).get("/demands/chart").context["bubbles"] == []


def test_the_value_of_a_bubble_is_what_raises_the_score_whatever_the_job_takes():
    marks = {"value": 10, "time_criticality": 10, "risk_reduction": 10, "job_size": 10}
    assert benefit(WSJF, marks) == benefit(WSJF, marks | {"job_size": 1}) == 100
    assert benefit(RICE, {"reach": 1, "impact": 0.25, "confidence": 0.5, "effort": 2}) == 0
    assert benefit(USUAL["weighted"], {}) is None
