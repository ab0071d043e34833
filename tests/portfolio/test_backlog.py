"""Products and the epics in their backlogs."""

from datetime import date

import pytest

from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow
from portfolio.models import Epic, Product

pytestmark = pytest.mark.django_db


@pytest.fixture
def product(manager, project_manager, unit) -> Product:
    return Product.set_up(by=manager, title="Payments app", owner=project_manager, unit=unit)


@pytest.fixture
def epic(product, manager, colleague, sponsor, unit) -> Epic:
    return Epic.add(by=manager, product=product, title="Hold reasons", owner=colleague,
                    sponsor=sponsor, unit=unit, points_planned=40)  # fmt: skip


def test_products_are_set_up_by_some_and_kept_by_their_owner(
    page, api, project_manager, stranger, product
):
    assert page(stranger).post("/products/new", {"title": "Cards"}).status_code == 403
    assert (
        api(project_manager)
        .post("/api/v1/products/", {"title": "Cards"}, format="json")
        .status_code
        == 201
    )
    with pytest.raises(NotAllowed):
        product.revise(by=stranger, title="Mine")
    product.revise(by=project_manager, description="All that moves money.")
    assert (
        "All that moves money." in page(stranger).get(product.get_absolute_url()).content.decode()
    )


def test_a_product_with_open_epics_is_not_retired_and_a_retired_one_takes_none(
    product, epic, manager, project_manager
):
    with pytest.raises(NotNow, match="still open"):
        product.retire(by=project_manager, reason="Nobody uses it any more.")
    epic.drop(by=manager, reason="Nobody needs it now.")
    product.retire(by=project_manager, reason="Nobody uses it any more.")
    with pytest.raises(Invalid) as refused:
        Epic.add(by=manager, product=product, title="One more")
    assert "product" in refused.value.errors
    product.take_up(by=manager, reason="It is used after all.")
    assert Epic.add(by=manager, product=product, title="One more").state == "planned"


def test_an_epic_is_kept_by_its_owner_the_products_owner_and_managers(
    epic, colleague, project_manager, manager, stranger, sponsor
):
    for person in (stranger, sponsor):
        with pytest.raises(NotAllowed):
            epic.start(by=person)
    epic.start(by=project_manager)
    epic.report(by=colleague, done=10)
    assert (epic.points_done, epic.progress) == (10, 25)
    with pytest.raises(Invalid):
        epic.report(by=manager, done=41)
    with pytest.raises(Invalid, match="More points"):
        epic.revise(by=manager, points_planned=9)
    epic.refresh_from_db()
    assert epic.points_planned == 40
    epic.finish(by=colleague)
    assert epic.progress == 100
    with pytest.raises(NotNow):
        epic.report(by=colleague, done=40)


def test_progress_is_told_in_points_or_per_cent(epic, page, api, manager, colleague):
    epic.start(by=manager)
    client = page(colleague)
    url = f"{epic.get_absolute_url()}/report"
    assert "Points done of 40" in client.get(url).content.decode()
    assert client.post(url, {"done": "50"}).status_code == 422
    assert client.post(url, {"done": "30"}).status_code == 302
    epic.refresh_from_db()
    assert epic.progress == 75
    assert (
        "30 of 40 story points are done, 75 %."
        in client.get(epic.get_absolute_url()).content.decode()
    )
    epic.revise(by=colleague, points_planned=None)
    answer = api(colleague).post(
        f"/api/v1/epics/{epic.reference}/report/", {"done": 60}, format="json"
    )
    assert answer.json()["progress"] == 60


def test_its_sponsor_may_drop_an_epic_and_says_why(epic, sponsor, page):
    answer = page(sponsor).post(f"{epic.get_absolute_url()}/drop", {"reason": "no"})
    assert answer.status_code == 422
    epic.drop(by=sponsor, reason="The money goes elsewhere.")
    assert epic.state == "dropped"
    assert epic.record.events.get(verb="drop").reason == "The money goes elsewhere."


def test_epics_and_products_are_found_by_words_and_narrowed(
    epic, product, page, api, manager, service
):
    epic.revise(by=manager, services=[service], planned_finish=date(2027, 5, 3))
    other = Epic.add(by=manager, product=product, title="Larger type")
    for query, found in ((f"service={service.reference}", [epic]), ("search=hold", [epic]),
                         (f"product={product.reference}", [epic, other])):  # fmt: skip
        assert [row.pk for row in page(manager).get(f"/epics?{query}").context["rows"]] == [
            one.pk for one in found
        ], query
    assert epic.reference in page(manager).get("/search?q=Hold").content.decode()
    assert epic.title in page(manager).get(service.get_absolute_url()).content.decode()
    listed = api(manager).get("/api/v1/products/").json()["results"]
    assert [row["id"] for row in listed] == [product.reference]
    html = page(manager).get(product.get_absolute_url()).content.decode()
    assert "2 epics planned or under way" in html
