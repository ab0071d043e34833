"""The registers: services, configuration items, objectives and the KPIs change is meant to move."""

from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse

from changeoffice.core.doors.pages.chips import chip, words_chip
from changeoffice.core.doors.pages.work import NewPage, WorkListPage, WorkPage
from changeoffice.core.record.errors import NotAllowed
from changeoffice.organisation import charts, ports
from changeoffice.organisation.filters import (
    ORDERINGS,
    BusinessKpiFilterSet,
    ConfigurationItemFilterSet,
    ObjectiveFilterSet,
    ServiceFilterSet,
)
from changeoffice.organisation.models import (
    BusinessKpi,
    ConfigurationItem,
    KpiReading,
    Objective,
    Reference,
    Service,
)
from changeoffice.organisation.models import units as units_of

REGISTERS = [("Services", "/services"), ("Configuration items", "/configuration-items"),
             ("Objectives", "/objectives"), ("Business KPIs", "/business-kpis")]  # fmt: skip
STATES = [("active", "In use"), ("retired", "Retired")]


def plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():,f}"


class Register(WorkListPage):
    """A list with the columns its kind names; title, state, owner and unit are always there."""

    template, fragment = "organisation/list.html", "organisation/_list.html"
    orderings, default_ordering = ORDERINGS, "title"
    heading: ClassVar[str]
    answer: ClassVar[str]
    noun: ClassVar[tuple[str, str]]
    columns: ClassVar[list[tuple[str, str]]] = []

    def cells(self, row) -> list[tuple[str, str]]:
        """(text, css) per column."""
        return []

    def chips(self) -> list[dict[str, Any]]:
        return []

    def rows(self):
        rows = super().rows()
        return rows if self.request.GET.get("state") else rows.filter(state="active")

    def extra(self) -> dict[str, Any]:
        units = [(unit.code, unit.name) for unit in units_of(self.request.user)]
        return {
            "heading": self.heading, "answer": self.answer, "columns": self.columns,
            "may_add": self.work.may_add(self.request.user), "noun": self.noun[0],
            "new_url": f"/{self.work.plural}/new",
            "tabs_of_registers": [{"label": label, "url": url, "current": url == self.request.path}
                                  for label, url in REGISTERS],
            "chips": [words_chip(self.request.GET, f"Search {self.noun[1]}"), *self.chips(),
                      chip(self.request.GET, "unit", "Unit", units),
                      chip(self.request.GET, "state", "State", STATES)],
        }  # fmt: skip

    def _context(self, params, wanted) -> dict[str, Any]:
        found = super()._context(params, wanted)
        lines = [{"record": row, "cells": list(zip(self.columns, self.cells(row), strict=True))}
                 for row in found["rows"]]  # fmt: skip
        noun = self.noun[0] if found["count"] == 1 else self.noun[1]
        return found | {"lines": lines, "count_label": f"{found['count_words']} {noun}"}


class ServiceList(Register):
    work, filterset, heading = Service, ServiceFilterSet, "Services"
    noun = ("service", "services")
    answer = "What the business uses, in its own words."
    columns = [("Criticality", ""), ("Users", "number"), ("Support hours", "")]

    def cells(self, row):
        users = f"{row.users:,}" if row.users is not None else ""
        return [row.get_criticality_display(), users, row.support_hours]

    def chips(self):
        return [chip(self.request.GET, "criticality", "Criticality", Service.Criticality.choices)]


class ConfigurationItemList(Register):
    work, filterset, heading = ConfigurationItem, ConfigurationItemFilterSet, "Configuration items"
    noun = ("item", "items")
    answer = "What runs, where, and which services stand on it."
    columns = [("Type", ""), ("Environment", ""), ("Supports", "")]

    def rows(self):
        return super().rows().prefetch_related("supports")

    def cells(self, row):
        services = ", ".join(service.title for service in row.supports.all())
        return [row.get_type_display(), row.get_environment_display(), services]

    def chips(self):
        return [chip(self.request.GET, "type", "Type", ConfigurationItem.Type.choices),
                chip(self.request.GET, "environment", "Environment",
                     ConfigurationItem.Environment.choices)]  # fmt: skip


class ObjectiveList(Register):
    work, filterset, heading = Objective, ObjectiveFilterSet, "Objectives"
    noun = ("objective", "objectives")
    answer = "Where the organisation wants to be, and by when."
    columns = [("From", "nowrap"), ("Until", "nowrap"), ("KPIs", "number")]

    def rows(self):
        return super().rows().prefetch_related("kpis")

    def cells(self, row):
        shown = [kpi for kpi in row.kpis.all() if kpi.state == "active"]
        return [f"{row.starts_on:%-d %b %Y}", f"{row.ends_on:%-d %b %Y}", str(len(shown) or "")]


def with_current(rows):
    """The latest reading beside every KPI, in the same query."""
    latest = KpiReading.objects.filter(kpi=OuterRef("pk")).order_by("-on")
    return rows.annotate(latest=Subquery(latest.values("value")[:1]))


