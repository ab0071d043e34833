"""What became of ideas: one's own, the delivered ones with what they brought, and thanks for them."""

from datetime import date

import pytest

from changeoffice.core.notify.models import Notification
from changeoffice.core.record.errors import NotNow
from changeoffice.organisation.models import KpiReading
from demand.models import Demand
from ideation import delivered
from ideation.models import Idea, Thanks
from portfolio.models import Benefit, Project
from tests.demand.conftest import make_demand, policies  # noqa: F401
from tests.ideation.conftest import PROBLEM

pytestmark = pytest.mark.django_db


def text(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


@pytest.fixture
def brought(idea, make_demand, analyst, sponsor, project_manager) -> Idea:
    """Delivered by a project, with a benefit above its plan."""
    from demand.delivery import hand_over

    demand = make_demand("approved")
    demand.schedule(by=analyst, starts_on=date(2026, 1, 5), finishes_on=date(2026, 12, 18))
    Demand.objects.filter(pk=demand.pk).update(idea=idea)
    Idea.objects.filter(pk=idea.pk).update(state="promoted")
    demand.refresh_from_db()
    made = hand_over(demand, by=analyst, owner=project_manager)
    made.start(by=project_manager)
    Project.objects.filter(pk=made.pk).update(stage="closed")
    made.refresh_from_db()
    made.close(by=sponsor, reason="Everything works")
    benefit = Benefit.objects.get(project=made)
    change = benefit.planned_change * 2
    benefit.read(by=project_manager, realised_change=change, read_on=date(2026, 12, 20))
    idea.refresh_from_db()
    return idea


@pytest.fixture
def parts(brought):
    demand = Demand.objects.get(idea=brought)
    return brought, demand, Project.objects.get(demand=demand)


def test_a_delivered_idea_tells_what_it_brought_who_made_it_and_how_it_got_there(
    page, colleague, parts, project_manager, author
):
    idea, demand, project = parts
    shown = text(page(colleague).get(f"/ideas/{idea.reference}"))
    assert "What it brought" in shown and "200% of plan" in shown
    assert "How it got there" in shown and f"closed {project.reference}" in shown
    assert "Who made it" in shown and project_manager.name in shown and "Had the idea" in shown
    listed = text(page(colleague).get("/ideas/delivered"))
    assert idea.title in listed and demand.reference in listed and "200% of plan" in listed
    assert "Delivered from ideas" in text(page(colleague).get("/ideas"))
    typed = text(page(colleague).get("/ideas/similar", {"title": idea.title}))
    assert idea.reference in typed and "Delivered" in typed


def test_the_kpi_it_was_to_move_is_drawn_with_its_plan_and_the_day_it_went_live(
    page, colleague, brought
):
    kpi = Benefit.objects.get().kpi
    page_of = f"/ideas/{brought.reference}"
    assert page(colleague).get(page_of).context["gain_chart"] is None, "one reading is no line"
    for on, value in ((date(2020, 1, 31), 900), (date(2030, 1, 31), 640)):
        KpiReading.objects.create(kpi=kpi, on=on, value=value)
    answer = page(colleague).get(page_of)
    drawn = answer.context["gain_chart"]["data"]
    assert drawn["series"][0]["values"][0] == 900 and drawn["series"][0]["values"][-1] == 640
    plan, live = drawn["marks"]
    assert plan["value"] == kpi.baseline + Benefit.objects.get().planned_change
    assert live == {"name": "Live", "at": "31 Jan 30"}
    assert f"<h2>{kpi.title}</h2>" in text(answer)


@pytest.mark.parametrize("door", ["page", "api"])
def test_thanks_reach_everybody_along_the_trail_once_and_are_counted(
    door, page, api, colleague, brought, author, project_manager
):
    words = "No more calls on Tuesday mornings."
    for _ in range(2):
        if door == "page":
            sent = page(colleague).post(f"/ideas/{brought.reference}/thank", {"words": words})
            assert sent.status_code == 302
        else:
            url = f"/api/v1/ideas/{brought.reference}/thank/"
            assert api(colleague).post(url, {"words": words}).status_code == 200
    assert Thanks.objects.count() == 1
    for person in (author, project_manager):
        told = Notification.objects.filter(person=person, text__contains=words)
        assert told.count() == 1
    shown = text(page(author).get(f"/ideas/{brought.reference}"))
    assert words in shown and "1 person says thank you" in " ".join(shown.split())
    assert brought.record.events.filter(verb="thank").count() == 1


def test_nothing_is_thanked_before_it_is_delivered(api, page, outsider, colleague, idea, brought):
    with pytest.raises(NotNow):
        Idea.propose(by=colleague, title="Another one here", problem=PROBLEM).thank(by=colleague)
    assert api(outsider).post(f"/api/v1/ideas/{brought.reference}/thank/").status_code == 404


def test_a_confidential_demand_project_or_benefit_is_delivered_to_nobody_else(
    page, colleague, parts
):
    idea, demand, project = parts
    Benefit.objects.filter(project=project).update(confidential=True)
    assert "200% of plan" not in text(page(colleague).get("/ideas/delivered"))
    Project.objects.filter(pk=project.pk).update(confidential=True)
    listed = text(page(colleague).get("/ideas/delivered"))
    assert demand.reference in listed and project.reference not in listed
    Demand.objects.filter(pk=demand.pk).update(confidential=True)
    assert not delivered.ideas(colleague).exists()
    for url in ("/ideas/delivered", f"/ideas/{idea.reference}", "/ideas"):
        shown = text(page(colleague).get(url))
        assert demand.reference not in shown and "What it brought" not in shown
    assert page(colleague).post(f"/ideas/{idea.reference}/thank").status_code == 409


def test_my_ideas_tell_the_latest_event_and_who_acts_next(page, author, colleague, analyst, parts):
    _, demand, _ = parts
    asked = Idea.propose(by=author, title="Book rooms from the phone", problem=PROBLEM)
    asked.submit(by=author)
    asked.ask(by=analyst, question="Which rooms?")
    other = Idea.propose(by=colleague, title="An idea of another person", problem=PROBLEM)
    other.submit(by=colleague)
    declined = Idea.propose(by=author, title="Paint the lift in green", problem=PROBLEM)
    declined.submit(by=author)
    declined.decline(by=analyst, code="not_now", answer="Not in the next two years, sadly.")
    shown = text(page(author).get("/ideas/mine"))
    assert f"{analyst.name} asked a question about it" in shown
    assert f"{analyst.name} declined it" in shown
    assert demand.reference in shown and "Delivered" in shown
    assert other.title not in shown
    assert text(page(colleague).get("/ideas/mine")).count(other.title) == 1


def test_what_is_alike_stands_beside_an_idea_under_review_with_merge_for_analysts(
    page, analyst, colleague, author, idea
):
    other = Idea.propose(
        by=colleague, title="Tell customers why payments are held", problem=PROBLEM
    )
    other.submit(by=colleague)
    other.review(by=analyst)
    assert f"/ideas/{other.reference}/alike" in text(page(analyst).get(f"/ideas/{other.reference}"))
    merge = f"/ideas/{other.reference}/merge?into={idea.reference}"
    url = f"/ideas/{other.reference}/alike"
    for asked in ({}, {"HTTP_HX_REQUEST": "true"}):
        assert merge in text(page(analyst).get(url, **asked))
        shown = text(page(colleague).get(url, **asked))
        assert idea.title in shown and merge not in shown
    assert idea.reference in text(page(analyst).get(merge))
    Idea.objects.filter(pk=idea.pk).update(confidential=True)
    assert idea.title not in text(page(colleague).get(url))
