"""The registers: read by all staff, kept by administrators, managers and owners."""

from datetime import date

import pytest

from changeoffice.core.administration.models import AdminEvent
from changeoffice.organisation.models import BusinessKpi, ConfigurationItem, Service, Skill, Team

pytestmark = pytest.mark.django_db
LISTS = ["/services", "/configuration-items", "/objectives", "/business-kpis"]


@pytest.mark.parametrize("url", LISTS)
def test_all_staff_read_a_register_and_few_may_add(page, stranger, manager, url):
    assert page(stranger).get(url).status_code == 200
    assert page(stranger).get(f"{url}/new").status_code == 403
    assert page(stranger).post(f"{url}/new", {}).status_code == 403
    assert page(manager).get(f"{url}/new").status_code == 200


@pytest.mark.parametrize("url", LISTS)
def test_a_suppliers_person_sees_no_entry(page, outsider, service, kpi, url):
    answer = page(outsider).get(url)
    assert answer.status_code == 200 and not answer.context["lines"]


def test_a_service_is_added_edited_retired_and_brought_back(page, manager, service_owner, unit):
    client = page(manager)
    form = {
        "title": "Card authorisation",
        "owner": service_owner.username,
        "unit": unit.code,
        "criticality": 1,
    }
    answer = client.post("/services/new", form)
    service = Service.objects.get(title="Card authorisation")
    assert answer["Location"] == f"/services/{service.reference}"
    assert "Card authorisation" in client.get("/services?criticality=1").content.decode()
    edit = form | {"users": 900, "version": service.version}
    assert client.post(f"/services/{service.reference}/edit", edit).status_code == 302
    client.post(f"/services/{service.reference}/retire", {"reason": "Replaced"})
    service.refresh_from_db()
    assert (service.state, service.users) == ("retired", 900)
    assert not client.get("/services").context["lines"]
    assert client.get("/services?state=retired").context["lines"]
    client.post(f"/services/{service.reference}/bring-back")
    service.refresh_from_db()
    assert service.state == "active"


def test_the_api_refuses_to_add_as_the_page_does(api, stranger, manager, unit):
    body = {
        "title": "Calls",
        "measure": "calls",
        "baseline": "10",
        "target": "5",
        "owner": manager.username,
    }
    assert api(stranger).post("/api/v1/business-kpis/", body).status_code == 403
    assert api(manager).post("/api/v1/business-kpis/", body).status_code == 201


def test_a_kpi_shows_its_readings_and_one_reading_a_day(page, manager, kpi):
    client = page(manager)
    for value in (1000, 990):
        client.post(
            f"/business-kpis/{kpi.reference}/record-reading", {"on": "2026-03-01", "value": value}
        )
    client.post(
        f"/business-kpis/{kpi.reference}/record-reading", {"on": "2026-04-01", "value": 950}
    )
    assert [(row.on, int(row.value)) for row in kpi.readings.order_by("on")] == [
        (date(2026, 3, 1), 990), (date(2026, 4, 1), 950)]  # fmt: skip
    answer = client.get(f"/business-kpis/{kpi.reference}")
    assert answer.context["chart"]["series"][0]["values"] == [990.0, 950.0]
    assert dict(answer.context["facts"])["Now"].startswith("950")


def test_an_entry_lists_what_stands_on_it(page, manager, stranger, service):
    ConfigurationItem.add(
        by=manager, title="Payments database", type="database", supports=[service]
    )
    assert (
        "Payments database" in page(stranger).get(f"/services/{service.reference}").content.decode()
    )
    assert page(stranger).get("/configuration-items?type=database").context["lines"]
    assert not page(stranger).get("/configuration-items?type=server").context["lines"]


@pytest.mark.parametrize("url", LISTS)
def test_a_register_asks_the_same_number_of_queries_however_long(
    page, manager, unit, url, django_assert_max_num_queries
):
    for n in range(20):
        made = Service.add(by=manager, title=f"Service {n}", owner=manager, unit=unit)
        ConfigurationItem.add(by=manager, title=f"Item {n}", supports=[made])
        BusinessKpi.add(
            by=manager, title=f"KPI {n}", measure="%", baseline=1, target=2, owner=manager
        )
    client = page(manager)
    client.get(url)
    with django_assert_max_num_queries(12):
        client.get(url)


def test_administrators_keep_teams_and_skills_with_a_trail(
    page, administrator, manager, author, unit
):
    client = page(administrator)
    client.post("/admin/units/skills/new", {"name": "Testing", "day_rate": "520"})
    skill = Skill.objects.get(name="Testing")
    form = {"name": "Payments testing", "unit": unit.pk, "skill": skill.pk, "members": [author.username],
            "monthly_capacity": "40", "is_active": "on"}  # fmt: skip
    client.post("/admin/units/teams/new", form)
    team = Team.objects.get(name="Payments testing")
    client.post(f"/admin/units/teams/{team.pk}", form | {"members": [], "monthly_capacity": "30"})
    changes = AdminEvent.objects.get(verb="edit_team").changes
    assert {"label": "Member", "old": author.name, "new": None} in changes
    assert page(manager).get("/admin/units/teams").status_code == 403


def test_a_day_off_is_given_and_taken_back(page, administrator, auditor):
    client = page(administrator)
    client.post("/admin/units/days-off/new", {"on": "2026-12-24", "name": "Christmas Eve"})
    text = client.get("/admin/units/days-off").content.decode()
    assert "Christmas Eve" in text
    from changeoffice.calendar.models import DayOff

    client.post(f"/admin/units/days-off/{DayOff.objects.get().pk}/remove")
    assert not DayOff.objects.exists()
    assert AdminEvent.objects.filter(verb="remove_day_off").exists()
    assert page(auditor).get("/admin/units/days-off").status_code == 403