class KpiList(Register):
    work, filterset, heading = BusinessKpi, BusinessKpiFilterSet, "Business KPIs"
    noun = ("KPI", "KPIs")
    answer = "The figures of the business that change is meant to move."
    columns = [
        ("Objective", ""),
        ("Now", "number"),
        ("Baseline", "number"),
        ("Target", "number"),
        ("Unit of measure", ""),
    ]
    related = ("unit", "owner", "objective")

    def rows(self):
        return with_current(super().rows())

    def cells(self, row):
        goal = (
            row.objective.title
            if row.objective and row.objective.is_visible_to(self.request.user)
            else ""
        )
        return [goal, plain(row.latest), plain(row.baseline), plain(row.target), row.measure]


# one entry ---------------------------------------------------------------------------------------
class RegisterPage(WorkPage):
    template = "organisation/one.html"
    heading: ClassVar[str]

    def facts(self, record) -> list[tuple[str, Any]]:
        return []

    def links(self, record) -> list[tuple[str, list[Reference]]]:
        """Lists of other entries, only those this person may see."""
        return []

    def extra(self, record) -> dict[str, Any]:
        return {
            "register": self.heading, "register_url": f"/{record.plural}",
            "facts": [(label, value) for label, value in self.facts(record) if value not in (None, "")],
            "links": [(label, rows) for label, rows in self.links(record) if rows],
            "description": getattr(record, "description", ""),
        }  # fmt: skip

    def seen(self, rows) -> list:
        return list(rows.visible_to(self.request.user).order_by("title")[:100])


class ServicePage(RegisterPage):
    work, heading = Service, "Services"

    def facts(self, record):
        users = f"{record.users:,}" if record.users is not None else None
        return [("Criticality", record.get_criticality_display()), ("Users", users),
                ("Support hours", record.support_hours), ("Peak times", record.peak_times)]  # fmt: skip

    def links(self, record):
        return [("Runs on", self.seen(record.configuration_items))]

    def extra(self, record):
        found = {
            kind: rows for kind, answer in sorted(ports.touching.items(), reverse=True)
            if (rows := answer(record, self.request.user))
        }  # fmt: skip
        every = [one for rows in found.values() for one in rows]
        return super().extra(record) | {
            "is_service": True, "answer": touched(found),
            "touching": sorted(every, key=lambda one: (one.on is None, one.on)),
            "more": [(kind, f"/{kind}?service={record.reference}") for kind in found],
        }  # fmt: skip


def touched(found: dict[str, list[ports.Touch]]) -> str:
    """The answer to an owner's question: what is about to change my service?"""
    if not found:
        return "No open project or demand names this service."
    counts = [f"{len(rows)} {kind.removesuffix('s') if len(rows) == 1 else kind}"
              for kind, rows in found.items()]  # fmt: skip
    red = sum(one.rag == "red" for rows in found.values() for one in rows)
    alone = sum(map(len, found.values())) == 1
    worst = f"; {red} {'is' if red == 1 else 'are'} red" if red else ""
    several = " and ".join(filter(None, (", ".join(counts[:-1]), counts[-1])))
    return f"{several} {'is' if alone else 'are'} about to change it{worst}."


class ConfigurationItemPage(RegisterPage):
    work, heading = ConfigurationItem, "Configuration items"

    def facts(self, record):
        return [
            ("Type", record.get_type_display()),
            ("Environment", record.get_environment_display()),
        ]

    def links(self, record):
        carried = ConfigurationItem.objects.filter(depends_on=record)
        return [("Supports", self.seen(record.supports)), ("Depends on", self.seen(record.depends_on)),
                ("Others depend on it", self.seen(carried))]  # fmt: skip


class ObjectivePage(RegisterPage):
    work, heading = Objective, "Objectives"

    def facts(self, record):
        return [("From", f"{record.starts_on:%-d %B %Y}"), ("Until", f"{record.ends_on:%-d %B %Y}")]

    def links(self, record):
        return [("Measured by", self.seen(record.kpis))]


class KpiPage(RegisterPage):
    work, heading = BusinessKpi, "Business KPIs"
    related = ("unit", "owner", "objective")

    def facts(self, record):
        return [("Baseline", f"{plain(record.baseline)} {record.measure}"),
                ("Target", f"{plain(record.target)} {record.measure}"),
                ("Now", f"{plain(record.current)} {record.measure}" if record.current is not None else None)]  # fmt: skip

    def links(self, record):
        goal = record.objective
        return [("Serves", [goal] if goal and goal.is_visible_to(self.request.user) else [])]

    def extra(self, record):
        readings = charts.newest(record.readings.all())
        return super().extra(record) | {
            "readings": readings, "is_kpi": True,
            "chart": charts.of_readings(record, readings) if len(readings) > 1 else None,
        }  # fmt: skip


# a new entry -------------------------------------------------------------------------------------
class NewEntry(NewPage):
    submit_label = "Add"

    def get(self, request: HttpRequest) -> HttpResponse:
        self._may()
        return super().get(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        self._may()
        return super().post(request)

    def _may(self) -> None:
        if not self.work.may_add(self.request.user):
            raise NotAllowed(
                "Adding to a register needs an administrator, a manager or a service owner."
            )


class NewService(NewEntry):
    work, birth, heading = Service, Service.add, "Add a service"


class NewConfigurationItem(NewEntry):
    work, birth, heading = ConfigurationItem, ConfigurationItem.add, "Add a configuration item"


class NewObjective(NewEntry):
    work, birth, heading = Objective, Objective.add, "Add an objective"


class NewKpi(NewEntry):
    work, birth, heading = BusinessKpi, BusinessKpi.add, "Add a business KPI"
