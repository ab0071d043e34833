"""What every collection of the API promises, shown on ideas."""

import json

import pytest
from django.core.management import call_command

from ideation.models import Idea
from tests.crowd import Crowd

PROBLEM = "Customers ring us because nothing tells them why a payment is held."
NEW = {"title": "Tell customers why a payment is held", "problem": PROBLEM}


@pytest.fixture
def ideas(author):
    made = []
    for n in range(7):
        idea = Idea.propose(by=author, title=f"Idea number {n} of seven", problem=PROBLEM)
        made.append(idea.submit(by=author))
    return made


def test_without_a_token_the_answer_is_401_and_a_problem_document(client, db):
    answer = client.get("/api/v1/ideas/")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_token_without_the_scope_is_403(api, author):
    assert api(author, "demands:read").get("/api/v1/ideas/").status_code == 403
    assert api(author, "ideas:read").get("/api/v1/ideas/").status_code == 200
    assert api(author, "ideas:read").post("/api/v1/ideas/", NEW).status_code == 403
    assert api(author, "ideas:write").post("/api/v1/ideas/", NEW).status_code == 201


def test_pages_follow_the_cursor_without_gaps_or_repeats(api, author, ideas):
    client, url, seen = api(author), "/api/v1/ideas/?page_size=3&ordering=newest", []
    while url:
        body = client.get(url).json()
        seen += [row["id"] for row in body["results"]]
        url = body["next"]
    assert seen == [idea.reference for idea in reversed(ideas)]
    back = client.get(
        client.get("/api/v1/ideas/?page_size=3&ordering=newest").json()["next"]
    ).json()["previous"]
    assert [r["id"] for r in client.get(back).json()["results"]] == seen[:3]


def test_a_cursor_used_with_another_filter_or_ordering_is_refused(api, author, ideas):
    client = api(author)
    following = client.get("/api/v1/ideas/?page_size=3").json()["next"]
    assert client.get(f"{following}&state=open").status_code == 400
    assert client.get(f"{following}&ordering=votes").status_code == 400
    assert client.get("/api/v1/ideas/?cursor=nonsense").status_code == 400


@pytest.mark.parametrize(
    "query",
    ["colour=red", "page_size=0", "page_size=501", "page_size=99999999999999999999", "ordering=secret",
     "created_at__gte=never", "fields=password", "cursor=%00"],
)  # fmt: skip
def test_unknown_or_absurd_parameters_are_named_in_a_400(api, author, query):
    answer = api(author).get(f"/api/v1/ideas/?{query}")
    assert answer.status_code == 400 and answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body",
    [{}, {**NEW, "title": "short"}, {**NEW, "title": ["a", "list"]}, {**NEW, "problem": {"a": 1}},
     {**NEW, "colour": "red"}, {**NEW, "title": "nul \x00 inside the title"}, {**NEW, "theme": 10**30},
     {**NEW, "services": "SVC-0001"}, {**NEW, "services": ["SVC-9999"]}, {**NEW, "unit": "nowhere"}],
)  # fmt: skip
def test_bad_input_is_a_400_that_names_the_field(api, author, body):
    answer = api(author).post("/api/v1/ideas/", body)
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][0]["field"]
    assert Idea.objects.count() == 0


@pytest.mark.parametrize("raw", [b"[1]", b"not json", b'"text"', b"\xff\xfe", b"null"])
def test_a_body_that_is_no_json_object_is_a_400(api, author, raw):
    answer = api(author).generic("POST", "/api/v1/ideas/", raw, content_type="application/json")
    assert answer.status_code == 400


def test_other_content_and_methods_are_refused_politely(api, author, ideas):
    client = api(author)
    assert (
        client.generic(
            "POST", "/api/v1/ideas/", b"<x/>", content_type="application/xml"
        ).status_code
        == 415
    )
    assert client.put("/api/v1/ideas/", {}).status_code == 405
    assert client.delete(f"/api/v1/ideas/{ideas[0].reference}/").status_code == 405


def test_if_match_makes_a_stale_write_a_412_with_what_changed(api, author, ideas):
    client, url = api(author), f"/api/v1/ideas/{ideas[0].reference}/"
    tag = client.get(url)["ETag"]
    assert (
        client.patch(url, {"title": "A first better title"}, HTTP_IF_MATCH=tag).status_code == 200
    )
    stale = client.patch(url, {"title": "A second better title"}, HTTP_IF_MATCH=tag)
    assert stale.status_code == 412 and stale.json()["changed"] == ["title"]
    assert (
        client.patch(
            url, {"title": "A third better title"}, HTTP_IF_MATCH=stale["ETag"]
        ).status_code
        == 200
    )
    assert client.post(f"{url}vote/", HTTP_IF_MATCH='"idea-1-1"').status_code == 200


