"""The list of projects: worst first, narrowed by chips, or gathered by programme or portfolio."""

from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Case, Count, Exists, F, OuterRef, Q, When

from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.rules import SEES_FIGURES
from changeoffice.core.doors.lists import Orderings
from changeoffice.core.doors.pages.chips import chip, words_chip
from changeoffice.core.doors.pages.work import Tab
from changeoffice.core.doors.templatetags.formats import plain
from changeoffice.core.people.models import Person
from changeoffice.core.record.at_once import Queries
from changeoffice.core.record.prepared import prepared
from changeoffice.organisation.models import Service
from portfolio.filters import NO_FIGURE, ORDERINGS, ProjectFilterSet, both_ways, measured
from portfolio.judging import COST, COST_SCALE, SCHEDULE, Reason
from portfolio.lifecycle import Stage
from portfolio.models import Benefit, Colour, Milestone, Programme, Project
from portfolio.models.project import LIVE
from portfolio.models.rag import CODES
from portfolio.views import reasons
from portfolio.views.lists import RAG_OPTIONS, ListPage, be, state_options

MENU_LIMIT = 60
NAMED = Benefit.objects.filter(project=OuterRef("pk")).exclude(state="dropped")
GROUPS = {"programme": "programme", "portfolio": "programme__portfolio"}


class ProjectListPage(ListPage):
    work = Project
    template, fragment = "portfolio/project_list.html", "portfolio/_project_list.html"
    filterset = ProjectFilterSet
    default_ordering = "worst"
    noun = ("project", "projects")
    tabs: ClassVar = [
        Tab("all", "All"),
        Tab("red", "Red", lambda person: Q(reading__overall=Colour.RED)),
        Tab("mine", "Mine", lambda person: Q(owner=person) | Q(sponsor=person)),
        Tab("stale", "Stale", lambda person: Q(reading__overall=Colour.STALE)),
        Tab("watermelons", "Said green, computed red",
            lambda person: Q(own_colour="green", reading__overall=Colour.RED)),
        Tab("untethered", "Untethered", lambda person: Q(state__in=LIVE) & ~Exists(NAMED)),
        Tab("closed", "Closed", lambda person: Q(state__in=Project.closed_states())),
    ]  # fmt: skip
    csv_columns = (
        "reference", "title", "state", "rag", "reason", "stage", "programme", "portfolio",
        "owner", "planned_finish", "forecast_finish", "slip", "cost_variance", "next_milestone",
        "next_milestone_on",
    )  # fmt: skip

    def answer_of(self, counts):
        if not counts["all"]:
            return ""
        red, total = counts["red"], counts["all"]
        found = f"{red} of {total} projects {be(red)} red" if red else "No project is red"
        asleep = f"; {counts['stale']} not confirmed lately" if counts["stale"] else ""
        said = f"; {counts['watermelons']} said to be green" if counts["watermelons"] else ""
        return f"{found}{said}{asleep}."

    @property
    def orderings(self) -> Orderings:
        return ORDERINGS | cost_orderings(self.request.user)

    @property
    def group(self) -> str:
        by = self.request.GET.get("group", "")
        return by if by in GROUPS and grants_of(self.request.user).is_staff else ""

    def rows(self):
        found = self.work.objects.visible_to(self.request.user).with_reading()
        return found.prefetch_related("judgements")

    def get(self, request):
        if self.group and request.GET.get("format") != "csv":
            self.page_size = 1  # the groups stand in place of the rows
        return super().get(request)

    def dress(self, rows: list[Project]) -> None:
        person = self.request.user
        upcoming = next_milestones(rows, person)
        lines = reasons.lines(rows, person)
        inside = grants_of(person).is_staff
        for row in rows:
            row.programme = row.programme if inside else None  # plans are open to all staff only
            row.next_milestone = upcoming.get(row.pk)
            row.line = lines.get(row.pk)
            row.slip_now = slip_of(row)
            row.slip_colour = CODES[Colour(row.rag.colour[SCHEDULE])] if row.rag else ""
            row.cost_now = cost_words(row) if SEES_FIGURES.holds(person, row) else ""

    def around(self, rows) -> dict[str, Any]:
        return menus(self.request.user)

    def chips(self, params):
        return [
            words_chip(params, "Words", placeholder="Filter by name"),
            chip(params, "rag", "RAG", RAG_OPTIONS, "gauge"),
            chip(params, "stage", "Stage", Stage.choices, "route"),
            chip(params, "state", "State", state_options(Project), "circle-dot"),
            *plan_chips(params, self.found["programmes"]),
            chip(params, "owner", "Manager", self.found["managers"], "user-round"),
            chip(params, "service", "Service", self.found["services"], "server"),
        ]

    def extra(self) -> dict[str, Any]:
        by = self.group
        found: dict[str, Any] = {
            "may_start": grants_of(self.request.user).has("analyst", "manager", "project_manager"),
            "group": by,
            "segments": [
                {"label": label, "url": self.address(group=name), "current": name == by}
                for name, label in (("", "List"), ("programme", "By programme"),
                                    ("portfolio", "By portfolio"))
            ],
        }  # fmt: skip
        if by:
            found["groups"] = self.grouped(self.shown, GROUPS[by], by)
        return found

    def grouped(self, rows, path: str, by: str) -> list[dict[str, Any]]:
        """Counts by colour for each group, every count the address of its list."""
        counts = {
            code: Count("pk", filter=Q(reading__overall__in=colours) | _unread(code))
            for code, colours in COLOURS.items()
        }
        found = list(
            rows.order_by().values(key=F(f"{path}__reference"), name=F(f"{path}__title"))
            .annotate(total=Count("pk"), **counts).order_by("-red", "-amber", "name")
        )  # fmt: skip
        for group in found:
            inside = {by: group["key"] or "none", "group": ""}
            group["url"] = self.address(**inside)
            group["doors"] = [
                (code, group[code], self.address(**inside, rag=code)) for code in COLOURS
            ]
        return found

    def csv_row(self, row: Project) -> dict[str, Any]:
        return {
            "reference": row.reference, "title": row.title, "state": row.state,
            "rag": row.rag.code if row.rag else "not_rated", "reason": row.line or "",
            "stage": row.stage, "programme": row.programme.title if row.programme else "",
            "portfolio": row.portfolio.title if row.portfolio else "",
            "owner": row.owner.username if row.owner else "",
            "planned_finish": row.planned_finish, "forecast_finish": row.forecast_finish,
            "slip": row.slip_now, "cost_variance": row.cost_now,
            "next_milestone": row.next_milestone.title if row.next_milestone else "",
            "next_milestone_on": row.next_milestone.expected_on if row.next_milestone else None,
        }  # fmt: skip


