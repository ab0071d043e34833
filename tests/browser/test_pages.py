"""Every page, wide and on a phone, light and dark: it answers, fits, and shuts nobody out."""

from dataclasses import dataclass
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from changeoffice.core.record import clock
from changeoffice.core.talk.models import comment
from changeoffice.organisation.models import Objective
from demand.models import Demand
from ideation.models import Idea
from portfolio.models import Action, Dependency, Issue, Milestone, Project, Risk
from practices.finance.models import Budget

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PROBLEM = "Customers ring us because nothing tells them why a payment is held."
WIDTHS = {"wide": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
GRAVE = ("serious", "critical")
FULL = {"resultTypes": ["violations"]}
CONTRAST = FULL | {"runOnly": ["color-contrast"]}


@dataclass
class Scene:
    idea: Idea
    demand: Demand
    project: Project
    milestone: Milestone
    link: Dependency
    risk: Risk


@pytest.fixture
def idea(author, colleague, analyst, finance, service):
    """Ideas in several states; one has been voted for, discussed and scored."""
    for n in range(4):
        Idea.propose(by=colleague, title=f"Print fewer letters, part {n}",
                     problem="We print letters nobody reads, every day of the year.").submit(by=colleague)  # fmt: skip
    found = Idea.propose(by=author, title="Tell customers why a payment is held", problem=PROBLEM,
                         proposal="Show the reason in the app.", services=[service]).submit(by=author)  # fmt: skip
    found.vote(by=colleague)
    comment(found, by=colleague, body="I take ten such calls a day.")
    found.review(by=analyst)
    found.vet(by=analyst)
    found.score(by=finance, value=5, feasibility=4, strategic_fit=5, effort=2,
                rationale="It removes our largest reason for calls.")  # fmt: skip
    return found


@pytest.fixture
def demand(author, analyst, sponsor, finance, skill, kpi):
    """Demands on several stages of the board; one waits for its approvers."""

    def raised(title: str) -> Demand:
        made = Demand.raise_new(by=author, title=title, sponsor=sponsor, need=PROBLEM)
        return made.submit(by=author)

    raised("Renew the card terminals")
    raised("Close the old archive").screen(by=analyst)
    made = raised("Tell customers why a payment is held")
    made.screen(by=analyst)
    made.assess(by=analyst)
    made.estimate(by=analyst, skill=skill, low_days=80, likely_days=100, high_days=140)
    made.add_kpi_effect(by=analyst, kpi=kpi, change=-100, by_on=date(2028, 6, 30))
    made.score(by=analyst, value=8, time_criticality=5, risk_reduction=5, job_size=3,
               rationale="A thousand calls a month are worth it.")  # fmt: skip
    return made.request_approval(by=analyst)


@pytest.fixture
def scene(idea, demand, project_manager, sponsor, finance, unit, manager, working_day, worker):
    """A project that waits for another one's late milestone, with risks, actions and money."""

    def project(title: str) -> Project:
        made = Project.start_up(
            by=project_manager, title=title, owner=project_manager, sponsor=sponsor, unit=unit,
            description="Customers see why.", planned_start=clock.today(), planned_finish=working_day(120),
            planned_cost=400_000, forecast_cost=430_000, currency="GBP",
        )  # fmt: skip
        return made.start(by=project_manager)

    giver, getter = project("Event platform"), project("Reasons in the app")
    live = Milestone.plan(by=project_manager, project=giver, title="Events are live",
                          baseline_on=working_day(0), forecast_on=working_day(20))  # fmt: skip
    shown = Milestone.plan(by=project_manager, project=getter, title="Reasons show",
                           baseline_on=working_day(10))  # fmt: skip
    link = Dependency.propose(by=project_manager, giver=live, getter=shown, tolerance=5,
                              title="Events about held payments")  # fmt: skip
    risk = Risk.note_down(by=project_manager, project=getter, title="The platform comes late",
                          probability=4, impact=4)  # fmt: skip
    Issue.note_down(by=project_manager, project=getter, title="Nobody knows the codes", severity=2,
                    target_on=working_day(0))  # fmt: skip
    Action.assign(by=project_manager, project=getter, title="Ask the broker", owner=project_manager,
                  due_on=working_day(0))  # fmt: skip
    budget = Budget.open_for(by=finance, project=getter)
    budget.lay_out(by=finance, lines=[
        {"month": clock.today(), "cost_kind": "opex", "category": "internal", "budget": 30_000,
         "actual": 28_000},
    ])  # fmt: skip
    Objective.add(by=manager, title="Fewer calls", owner=manager, unit=unit,
                  starts_on=clock.today(), ends_on=working_day(200))  # fmt: skip
    worker("rag_recalculation", "dependency_alerts", "kpi_rollup")
    return Scene(idea, demand, getter, shown, link, risk)


def pages_of(scene: Scene, service, kpi, person) -> dict[str, list[str]]:
    """Who looks at what: each page as somebody for whom it shows most."""
    project = scene.project.get_absolute_url()
    budget = Budget.objects.get().get_absolute_url()
    return {
        "nobody": ["/sign-in", "/password-reset", "/password-reset/sent", "/account-closed"],
        "author": [
            "/", "/ideas", "/ideas?search=zzzz", "/ideas/new", scene.idea.get_absolute_url(),
            "/demands/new", "/search?q=payment", "/search?q=zzzz", "/settings", "/settings/password",
            "/settings/tokens/new", "/inbox", "/services", "/configuration-items", "/api/v1/docs/",
        ],
        "analyst": [
            f"{scene.idea.get_absolute_url()}/score", f"{scene.idea.get_absolute_url()}/edit",
            f"{scene.demand.get_absolute_url()}/estimate", f"{scene.demand.get_absolute_url()}/edit",
        ],
        "sponsor": [
            "/", "/inbox", "/demands", "/demands?layout=table", scene.demand.get_absolute_url(),
            "/portfolio", "/portfolio/items?measure=rag_red", "/business-kpis",
        ],
        "manager": [
            f"{project}/gates/G0", f"{project}/tighten-limits", f"{kpi.get_absolute_url()}/edit",
            f"{budget}/book", "/objectives/new", "/demands?view=late", "/projects?group=programme",
        ],
        "project_manager": [
            "/", "/projects", "/projects/new", project, f"{project}/milestones", f"{project}/raid",
            f"{project}/finance", f"{project}/gates/G1", f"{project}/edit", f"{project}/confirm",
            "/dependencies", "/dependencies/new", scene.link.get_absolute_url(),
            scene.milestone.get_absolute_url(), f"{scene.milestone.get_absolute_url()}/re-forecast",
            f"{scene.milestone.get_absolute_url()}/what-if", scene.risk.get_absolute_url(),
            f"{scene.risk.get_absolute_url()}/review", "/risks", "/issues", "/actions", "/milestones",
            "/interventions", f"/milestones/new?project={scene.project.reference}",
        ],
        "administrator": [
            "/admin/people", f"/admin/people/{person.username}", "/admin/people/new", "/admin/units",
            f"/admin/people/{person.username}/roles", "/admin/units/office",
            "/admin/units/teams", "/admin/units/skills", "/admin/units/days-off", "/admin/trail",
            "/admin/jobs", "/admin/jobs/rag_recalculation", "/services", service.get_absolute_url(),
            "/objectives", kpi.get_absolute_url(),
        ],
    }  # fmt: skip


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_answers_fits_and_can_be_read_by_everybody(
    width, scene, look, enter, complaints, subtests, service, kpi, author, request
):
    for who, paths in pages_of(scene, service, kpi, author).items():
        seen_at = {"viewport": WIDTHS[width]}
        page = (
            look(**seen_at) if who == "nobody" else enter(request.getfixturevalue(who), **seen_at)
        )
        for path in paths:
            with subtests.test(f"{path} as {who}"):
                complaints.clear()
                assert page.goto(path).status == 200
                assert fits(page), "the page is wider than its window"
                assert not grave(page, FULL, "light")
                assert not grave(page, CONTRAST, "dark")
                assert not complaints
        page.context.close()
    complaints.clear()  # each was told by its own page


def fits(page: Page) -> bool:
    return page.evaluate("document.scrollingElement.scrollWidth <= innerWidth + 1")


def grave(page: Page, options: dict, scheme: str) -> list[str]:
    """What axe finds serious or critical, each with the elements it is about."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']}: {node['html'][:200]} {node['any'][0]['message'] if node['any'] else ''}"
        for one in found if one["impact"] in GRAVE for node in one["nodes"][:5]
    ]  # fmt: skip


REFUSED = {"/nothing-here": 404, "/demands/DMD-9999": 404, "/admin/people": 403}


def test_a_page_that_is_not_there_or_not_for_me_says_where_to_go(enter, author, complaints):
    page = enter(author, viewport=WIDTHS["phone"])
    for path, status in REFUSED.items():
        assert page.goto(path).status == status
        assert fits(page) and not grave(page, FULL, "light") and not grave(page, CONTRAST, "dark")
        assert page.locator("main a").count(), "there is a way on"
    complaints.clear()  # the refusals themselves