def test_a_verb_out_of_turn_is_a_409_that_says_the_state(api, analyst, ideas):
    answer = api(analyst).post(f"/api/v1/ideas/{ideas[0].reference}/vet/")
    assert answer.status_code == 409 and answer.json()["state"] == "open"


def test_a_record_says_which_verbs_are_open_and_what_stands_in_the_way(api, author, analyst, ideas):
    url = f"/api/v1/ideas/{ideas[0].reference}/"
    for_analyst = {v["name"]: v for v in api(analyst).get(url).json()["verbs"]}
    assert for_analyst["review"]["open"] is True
    for_author = {v["name"]: v for v in api(author).get(url).json()["verbs"]}
    assert for_author["review"]["open"] is False and "analyst" in for_author["review"]["reasons"][0]


def test_the_same_idempotency_key_gives_the_first_answer_again(api, author):
    client = api(author)
    first = client.post("/api/v1/ideas/", NEW, HTTP_IDEMPOTENCY_KEY="once")
    again = client.post("/api/v1/ideas/", NEW, HTTP_IDEMPOTENCY_KEY="once")
    other = client.post(
        "/api/v1/ideas/", {**NEW, "title": "Something else entirely"}, HTTP_IDEMPOTENCY_KEY="once"
    )
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.json()["id"] == first.json()["id"] and Idea.objects.count() == 1


def test_a_refused_request_frees_its_idempotency_key(api, author):
    client = api(author)
    assert client.post("/api/v1/ideas/", {}, HTTP_IDEMPOTENCY_KEY="again").status_code == 400
    assert client.post("/api/v1/ideas/", NEW, HTTP_IDEMPOTENCY_KEY="again").status_code == 201


@pytest.mark.django_db(transaction=True)
def test_one_key_from_20_threads_makes_one_idea(api, author):
    def send() -> int:
        return client.post("/api/v1/ideas/", NEW, HTTP_IDEMPOTENCY_KEY="race").status_code

    client = api(author)
    with Crowd(20) as crowd:
        codes = set(crowd.at_once([send] * 20))
    assert Idea.objects.count() == 1 and codes <= {201, 409} and 201 in codes


@pytest.mark.django_db(transaction=True)
def test_of_24_writes_with_one_etag_one_is_taken(api, author):
    client = api(author)
    url = f"/api/v1/ideas/{Idea.propose(by=author, **NEW).reference}/"
    tag = client.get(url)["ETag"]

    def send(n: int) -> tuple[int, str]:
        answer = client.patch(url, {"title": f"Better title {n}"}, HTTP_IF_MATCH=tag)
        return answer.status_code, answer.json().get("title")

    with Crowd(24) as crowd:
        answers = crowd.at_once([lambda n=n: send(n) for n in range(24)])
    taken = [title for status, title in answers if status == 200]
    assert sorted(status for status, _ in answers) == [200] + [412] * 23
    kept = Idea.objects.get()
    assert [kept.title] == taken and kept.record.events.filter(verb="revise").count() == 1


@pytest.mark.django_db(transaction=True)
def test_40_births_at_once_have_40_numbers(author):
    begin = [lambda: Idea.propose(by=author, **NEW).reference] * 40
    with Crowd(40) as crowd:
        made = crowd.at_once(begin) + crowd.at_once(begin)
    numbers = sorted(int(reference.removeprefix("IDEA-")) for reference in made)
    assert len(set(numbers)) == 80 == Idea.objects.count()
    assert numbers == list(range(numbers[0], numbers[0] + 80))  # none was lost either


def test_csv_neutralises_cells_a_spreadsheet_would_run(api, author):
    idea = Idea.propose(by=author, title='=HYPERLINK("http://x")', problem=PROBLEM)
    idea.submit(by=author)
    text = b"".join(
        api(author).get("/api/v1/ideas/", HTTP_ACCEPT="text/csv").streaming_content
    ).decode()
    assert "'=HYPERLINK" in text and ',"=HYPERLINK' not in text


def test_a_list_costs_the_same_at_10_and_at_110_rows(
    api, author, ideas, django_assert_max_num_queries
):
    client = api(author)
    with django_assert_max_num_queries(8):
        client.get("/api/v1/ideas/")
    for n in range(60):
        Idea.propose(by=author, title=f"One more idea, number {n}", problem=PROBLEM).submit(
            by=author
        )
    with django_assert_max_num_queries(8):
        assert len(client.get("/api/v1/ideas/").json()["results"]) == 50


def test_the_schema_is_valid_without_a_warning_and_every_verb_is_its_own_operation(capsys):
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json")
    schema = json.loads(capsys.readouterr().out)
    names = {op["operationId"] for path in schema["paths"].values() for op in path.values()}
    assert {"ideas_list", "ideas_create", "ideas_review", "ideas_decline", "ideas_vote"} <= names