COLOURS: dict[str, list[int]] = {
    code: [colour for colour, word in CODES.items() if word == code] for code, _ in RAG_OPTIONS
}


def _unread(code: str) -> Q:
    return Q(reading=None) if code == "not_rated" else Q(pk__in=[])


def cost_orderings(person) -> Orderings:
    """Sorting by money orders only the rows whose money this person may see."""
    seen = Case(When(SEES_FIGURES.q(person), then=measured("cost")), default=None)
    return both_ways("cost", "Cost variance", seen, low=NO_FIGURE, high=-NO_FIGURE)


def slip_of(project: Project) -> int | None:
    """Working days late, of the milestone that gives the schedule's colour."""
    reading = project.rag
    if reading is None or reading.reason[SCHEDULE] < Reason.MEASURED:
        return None
    value = reading.value[SCHEDULE]
    return value // 2 if reading.reason[SCHEDULE] == Reason.GATE and value > 0 else value


def cost_words(project: Project) -> str:
    """Forecast at completion against budget, as the reading has it."""
    reading = project.rag
    if reading is None or reading.reason[COST] < Reason.MEASURED:
        return ""
    share = Decimal(reading.value[COST]) / COST_SCALE
    return f"{'+' if share > 0 else ''}{plain(share, 1)}%"


def next_milestones(projects: list[Project], person) -> dict[int, Milestone]:
    rows = Milestone.objects.visible_to(person).planned().with_expected()
    found = rows.filter(project__in=[p.pk for p in projects])
    first = found.order_by("project_id", "forecast_on", "pk").distinct("project_id")
    return {row.project_id: row for row in first}


@prepared()
def menus(person) -> Queries:
    """What may be chosen in the filter bar."""
    plans = Programme.objects.visible_to(person).order_by("title")
    owned = Project.objects.visible_to(person).order_by().values("owner")
    people = Person.objects.filter(pk__in=owned).order_by("name")
    services = Service.objects.visible_to(person).open().order_by("title")
    return {
        "programmes": plans.values_list(
            "reference", "title", "portfolio__reference", "portfolio__title"
        ),
        "managers": people.values_list("username", "name")[:MENU_LIMIT],
        "services": services.values_list("reference", "title")[:MENU_LIMIT],
    }  # fmt: skip


def plan_chips(params: dict[str, str], rows: list[tuple]) -> list[dict]:
    """Portfolio and programme; a long list of programmes waits until a portfolio is chosen."""
    above = sorted({(row[2], row[3]) for row in rows if row[2]}, key=lambda pair: pair[1])
    chosen = params.get("portfolio", "")
    inside = [(row[0], row[1]) for row in rows if not chosen or row[2] == chosen]
    now = params.get("programme", "")
    if len(inside) > MENU_LIMIT:
        inside = [pair for pair in inside if pair[0] == now]
    found = [chip(params, "portfolio", "Portfolio", above, "layers")] if above else []
    return [*found, chip(params, "programme", "Programme", inside, "layers")] if inside else found
