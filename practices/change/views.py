"""Pages of enhancements and changes."""

from typing import Any, ClassVar

from django.db.models import Q

from changeoffice.core.doors.pages.chips import chip
from changeoffice.core.doors.pages.work import NewPage, Tab
from demand.handed import CarriesOutPage
from portfolio.views.backlog import MINE, RegisterOfDelivery
from practices.change.filters import ORDERINGS, ChangeFilterSet
from practices.change.models import CHANGE_INPUTS, Category, Change, Type


class ChangeListPage(RegisterOfDelivery):
    work, filterset = Change, ChangeFilterSet
    orderings, default_ordering = ORDERINGS, "start"
    noun, heading = ("change", "changes"), "Changes"
    answer = "Enhancements of services and changes to them, when they are made and how they went."
    row_template = "change/_row.html"
    heads: ClassVar = ["Change", "Type", "Planned", "State", "Implementer"]
    begins = Change.begins
    csv_columns = (*RegisterOfDelivery.csv_columns, "category", "type", "window_start",
                   "window_end", "outcome")  # fmt: skip
    tabs: ClassVar = [
        Tab("open", "Open", lambda person: Q(state__in=("planned", "in_progress"))), MINE,
        Tab("done", "Done", lambda person: Q(state="done")), Tab("all", "All"),
    ]  # fmt: skip

    def chips(self, params):
        return [*super().chips(params),
                chip(params, "category", "Category", Category.choices, "package"),
                chip(params, "type", "Type", Type.choices, "tag")]  # fmt: skip

    def csv_row(self, row):
        names = ("category", "type", "window_start", "window_end", "outcome")
        return super().csv_row(row) | {name: getattr(row, name) for name in names}


class ChangePage(CarriesOutPage):
    work, owner_label = Change, "Implementer"
    text_names = ("implementation_plan", "back_out_plan")

    def answer(self, record: Change) -> str:
        if record.state == "done":
            return f"{record.get_outcome_display()}."
        if record.state != "planned" or not record.window_start:
            return f"{record.state_label}."
        return f"Planned from {record.window[0]}."

    def facts(self, record: Change) -> list[tuple[str, Any]]:
        return list(zip(("Planned start", "Planned end"), record.window, strict=True))

    def extra(self, record: Change) -> dict[str, Any]:
        return super().extra(record) | {
            "register": ("Changes", "/changes"),
            "pills": [record.get_category_display(), record.get_type_display()],
        }


class NewChangePage(NewPage):
    work, birth, inputs = Change, Change.plan, CHANGE_INPUTS
    heading, submit_label = "New change", "Plan change"
