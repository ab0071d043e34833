"""Dependencies: the list of promises, and one promise with how late it is and what follows."""

from datetime import date, timedelta
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils import timezone

from changeoffice.calendar.kept import working_days
from changeoffice.core.doors.pages import parts
from changeoffice.core.doors.pages.chips import chip, words_chip
from changeoffice.core.doors.pages.work import NewPage, Tab, WorkPage
from changeoffice.core.notify.models import Notification
from changeoffice.core.record import at_once, clock
from portfolio.filters import DEPENDENCY_ORDERINGS, DependencyFilterSet
from portfolio.models import Dependency, Intervention, Milestone
from portfolio.models.dependency import PROPOSE_INPUTS, STANDING
from portfolio.models.project import Project
from portfolio.rules import GETS, GIVES
from portfolio.views import contracts
from portfolio.views.following import follows_from, promises_given, promises_kept
from portfolio.views.lists import ListPage, be, state_options

SHOWN_DAYS = 56
LEVELS = (("Alert 50", 50), ("Alert 80", 80), ("Breach", 100))


class DependencyListPage(ListPage):
    work = Dependency
    template, fragment = "portfolio/dependency_list.html", "portfolio/_dependency_list.html"
    filterset, orderings = DependencyFilterSet, DEPENDENCY_ORDERINGS
    default_ordering = "worst"
    noun = ("dependency", "dependencies")
    csv_columns = (
        "reference", "title", "state", "giver", "giver_project", "getter", "getter_project",
        "needed_on", "slip", "tolerance",
    )  # fmt: skip
    tabs: ClassVar = [
        Tab("open", "Open", lambda person: Q(state__in=("proposed", "agreed"))),
        Tab("breached", "Breached", lambda person: Q(state="agreed", reading__used__gt=100)),
        Tab("within", "Within tolerance",
            lambda person: Q(state="agreed", reading__used__gt=0, reading__used__lte=100)),
        Tab("proposed", "To be agreed", lambda person: Q(state="proposed")),
        Tab("mine", "Mine", lambda person: (
            Q(giver_owner=person) | Q(getter_owner=person) | Q(giver__project__owner=person)
            | Q(getter__project__owner=person)) & Q(state__in=STANDING)),
        Tab("met", "Met", lambda person: Q(state="met")),
        Tab("all", "All", lambda person: ~Q(state="withdrawn")),
    ]  # fmt: skip

    def answer_of(self, counts):
        late, open_ones, new = counts["breached"], counts["open"], counts["proposed"]
        if not open_ones:
            return ""
        found = f"{late} of {open_ones} open promises {be(late)} beyond tolerance"
        found = found if late else f"None of {open_ones} open promises is beyond its tolerance"
        return f"{found}; {new} {be(new)} not agreed yet." if new else f"{found}."

    def rows(self):
        return Dependency.objects.visible_to(self.request.user).with_ends()

    def dress(self, rows):
        contracts.dress(rows)

    def chips(self, params):
        found = [words_chip(params, "Words", placeholder="Filter by words"),
                 chip(params, "state", "State", state_options(Dependency), "circle-dot")]  # fmt: skip
        if "project" in params:
            found.append(
                chip(params, "project", "Project", [(params["project"],) * 2], "square-kanban")
            )
        return found

    def csv_row(self, row: Dependency) -> dict[str, Any]:
        return {
            "reference": row.reference, "title": row.title, "state": row.state,
            "giver": row.giver.reference, "giver_project": row.giver.project.reference,
            "getter": row.getter.reference, "getter_project": row.getter.project.reference,
            "needed_on": row.needed_on, "slip": row.slip, "tolerance": row.tolerance,
        }  # fmt: skip


