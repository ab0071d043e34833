"""Numbers, text, bodies and addresses no keyboard types: refused in words, never a fault."""

import pytest

from tests.core.attacks.conftest import NEED

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("size", ["²", "٣", "000005000000", "-1", "1e3"])
@pytest.mark.parametrize("area", ["ideas", "approvals", "events", "people"])
def test_a_page_size_is_a_plain_number_within_its_limit(api, manager, area, size):
    assert api(manager).get(f"/api/v1/{area}/", {"page_size": size}).status_code == 400


@pytest.mark.parametrize("since", ["²-1", "1-²", "1-٣"])
def test_a_feed_cursor_is_made_of_plain_digits(api, manager, since):
    assert api(manager).get("/api/v1/events/", {"since": since}).status_code == 400


def test_odd_digits_in_headers_and_forms_are_no_fault_of_ours(api, page, author, idea):
    tag = f'"idea-{idea.pk}-\u00b2"'
    answer = api(author).patch(f"/api/v1/ideas/{idea.reference}/", {"title": "A new title"},
                               HTTP_IF_MATCH=tag)  # fmt: skip
    assert answer.status_code == 412
    client = page(author)
    form = {"version": "²", "title": "Another title", "problem": NEED}
    assert client.post(f"/ideas/{idea.reference}/edit", form).status_code < 500
    told = client.post(f"/ideas/{idea.reference}/comments", {"body": "Yes", "reply_to": "²"})
    assert told.status_code < 500
    assert client.post("/inbox/read", {"notice": "²"}).status_code < 500
    assert client.post("/settings/sessions", {"session": "²"}).status_code < 500


@pytest.mark.parametrize(
    "address", ["/ideas/IDEA%00", "/admin/people/x%00y", "/projects/PRJ%00/edit"]
)
def test_nul_in_an_address_is_refused(page, administrator, address):
    assert page(administrator).get(address).status_code in (400, 404)


def test_nul_in_lists_and_other_systems_ids_is_refused(api, page, analyst):
    client = api(analyst)
    given = {"title": "A good idea it is", "problem": NEED, "services": ["SVC-0001\x00"]}
    assert client.post("/api/v1/ideas/", given).status_code == 400
    answer = client.put("/api/v1/projects/by-external-id/a%00b/1/", {"title": "Other"})
    assert answer.status_code in (400, 404)
    form = {"chosen": ["DMD-\x00"]}
    assert page(analyst).post("/demands/bulk/screen", form).status_code < 500


def test_endlessly_nested_json_is_refused(api, author):
    deep = b'{"title":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    answer = api(author).generic("POST", "/api/v1/ideas/", deep, content_type="application/json")
    assert answer.status_code == 400


def test_a_huge_body_is_refused_before_it_is_read(api, author):
    huge = b'{"title": "' + b"x" * (11 * 1024 * 1024) + b'"}'
    answer = api(author).generic("POST", "/api/v1/ideas/", huge, content_type="application/json")
    assert answer.status_code == 413


def test_a_title_is_one_line(api, author):
    given = {"title": "Buy now\r\nBcc: all@bank.example", "problem": NEED}
    made = api(author).post("/api/v1/ideas/", given).json()
    assert made["title"] == "Buy now Bcc: all@bank.example"


@pytest.mark.parametrize("words", ["\"'\\ OR & | !( :*", "²²²", "ªªª zzz", "a" * 5000, "-" * 300])
def test_search_takes_any_words(page, stranger, words):
    client = page(stranger)
    for address in ("/search", "/search/palette", "/people/mention"):
        assert client.get(address, {"q": words}).status_code < 500
    assert client.get("/ideas", {"search": words}).status_code < 500


@pytest.mark.parametrize("day", ["1900-01-01", "2200-12-31"])
def test_a_date_at_the_edge_of_time_is_answered(api, project_manager, project, day):
    mark = project.milestones.first()
    answer = api(project_manager).get(f"/api/v1/projects/{project.reference}/knock-on/",
                                      {"milestone": mark.reference, "forecast_on": day})  # fmt: skip
    assert answer.status_code in (200, 400)


@pytest.mark.parametrize("number", [0, 20261126, 1.5, 1e308])
def test_a_number_is_no_date(api, project_manager, project, number):
    given = {"project": project.reference, "title": "Tills open", "baseline_on": number}
    answer = api(project_manager).post("/api/v1/milestones/", given, format="json")
    assert answer.status_code == 400
    told = answer.json()["errors"]
    assert [error["field"] for error in told] == ["baseline_on"]
    assert "Enter a valid date." in str(told)


def test_another_hosts_name_is_a_plain_refusal_with_all_headers(client):
    answer = client.get("/sign-in", HTTP_HOST="evil.example")
    assert answer.status_code == 400
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert b"evil.example" not in answer.content
