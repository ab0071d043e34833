"""The data-quality page: each check finds its own, and shows nobody what they may not see."""

from datetime import timedelta

import pytest

from changeoffice.core.record import clock
from changeoffice.insight.quality import CHECKS
from portfolio.models import Milestone, Project

pytestmark = pytest.mark.django_db


@pytest.fixture
def sound(project_manager, unit):
    """A project with nothing wrong but its missing KPI."""
    today = clock.today()
    return Project.start_up(by=project_manager, title="Replace the payments gateway", unit=unit,
                            planned_start=today - timedelta(days=30),
                            planned_finish=today + timedelta(days=200))  # fmt: skip


def found(check: str, person) -> set[str]:
    return set(CHECKS[check].rows(person).values_list("reference", flat=True))


def test_a_sound_project_fails_only_for_its_kpi(sound, manager):
    assert {slug for slug in CHECKS if sound.reference in found(slug, manager)} == {"no-kpi"}


def test_who_owns_nothing_any_more_is_told_apart(sound, manager, project_manager):
    project_manager.is_active = False
    project_manager.save()
    assert sound.reference in found("owner-left", manager)
    assert sound.reference not in found("no-owner", manager)
    Project.objects.filter(pk=sound.pk).update(owner=None)
    assert sound.reference in found("no-owner", manager)


def test_dates_that_cannot_both_be_true_are_found(sound, manager):
    today = clock.today()
    mark = Milestone.objects.filter(project=sound).order_by("forecast_on").first()
    Milestone.objects.filter(pk=mark.pk).update(forecast_on=today - timedelta(days=3))
    assert found("passed", manager) == {mark.reference}
    assert mark.reference not in found("dates", manager)
    Milestone.objects.filter(pk=mark.pk).update(
        forecast_on=sound.forecast_finish + timedelta(days=1)
    )
    assert mark.reference in found("dates", manager)
    Project.objects.filter(pk=sound.pk).update(forecast_finish=today - timedelta(days=60))
    assert sound.reference in found("dates", manager)


def test_the_page_lists_one_check_and_the_api_counts_them_all(sound, manager, page, api):
    shown = page(manager).get("/data-quality?check=no-kpi").content.decode()
    assert sound.title in shown and CHECKS["no-kpi"].mend in shown
    assert page(manager).get("/data-quality?check=nonsense&page=x").status_code == 200
    counts = {row["id"]: row["count"] for row in api(manager).get("/api/v1/data-quality/").json()}
    assert set(counts) == set(CHECKS) and counts["no-kpi"] == 1
    assert api(manager).get("/api/v1/data-quality/?wrong=1").status_code == 400


def test_confidential_items_and_outsiders_are_left_out(sound, manager, outsider, page, api):
    Project.objects.filter(pk=sound.pk).update(confidential=True)
    assert found("no-kpi", manager) == set()
    assert sound.title not in page(manager).get("/data-quality?check=no-kpi").content.decode()
    assert page(outsider).get("/data-quality").status_code == 403
    assert all(row["count"] == 0 for row in api(outsider).get("/api/v1/data-quality/").json())
