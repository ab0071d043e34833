"""What a demand's menu offers: under headings, and nothing that has nothing to act on."""

import re
from datetime import date

import pytest

from changeoffice.core import ports
from demand.models import Demand

pytestmark = pytest.mark.django_db


def test_every_verb_a_person_may_press_stands_under_one_heading():
    placed = [name for names in Demand.menu.values() for name in names]
    offered = {name for name, verb in Demand.verbs().items()
               if verb.door or ("demand", name) in ports.next_steps}  # fmt: skip
    assert set(placed) == offered and len(placed) == len(offered)


def offered(client, at: str) -> dict[str, str]:
    """Verb by heading, as the page's menu draws it."""
    html = client.get(at).content.decode()
    parts = re.findall(r'role="group" aria-label="([^"]+)">(.*?)(?=<div class="menu__part"|</details>)',
                       html, re.S)  # fmt: skip
    return {verb: heading for heading, inside in parts
            for verb in re.findall(rf'{at}/([a-z-]+)"', inside)}  # fmt: skip


def open_to_machines(client, at: str) -> set[str]:
    return {one["name"] for one in client.get(f"/api/v1{at}/").json()["verbs"]}


TAKING_AWAY = {"remove-kpi-effect", "remove-estimate", "remove-stakeholder", "remove-prerequisite",
               "drop-waiting-cost", "release-rank", "open-up"}  # fmt: skip


def test_nothing_is_offered_to_be_taken_away_where_nothing_is(make_demand, page, api, analyst):
    demand = make_demand("screening")
    at = demand.get_absolute_url()
    shown = offered(page(analyst), at)
    assert not TAKING_AWAY & set(shown) and not TAKING_AWAY & open_to_machines(api(analyst), at)
    assert shown["add-stakeholder"] == "People" and shown["reject"] == "Step back or end"
    assert page(analyst).post(f"{at}/remove-kpi-effect").status_code == 422
    answer = api(analyst).post(f"/api/v1{at}/release-rank/", {})
    assert answer.status_code == 409 and "Nobody moved it by hand." in str(answer.json())


def test_what_is_there_can_be_taken_away_and_nothing_else_is_to_choose(
    make_demand, page, api, analyst, kpi, skill, colleague, stranger
):
    demand = make_demand("assessment")
    at = demand.get_absolute_url()
    demand.add_kpi_effect(by=analyst, kpi=kpi, change=-5, by_on=date(2028, 6, 30))
    demand.estimate(by=analyst, skill=skill, low_days=1, likely_days=2, high_days=3)
    demand.add_stakeholder(by=analyst, person=colleague, interest="affected")
    gone = {"remove-kpi-effect", "remove-estimate", "remove-stakeholder"}
    assert gone <= set(offered(page(analyst), at)) and gone <= open_to_machines(api(analyst), at)
    asked = page(analyst).get(f"{at}/remove-stakeholder").content.decode()
    assert colleague.name in asked and stranger.name not in asked
    answer = page(analyst).post(f"{at}/remove-stakeholder", {"person": stranger.username})
    assert answer.status_code == 422
    for verb, given in (("remove-kpi-effect", {"kpi": kpi.reference}),
                        ("remove-estimate", {"skill": skill.name}),
                        ("remove-stakeholder", {"person": colleague.username})):  # fmt: skip
        assert api(analyst).post(f"/api/v1{at}/{verb}/", given).status_code == 200
    assert not gone & set(offered(page(analyst), at))


def test_whoever_is_asked_to_decide_is_led_to_decide_not_to_remind_others(
    make_demand, page, analyst, make_person
):
    demand = make_demand("ready")
    other = make_person("Paul Second", "analyst")
    demand.request_approval(by=analyst)
    step = demand.record.approvals.filter(state="asked").first()
    at = demand.get_absolute_url()
    assert primary(page(other), at) == ["Remind approvers"]
    type(step).objects.filter(pk=step.pk).update(approver=other)
    assert primary(page(other), at) == ["Decide"]


def primary(client, at: str) -> list[str]:
    main = client.get(at).content.decode().partition("<main")[2]
    return re.findall(r'class="button button--primary"[^>]*>(?:<svg.*?</svg>)?([^<]+)<', main)


def test_whoever_may_not_take_away_is_not_told_what_there_is(
    make_demand, page, api, analyst, skill, stranger
):
    """What is estimated is for those with a role on it; a form that is refused shows it to nobody."""
    demand = make_demand("assessment")
    demand.estimate(by=analyst, skill=skill, low_days=1, likely_days=2, high_days=3)
    at = f"{demand.get_absolute_url()}/remove-estimate"
    for answer in (page(stranger).post(at, {"skill": "no such"}), page(stranger).get(at)):
        assert skill.name not in answer.content.decode()
    for name in ("no such", skill.name):
        assert api(stranger).post(f"/api/v1{at}/", {"skill": name}).status_code == 403


def test_where_nobody_has_a_stake_the_form_names_only_colleagues(
    make_demand, page, author, colleague, outsider, make_person
):
    gone = make_person("Greta Gone")
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    demand = make_demand("submitted")
    at = f"{demand.get_absolute_url()}/remove-stakeholder"
    shown = page(author).post(at, {"person": "nobody"}).content.decode()
    assert colleague.name in shown and outsider.name not in shown and gone.name not in shown
    demand.add_stakeholder(by=author, person=colleague, interest="affected")
    type(gone).objects.filter(pk=colleague.pk).update(is_active=False)
    page(author).post(at, {"person": colleague.username})
    assert not demand.stakeholders.exists()
