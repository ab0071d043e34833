"""Search, the palette, likenesses and mentions: found fast, and only what one may see."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changeoffice.core.search import selectors
from ideation.models import Idea

PROBLEM = "Nothing tells people how long it takes, so they ring us about it."


def propose(person, title: str) -> Idea:
    return Idea.propose(by=person, title=title, problem=PROBLEM).submit(by=person)


@pytest.fixture
def idea(author) -> Idea:
    return propose(author, "Show the expected arrival time for transfers")


@pytest.mark.parametrize("spelled", ["{0}", "{1}", " {1} ", "idea {2}", "IDEA{2}", "idea-{2}"])
def test_a_typed_reference_jumps_however_it_is_spelled(spelled, page, colleague, idea):
    number = idea.reference.split("-")[1]
    typed = spelled.format(idea.reference, idea.reference.lower(), int(number))
    assert page(colleague).get("/search", {"q": typed}).url == f"/ideas/{idea.reference}"


def test_words_find_titles_texts_and_other_kinds_grouped(page, colleague, idea, service):
    client = page(colleague)
    assert idea.title in client.get("/search", {"q": "expected transfers"}).content.decode()
    assert idea.title in client.get("/search", {"q": "ring us"}).content.decode()
    found = client.get("/search", {"q": "payments or transfers"})
    assert {group["kind"] for group in found.context["groups"]} == {"idea", "service"}


def test_a_kind_is_read_page_by_page(page, colleague, author):
    for n in range(23):
        propose(author, f"A shorter queue in branch {n}")
    client = page(colleague)
    first = client.get("/search", {"q": "shorter queue", "kind": "idea"})
    second = client.get("/search", {"q": "shorter queue", "kind": "idea", "page": 2})
    both = [row.pk for answer in (first, second) for row in answer.context["rows"]]
    assert len(both) == len(set(both)) == 23
    assert client.get("/search", {"q": "shorter queue", "kind": "nonsense"}).status_code == 200


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "zzzz",
        "!!! ((( :*",
        "' OR 1=1",
        "a" * 5000,
        "<script>",
        "the and of",
        "IDEA-999999999999",
    ],
)
def test_any_words_are_harmless(typed, page, colleague, idea):
    client = page(colleague)
    for url in ("/search", "/search/palette", "/people/mention", "/ideas/similar"):
        answer = client.get(url, {"q": typed})
        assert answer.status_code == 200 and "<script>" not in answer.content.decode().replace(
            '<script type="module"', ""
        ).replace("<script defer", "")


def test_search_costs_the_same_for_few_and_many(page, colleague, author, idea):
    client = page(colleague)

    def queries() -> int:
        client.get("/search?q=arrival")
        with CaptureQueriesContext(connection) as seen:
            client.get("/search?q=arrival")
        return len(seen)

    few = queries()
    for n in range(20):
        propose(author, f"Another arrival time number {n}")
    assert queries() == few <= 14


def test_the_palette_offers_the_record_and_what_one_may_do_with_it(page, analyst, colleague, idea):
    def palette(person, typed: str) -> str:
        return page(person).get("/search/palette", {"q": typed}).content.decode()

    shown = palette(analyst, idea.reference)
    assert f'href="/ideas/{idea.reference}"' in shown and f"Start review {idea.reference}" in shown
    assert f"Start review {idea.reference}" not in palette(colleague, idea.reference)
    assert idea.title in palette(colleague, "expec")
    assert 'href="/ideas/new"' in palette(colleague, "new idea")


def test_likeness_is_said_in_words_and_voted_for_in_place(page, colleague, author, idea):
    propose(author, "Replace the coffee machine on floor three")
    shown = (
        page(colleague)
        .get("/ideas/similar", {"title": "Show expected arrival time of a transfer"})
        .content.decode()
    )
    assert idea.title in shown and "Very close" in shown and "coffee" not in shown
    assert f"/ideas/{idea.reference}/vote?size=small" in shown
    assert (
        idea.title
        not in page(colleague).get("/ideas/similar", {"title": "Show expec"}).content.decode()
    )


def test_misspelled_titles_are_found_by_their_letters(colleague, idea):
    found = selectors.similar(colleague, "Show teh expectd arival time fro transfrs", ["idea"])
    assert [row.pk for row in found] == [idea.pk]


def test_likeness_costs_few_queries_and_stays_within_its_limit(page, colleague, author):
    for n in range(12):
        propose(author, f"Shorter form for case type {n}")
    client, given = page(colleague), {"title": "Shorter form for case type"}
    client.get("/ideas/similar", given)
    with CaptureQueriesContext(connection) as seen:
        answer = client.get("/ideas/similar", given)
    assert len(seen) <= 16 and answer.content.decode().count("similar__item") == 5


def test_people_to_mention_are_colleagues(page, author, colleague, outsider):
    found = page(author).get("/people/mention", {"q": "nadia"}).json()["results"]
    assert [(row["handle"], row["name"]) for row in found] == [(colleague.username, colleague.name)]
    assert page(author).get("/people/mention", {"q": "otto"}).json() == {"results": []}
