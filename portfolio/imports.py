"""Projects out of a file: the agency is the portfolio, the investment the programme."""

from contextlib import AbstractContextManager
from decimal import Decimal
from pathlib import Path
from typing import Any

from changeoffice.calendar.office import office_days
from changeoffice.core.record.models import Alias
from portfolio import engine
from portfolio.models import Portfolio, Programme, Project

OWN_FIELDS = (
    "title", "planned_start", "planned_finish", "forecast_finish", "planned_cost", "forecast_cost",
    "currency", "reported_on",
)  # fmt: skip
GROUPS = ("portfolio_code", "portfolio_title", "programme_code", "programme_title")


class ProjectFile:
    """What `core.imports` needs to know of files of projects."""

    name = "projects"
    mappings = Path(__file__).parent / "mappings"

    def existing(self, record_ids: list[int]) -> dict[int, Project]:
        rows = Project.objects.filter(pk__in=record_ids)
        return {p.pk: p for p in rows.select_related("programme", "programme__portfolio")}

    def values_now(self, project: Project) -> dict[str, Any]:
        found = {name: getattr(project, name) for name in OWN_FIELDS}
        return found | self._groups_now(project)

    def _groups_now(self, project: Project) -> dict[str, Any]:
        programme = project.programme
        above = programme.portfolio if programme else None
        codes = dict(
            Alias.objects.filter(record_id__in=[g.pk for g in (programme, above) if g])
            .values_list("record_id", "external_id")
        )  # fmt: skip
        return {
            "programme_code": codes.get(programme.pk) if programme else None,
            "programme_title": programme.title if programme else None,
            "portfolio_code": codes.get(above.pk) if above else None,
            "portfolio_title": above.title if above else None,
        }

    def create(self, values: dict[str, Any], *, by) -> Project:
        own = {name: values[name] for name in OWN_FIELDS if name in values}
        return Project.take_over(
            by=by, programme=self._programme(values, by), **own, **reported(own)
        )

    def update(self, project: Project, changes: dict[str, Any], *, by) -> None:
        own = {name: value for name, value in changes.items() if name in OWN_FIELDS}
        if any(name in changes for name in GROUPS):
            now = self._groups_now(project)
            own["programme"] = self._programme({**now, **changes}, by)
        for name, value in own.items():
            setattr(project, name, value)
        project.take_report(by=by, **own, **reported({n: getattr(project, n) for n in OWN_FIELDS}))

    def taking(self) -> AbstractContextManager[None]:
        return engine.together()

    def _programme(self, values: dict[str, Any], by) -> Programme | None:
        if not values.get("programme_code"):
            return None
        above = None
        if values.get("portfolio_code"):
            above = _group(Portfolio, values["portfolio_code"], values["portfolio_title"], by)
        return _group(
            Programme, values["programme_code"], values["programme_title"], by, portfolio=above
        )


def _group(model, code: str, title: str, by, **fields):
    """The portfolio or programme of that code, renamed or made as the file says."""
    source = f"import:{model.kind}"
    alias = Alias.objects.filter(source=source, external_id=code).first()
    if alias is None:
        made = model.set_up(by=by, title=title, **fields)
        Alias.objects.create(record_id=made.pk, source=source, external_id=code)
        return made
    return model.objects.get(pk=alias.record_id)


def reported(own: dict[str, Any]) -> dict[str, Any]:
    """The source's delay in working days and its cost overrun in per cent of plan."""
    planned, forecast = own.get("planned_finish"), own.get("forecast_finish")
    cost, expected = own.get("planned_cost"), own.get("forecast_cost")
    slip = office_days().slip(planned, forecast) if planned and forecast else None
    over = None
    if cost and expected is not None:
        over = ((expected - cost) / cost * 100).quantize(Decimal("0.01"))
    return {
        "reported_slip_days": slip,
        "reported_cost_percent": over,
        "confirmed_on": own.get("reported_on"),
    }
