"""Products, and the epics in their backlogs."""

from typing import Any, ClassVar

from django.db.models import Count, Q

from changeoffice.core.access.grants import grants_of
from changeoffice.core.doors.pages.chips import chip, words_chip
from changeoffice.core.doors.pages.work import NewPage, Tab, WorkPage
from changeoffice.core.record import at_once
from demand.handed import CarriesOutPage
from portfolio import filters
from portfolio.models import Epic, Product
from portfolio.models.backlog import BEGINS, EPIC_INPUTS
from portfolio.views.lists import ListPage, state_options

MINE = Tab("mine", "Mine", lambda person: Q(owner=person))
SHOWN = 100


class RegisterOfDelivery(ListPage):
    """A register with a way to add to it, for those who may."""

    template, fragment = "portfolio/backlog_list.html", "portfolio/_register.html"
    heading: ClassVar[str]
    answer: ClassVar[str]
    row_template: ClassVar[str]
    heads: ClassVar[list[str]]
    begins: ClassVar[tuple[str, ...]] = BEGINS
    csv_columns: ClassVar = ("reference", "title", "state", "owner")
    linked: ClassVar[tuple[tuple[str, str], ...]] = (("service", "Service"), ("owner", "Owner"))

    def chips(self, params):
        found = [words_chip(params, "Words", placeholder="Filter by words"),
                 chip(params, "state", "State", state_options(self.work), "circle-dot")]  # fmt: skip
        for name, label in self.linked:
            if params.get(name):
                found.append(chip(params, name, label, [(params[name], params[name])]))
        return found

    def extra(self) -> dict[str, Any]:
        may_add = grants_of(self.request.user).has(*self.begins)
        return {"heading": self.heading, "answer": self.answer, "row_template": self.row_template,
                "heads": self.heads, "noun": self.noun[0],
                "new_url": f"/{self.work.plural}/new" if may_add else ""}  # fmt: skip

    def csv_row(self, row) -> dict[str, Any]:
        return {"reference": row.reference, "title": row.title, "state": row.state,
                "owner": row.owner.username if row.owner else ""}  # fmt: skip


class ProductListPage(RegisterOfDelivery):
    work, filterset = Product, filters.ProductFilterSet
    orderings, default_ordering = filters.PRODUCT_ORDERINGS, "title"
    noun, heading = ("product", "products"), "Products"
    answer = "What teams keep and develop for good, each with its backlog of epics."
    row_template = "portfolio/_product_row.html"
    heads: ClassVar = ["Product", "Epics under way", "State", "Owner"]
    tabs: ClassVar = [
        Tab("active", "Active", lambda person: Q(state="active")), MINE,
        Tab("retired", "Retired", lambda person: Q(state="retired")), Tab("all", "All"),
    ]  # fmt: skip

    def dress(self, rows):
        seen = Epic.objects.visible_to(self.request.user).open().filter(product__in=rows)
        counts = dict(seen.order_by().values_list("product").annotate(n=Count("pk")))
        for row in rows:
            row.under_way = counts.get(row.pk, 0)


class EpicListPage(RegisterOfDelivery):
    work, filterset = Epic, filters.EpicFilterSet
    orderings, default_ordering = filters.EPIC_ORDERINGS, "finish"
    noun, heading = ("epic", "epics"), "Epics"
    answer = "The larger pieces of work in the backlogs of products, and how far they are."
    row_template = "portfolio/_epic_row.html"
    heads: ClassVar = ["Epic", "Done", "Finish", "State", "Owner"]
    related = ("owner", "product")
    linked = (("product", "Product"), *RegisterOfDelivery.linked)
    csv_columns = (*RegisterOfDelivery.csv_columns, "product", "progress", "planned_finish")
    tabs: ClassVar = [
        Tab("open", "Open", lambda person: Q(state__in=("planned", "in_progress"))), MINE,
        Tab("done", "Done", lambda person: Q(state="done")), Tab("all", "All"),
    ]  # fmt: skip

    def csv_row(self, row):
        return super().csv_row(row) | {"product": row.product.reference, "progress": row.progress,
                                       "planned_finish": row.planned_finish}  # fmt: skip


class ProductPage(WorkPage):
    """A product and its backlog, what is under way first."""

    work, template = Product, "portfolio/product.html"

    def around(self, record: Product) -> dict[str, Any]:
        person = self.request.user
        epics = Epic.objects.visible_to(person).filter(product=record).select_related("owner")
        return {
            "services": record.services.visible_to(person).order_by("title"),
            # Planned, in progress, dropped, done: open ones come first.
            "epics": epics.order_by("-state", "planned_finish", "pk")[:SHOWN],
            "under way": at_once.Count(epics.open()),
        }

    def extra(self, record: Product) -> dict[str, Any]:
        return {
            "epics": self.found["epics"], "services": self.found["services"],
            "under_way": self.found["under way"],
            "may_add": not record.is_closed and grants_of(self.request.user).has(*BEGINS),
        }  # fmt: skip


class EpicPage(CarriesOutPage):
    work = Epic
    related = (*CarriesOutPage.related, "product")

    def answer(self, record: Epic) -> str:
        if record.points_planned:
            return (f"{record.points_done} of {record.points_planned} story points are done, "
                    f"{record.progress} %.")  # fmt: skip
        return f"{record.progress} % is done."

    def facts(self, record: Epic) -> list[tuple[str, Any]]:
        return [("Planned start", record.planned_start), ("Planned finish", record.planned_finish),
                ("Story points", record.points_planned)]  # fmt: skip

    def extra(self, record: Epic) -> dict[str, Any]:
        product = record.product if record.product.is_visible_to(self.request.user) else None
        return super().extra(record) | {"product": product, "register": ("Epics", "/epics")}


class NewProductPage(NewPage):
    work, birth = Product, Product.set_up
    heading, submit_label = "New product", "Set up product"


class NewEpicPage(NewPage):
    work, birth, inputs = Epic, Epic.add, EPIC_INPUTS
    heading, submit_label = "New epic", "Add epic"
