"""The form of an estimate, with how earlier ones turned out beside it."""

from typing import Any

from changeoffice.core.access.rules import SEES_FIGURES
from changeoffice.core.doors.pages.work import VerbPage
from demand.actuals import turned_out
from demand.models import Demand


class EstimatePage(VerbPage):
    work = Demand
    template, dialog = "demand/estimate.html", "demand/estimate_dialog.html"

    def _context(self, record: Demand, verb, version) -> dict[str, Any]:
        found = super()._context(record, verb, version)
        sees = SEES_FIGURES.holds(self.request.user, record)
        return found | (turned_out.told(record, self.request.user) if sees else {})
