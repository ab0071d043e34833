"""Views of a list under a name: kept, shared, opened first; they show nobody more than before."""

import pytest

from changeoffice.core.doors.models import SavedView
from changeoffice.core.doors.pages.saved_views import kept_query

QUERY = "layout=table&source=idea&columns=rank&columns=age&ordering=-age"


@pytest.fixture
def late(page, analyst):
    page(analyst).post("/demands/views/new", {"name": "Late ideas", "query": QUERY})
    return SavedView.objects.get()


def test_a_view_keeps_filters_order_and_columns_but_not_the_page_of_the_list(page, analyst):
    answer = page(analyst).post(
        "/demands/views/new", {"name": "Late ideas", "query": f"{QUERY}&cursor=abc&saved=3&owner="}
    )
    made = SavedView.objects.get()
    assert (made.owner, made.listed, made.is_shared) == (analyst, "demands", False)
    assert made.query == "columns=rank&columns=age&layout=table&ordering=-age&source=idea"
    assert answer.url == f"/demands?{made.query}&saved={made.pk}"
    shown = page(analyst).get(answer.url)
    assert shown.context["saved"]["now"] == made and not shown.context["saved"]["is_changed"]
    assert {code for code, drawn in shown.context["shown"].items() if drawn} == {"rank", "age"}


def test_changed_filters_offer_to_be_kept_and_are(page, analyst, late):
    client, other = page(analyst), f"{late.list_url}&unit=OPS"
    saved = client.get(other).context["saved"]
    assert saved["is_changed"]
    client.post(f"{late.get_absolute_url()}/update", {"query": saved["query"]})
    late.refresh_from_db()
    assert "unit=OPS" in late.query and "saved" not in late.query


def test_a_private_view_does_not_exist_for_others(page, manager, late):
    at = late.get_absolute_url()
    assert page(manager).get(at).status_code == 404
    for act in ("edit", "update", "delete"):
        assert page(manager).post(f"{at}/{act}", {"name": "Mine"}).status_code == 404
    assert page(manager).get(f"/demands?saved={late.pk}").context["saved"]["now"] is None
    assert b"Late ideas" not in page(manager).get("/demands").content


def test_a_shared_view_opens_for_all_and_is_changed_by_its_owner_or_a_manager(
    page, analyst, manager, colleague, late
):
    at = late.get_absolute_url()
    page(analyst).post(f"{at}/edit", {"name": "Late ideas", "is_shared": "on"})
    assert page(colleague).get(at).url == f"/demands?{late.query}&saved={late.pk}"
    assert b"Late ideas" in page(colleague).get("/demands").content
    for act in ("edit", "update", "delete"):
        assert page(colleague).post(f"{at}/{act}", {"name": "Mine"}).status_code == 404
    page(manager).post(f"{at}/edit", {"name": "Late", "is_start": "on"})
    late.refresh_from_db()
    assert (late.name, late.is_shared, late.is_start) == ("Late", False, False)


def test_a_manager_of_another_unit_leaves_a_shared_view_as_it_is(
    page, analyst, make_person, unit, other_unit, late
):
    at = late.get_absolute_url()
    page(analyst).post(f"{at}/edit", {"name": "Late ideas", "is_shared": "on"})
    elsewhere, here = (make_person(name, "manager", scope=scope)
                       for name, scope in (("Ella Elsewhere", other_unit), ("Hal Here", unit)))  # fmt: skip
    for act in ("edit", "update", "delete"):
        assert page(elsewhere).post(f"{at}/{act}", {"name": "Mine"}).status_code == 404
    assert not page(elsewhere).get(late.list_url).context["saved"]["is_kept_by_me"]
    assert page(here).get(late.list_url).context["saved"]["is_kept_by_me"]
    assert page(here).post(f"{at}/delete").status_code == 302


def test_a_shared_view_does_not_exist_for_people_of_suppliers(page, analyst, outsider, late):
    page(analyst).post(f"{late.get_absolute_url()}/edit", {"name": "Late ideas", "is_shared": "on"})
    assert page(outsider).get(late.get_absolute_url()).status_code == 404
    assert b"Late ideas" not in page(outsider).get("/demands").content


def test_a_view_that_grows_too_long_in_an_address_is_refused(page, analyst, late):
    long = "search=" + "é" * 1500
    at = f"{late.get_absolute_url()}/update"
    assert page(analyst).post(at, {"query": long}).status_code == 400
    new = page(analyst).post("/demands/views/new", {"name": "Long", "query": long})
    assert new.status_code == 422


def test_a_list_opens_with_the_view_chosen_for_it_and_only_one_is(page, analyst, late):
    client, at = page(analyst), late.get_absolute_url()
    client.post(f"{at}/edit", {"name": "Late ideas", "is_start": "on"})
    assert client.get("/demands").url == late.list_url
    assert client.get("/demands?view=open").status_code == 200
    client.post("/demands/views/new", {"name": "Other", "query": "unit=OPS", "is_start": "on"})
    assert list(SavedView.objects.filter(is_start=True).values_list("name", flat=True)) == ["Other"]
    client.post(f"{SavedView.objects.get(name='Other').get_absolute_url()}/delete")
    assert client.get("/demands").status_code == 200


def test_a_name_is_used_once_and_wrong_input_is_told_beside_it(page, analyst, late):
    client = page(analyst)
    answer = client.post("/demands/views/new", {"name": "late IDEAS", "query": "unit=OPS"})
    assert answer.status_code == 422 and b"You have a view of this name here." in answer.content
    assert b"unit=OPS" in answer.content
    assert client.post("/demands/views/new", {"name": "", "query": ""}).status_code == 422
    long = "owner=" + "x" * 3000
    assert client.post("/demands/views/new", {"name": "Long", "query": long}).status_code == 422
    assert client.get("/demands/views/999999999999999999999/edit").status_code == 404


@pytest.mark.parametrize(
    "query", ["//evil.example/", "javascript:alert(1)", "a=<script>&b=\"'", "%zz&=&&"]
)
def test_a_query_made_to_do_harm_stays_a_query(page, analyst, query):
    answer = page(analyst).post("/demands/views/new", {"name": "Odd", "query": query})
    assert answer.status_code == 302 and answer.url.startswith("/demands?")
    shown = page(analyst).get(answer.url)
    assert shown.status_code == 200 and b"<script>&b" not in shown.content


def test_the_order_of_filters_makes_no_other_view():
    assert kept_query("b=2&a=1") == kept_query("a=1&b=2&cursor=x")


def test_ideas_keep_views_too(page, colleague):
    page(colleague).post(
        "/ideas/views/new", {"name": "Mine, by votes", "query": "mine=voted&ordering=votes"}
    )
    made = SavedView.objects.get(listed="ideas")
    shown = page(colleague).get(made.list_url)
    assert shown.context["saved"]["now"] == made and b"Mine, by votes" in shown.content
