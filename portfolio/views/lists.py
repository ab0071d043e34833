"""What every list page of the portfolio shares: chips that are filters, CSV, tabs as links."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse

from changeoffice.core.doors import export
from changeoffice.core.doors.addresses import changed
from changeoffice.core.doors.lists import narrowed
from changeoffice.core.doors.pages.work import WorkListPage
from changeoffice.core.record.errors import Invalid

RAG_OPTIONS = [
    ("red", "Red"), ("amber", "Amber"), ("green", "Green"), ("complete", "Complete"),
    ("not_rated", "Not rated"),
]  # fmt: skip


def be(count: int) -> str:
    return "is" if count == 1 else "are"


def state_options(work) -> list[tuple[str, str]]:
    return [(code, state.label) for code, state in work.states.items()]


class ListPage(WorkListPage):
    """A list with chips, tabs that keep the other filters, and the same rows as a CSV file."""

    noun: ClassVar[tuple[str, str]]
    csv_columns: ClassVar[Sequence[str]] = ()

    def chips(self, params: dict[str, str]) -> list[dict]:
        return []

    def answer_of(self, counts: dict[str, int]) -> str:
        """One sentence that answers the page's question, from the counts of its tabs."""
        return ""

    def dress(self, rows: list) -> None:
        """Fetch what the shown rows need beside their own columns."""

    def csv_row(self, row) -> dict[str, Any]:
        return {}

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.csv_columns and request.GET.get("format") == "csv":
            return self.as_csv()
        return super().get(request)

    def as_csv(self) -> HttpResponse:
        params = {k: v for k, v in self.request.GET.items() if v != ""}
        wanted = {k: v for k, v in params.items() if k in self.filterset.base_filters}
        try:
            rows = narrowed(self.filterset, wanted, self.rows(), self.request.user)
        except Invalid:
            rows = self.rows()
        tab = self._tab(params.get("view", ""))
        rows = rows.filter(self.kept_by(tab)) if tab else rows
        found = list(rows.order_by("-pk")[: export.MOST_ROWS])
        self.dress(found)
        rows_out = (self.csv_row(row) for row in found)
        return export.csv(f"{self.work.plural}.csv", list(self.csv_columns), rows_out)

    def _context(self, params, wanted) -> dict[str, Any]:
        context = super()._context(params, wanted)
        self.dress(context["rows"])
        one, many = self.noun
        context["chips"] = self.chips(params)
        context["count_label"] = (
            f"{context['count_words']} {one if context['count'] == 1 else many}"
        )
        context["tab_links"] = [
            {"label": item["tab"].label, "count": item["words"], "current": item["tab"] is self.tab,
             "url": self.address(view=item["tab"].slug)}
            for item in context["tabs"]
        ]  # fmt: skip
        counts = {item["tab"].slug: item["count"] for item in context["tabs"]}
        context["answer"] = self.answer_of(counts) or context.get("answer", "")
        context["csv_url"] = self.address(format="csv")
        context["is_narrowed"] = bool(wanted)
        return context

    def address(self, **changes: str) -> str:
        """This list's address with some parameters changed, from its first page on."""
        query = changed(self.request.GET, **changes)
        return f"{self.request.path}?{query}" if query else self.request.path