class DependencyPage(WorkPage):
    work = Dependency
    template = "portfolio/dependency.html"
    related = (
        "reading", "giver__project", "getter__project", "giver__expectation",
        "getter__expectation", "giver_owner", "getter_owner", "unit", "owner",
    )  # fmt: skip

    def around(self, record: Dependency) -> dict[str, Any]:
        calls = Intervention.objects.visible_to(self.request.user).open()
        return {
            "calls": calls.filter(about_id=record.pk).select_related("owner"),
            "alerts": alert_rows(record), "slips": record.slips.all(),
            "given": promises_given([record.giver.project, record.getter.project], self.request.user),
        }  # fmt: skip

    def extra(self, record: Dependency) -> dict[str, Any]:
        person = self.request.user
        at_once.hold(record, slips=self.found["slips"])
        pace = record.pace
        contracts.dress([record])
        return {
            "link": record, "pace": pace, "chart": slip_chart(record),
            "expected_with_lag": working_days().add(record.giver.expected_on, record.lag),
            "chain": follows_from(record, person),
            "kept": promises_kept(self.found["given"]),
            "interventions": self.found["calls"], "alerts": alerts_from(self.found["alerts"]),
        } | self.answer(record, person)  # fmt: skip

    def answer(self, link: Dependency, person) -> dict[str, Any]:
        """Agreeing and declining stand beside the contract while it waits for an answer."""
        sides = [("giving", GIVES, link.giver_agreed_at), ("getting", GETS, link.getter_agreed_at)]
        mine = [(words, agreed) for words, rule, agreed in sides if rule.holds(person, link)]
        answered = bool(mine) and all(agreed for _, agreed in mine)
        found: dict[str, Any] = {"my_sides": [words for words, _ in mine], "answered": answered}
        if link.state != "proposed" or not mine:
            return found
        unasked = "agree" if answered else "withdraw"  # who is asked says yes or no to it
        offers = [offer for offer in link.open_verbs(person) if offer.verb.name != unasked]
        return found | {
            "answers": [parts.button(link, offer) for offer in offers],
            "asks_me": not answered, "first_button": None, "more_buttons": [],
        }  # fmt: skip


def slip_chart(link: Dependency) -> dict[str, Any] | None:
    """Tolerance used day by day as a stepped line, with the levels at which owners are told."""
    days = slip_by_day(link)
    if len(days) < 2 or not link.tolerance:
        return None
    used = [max(round(100 * slip / link.tolerance), 0) for _, slip in days]
    return {
        "kind": "line", "labels": [f"{on.day} {on:%b}" for on, _ in days],
        "label_head": "Day", "unit": "%", "min": 0, "max": max(120, max(used)),
        "series": [{"name": "Tolerance used", "values": used, "style": "actual", "step": True,
                    "area": True, "colour": "red" if used[-1] > 100 else "accent"}],
        "marks": [{"name": name, "value": level} for name, level in LEVELS
                  if level == 100 or max(used) <= 150],
    }  # fmt: skip


def slip_by_day(link: Dependency) -> list[tuple[date, int]]:
    """The slip on each day of the last weeks; it is kept on the days it changed."""
    until = timezone.localdate(link.state_since) if link.is_closed else clock.today()
    first = until - timedelta(days=SHOWN_DAYS)
    kept, found, now = {row.on: row.slip for row in link.slips.all()}, [], None
    for on in sorted({*kept, *(first + timedelta(days=n) for n in range(SHOWN_DAYS + 1))}):
        now = kept.get(on, now)
        if first <= on <= until and now is not None:
            found.append((on, now))
    return found


def alert_rows(link: Dependency) -> QuerySet:
    rows = Notification.objects.filter(record_id=link.pk, key__startswith=f"dependency:{link.pk}:")
    return rows.order_by("-at")[:20]


def alerts_from(rows: list[Notification]) -> list[dict[str, Any]]:
    """What both owners were told, once for both, newest first."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        found.setdefault(row.key, {"text": row.text, "at": row.at})
    return list(found.values())


class NewDependencyPage(NewPage):
    work, birth, inputs = Dependency, Dependency.propose, PROPOSE_INPUTS
    heading, submit_label = "New dependency", "Propose dependency"

    def drawn(self, form, status: int = 200, **context):
        project = self._project()
        narrow_ends(form, self.request.user, project)
        return super().drawn(form, status, project=project, **context)

    def _project(self) -> Project | None:
        named = self.request.GET.get("project", "")[:24]
        return Project.objects.visible_to(self.request.user).by_reference(named).first()


def narrow_ends(form, person, project: Project | None) -> None:
    """Milestones that may still move, named with their project; one's own project first."""
    rows = (
        Milestone.objects.visible_to(person).filter(state="planned").select_related("project")
        .exclude(project__state__in=Project.closed_states()).order_by("project__title", "baseline_on")
    )  # fmt: skip
    for name in ("giver", "getter"):
        field = form.fields[name]
        field.queryset = rows
        field.label_from_instance = _milestone_label
    if project and not form.is_bound and not form.initial.get("giver"):
        form.fields["getter"].queryset = rows.filter(project=project)


def _milestone_label(mark: Milestone) -> str:
    return f"{mark.project.title}: {mark.title}, {mark.forecast_on:%-d %b %Y}"
