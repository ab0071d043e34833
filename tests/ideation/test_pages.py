"""The board, one idea and a new one: what is shown, to whom, at what cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changeoffice.core.talk.models import Comment, comment
from ideation import board
from ideation.models import Idea, Theme
from tests.ideation.conftest import PROBLEM

HTMX = {"HTTP_HX_REQUEST": "true"}
EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)> [go](javascript:alert(1)) **bold**'


def propose(person, title: str, **more) -> Idea:
    return Idea.propose(by=person, title=title, problem=PROBLEM, **more).submit(by=person)


def queries(client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_the_board_costs_the_same_for_ten_and_for_many(page, colleague, author, service):
    client = page(colleague)
    theme = Theme.objects.create(name="Customer effort")
    for n in range(10):
        propose(author, f"Idea number {n} of very many", theme=theme, services=[service])
    few = queries(client, "/ideas")
    for n in range(30):
        propose(author, f"Another idea {n} of very many", theme=theme, services=[service])
    many = queries(client, "/ideas")
    assert many == few <= 20, (few, many)
    assert queries(client, "/ideas?ordering=votes&theme=Customer+effort") <= 20


def test_one_idea_costs_the_same_however_much_was_said(page, make_person, analyst, author, vetted):
    client = page(analyst)
    before = queries(client, f"/ideas/{vetted.reference}")
    for n in range(12):
        comment(vetted, by=make_person(f"Person {n}"), body=f"Comment {n}")
        vetted.vote(by=make_person(f"Voter {n}"))
    assert queries(client, f"/ideas/{vetted.reference}") == before <= 24


def test_the_board_sorts_filters_and_keeps_it_all_in_the_address(
    page, colleague, author, service, analyst
):
    theme = Theme.objects.create(name="Customer effort")
    first = propose(author, "Show the expected arrival time", theme=theme)
    second = propose(author, "Book a call-back in one step", services=[service])
    second.vote(by=colleague)
    client = page(colleague)

    def shown(query: str) -> list[str]:
        return [row["id"] for row in client.get(f"/ideas?{query}").context["ideas"]]

    assert shown("ordering=votes") == [second.reference, first.reference]
    assert shown("ordering=newest") == [second.reference, first.reference]
    assert shown("theme=Customer+effort") == [first.reference]
    assert shown(f"service={service.reference}") == [second.reference]
    assert shown("unit=payments&state=open&ordering=discussed") == [
        second.reference,
        first.reference,
    ]
    assert shown("mine=voted") == [second.reference]
    assert shown("unit=nowhere") == []
    assert "ordering=votes&amp;theme=Customer" in client.get(
        "/ideas?theme=Customer+effort").content.decode().replace("theme=Customer+effort&amp;ordering=votes",
                                                                "ordering=votes&amp;theme=Customer")  # fmt: skip


def test_trending_states_its_formula(page, colleague, idea):
    assert "half as much every 7 days" in page(colleague).get("/ideas").content.decode()


def test_ideas_with_enough_votes_wait_for_analysts_only(page, analyst, colleague, author):
    theme = Theme.objects.create(name="Quick wins", review_at_votes=1)
    wanted, other = (
        propose(author, "Wanted by enough people", theme=theme),
        propose(author, "Not yet wanted"),
    )
    answer = page(analyst).get("/ideas?view=review")
    assert [row["id"] for row in answer.context["ideas"]] == [wanted.reference]
    assert "Needs review" in answer.content.decode()
    assert "Needs review" not in page(colleague).get("/ideas").content.decode()
    assert other.reference not in answer.content.decode()


def test_each_theme_asks_for_its_own_votes_and_ideas_without_one_for_the_usual_number(author):
    easy, other, hard = (
        Theme.objects.create(name=name, review_at_votes=votes)
        for name, votes in (("Easy", 2), ("Easy as well", 2), ("Hard", 30))
    )
    wanted = set()
    for theme, votes, asks in (
        (easy, 1, False), (easy, 2, True), (other, 3, True), (hard, 29, False), (hard, 30, True),
        (None, 24, False), (None, 25, True),
    ):  # fmt: skip
        idea = propose(author, f"Wanted by {votes} in {theme}", theme=theme)
        Idea.objects.filter(pk=idea.pk).update(vote_count=votes)
        wanted |= {idea.pk} if asks else set()
    assert set(Idea.objects.needing_review().values_list("pk", flat=True)) == wanted
    Idea.objects.filter(pk__in=wanted).update(state="under_review")
    assert not Idea.objects.needing_review().exists()


def test_the_board_counts_to_a_thousand_and_says_where_it_stopped():
    words = board.totals({"suggested": 1001, "promoted": 1000})
    assert {name: row["words"] for name, row in words.items()} == {
        "suggested": "1,000+", "promoted": "1,000",
    }  # fmt: skip


def test_an_unusable_cursor_or_filter_still_shows_the_board(page, colleague, idea):
    for query in (
        "cursor=nonsense",
        "created_at__gte=never",
        "ordering=secret",
        "state=nowhere&cursor=%25",
    ):
        assert page(colleague).get(f"/ideas?{query}").status_code == 200


def test_htmx_gets_the_list_alone_and_caches_keep_them_apart(page, colleague, idea):
    answer = page(colleague).get("/ideas", **HTMX)
    assert "<html" not in answer.content.decode() and idea.title in answer.content.decode()
    assert "HX-Request" in answer["Vary"]


# ── a new one ────────────────────────────────────────────────────────────────────────────────
def test_submitting_is_one_press_and_counts_as_the_first_vote(page, author, service):
    given = {
        "title": "Tell customers why it is held",
        "problem": PROBLEM,
        "services": service.reference,
        "go": "submit",
    }
    answer = page(author).post("/ideas/new", given)
    made = Idea.objects.get()
    assert answer.url == f"/ideas/{made.reference}"
    assert (made.state, made.vote_count, made.owner, made.unit) == ("open", 1, author, author.unit)
    assert list(made.services.all()) == [service]


def test_a_draft_is_kept_and_submitted_later(page, author):
    client = page(author)
    client.post(
        "/ideas/new", {"title": "Tell customers why it is held", "problem": "Later", "go": "draft"}
    )
    made = Idea.objects.get()
    assert (
        made.state == "draft"
        and "Only you can see this draft" in client.get(f"/ideas/{made.reference}").content.decode()
    )
    assert client.post(f"/ideas/{made.reference}/submit").status_code == 409
    client.post(
        f"/ideas/{made.reference}/edit",
        {"title": made.title, "problem": PROBLEM, "version": made.version},
    )
    assert client.post(f"/ideas/{made.reference}/submit").status_code == 302
    made.refresh_from_db()
    assert made.state == "open"


@pytest.mark.parametrize("given", [{"title": "Short"}, {"title": "Long enough a title", "problem": "Too short"},
                                   {"title": "A" * 200, "problem": PROBLEM}])  # fmt: skip
def test_what_was_typed_stays_when_something_is_missing(given, page, author):
    shown = page(author).post("/ideas/new", {**given, "go": "submit", "services": ""})
    text = shown.content.decode()
    assert shown.status_code == 422 and "error-summary" in text and given["title"] in text
    assert Idea.objects.count() == 0


# ── votes in place ───────────────────────────────────────────────────────────────────────────
def test_a_vote_answers_with_the_button_and_an_undo(page, colleague, idea):
    client = page(colleague)
    answer = client.post(f"/ideas/{idea.reference}/vote", **HTMX)
    text = answer.content.decode()
    assert 'aria-pressed="true"' in text and "2 votes" in text and "<html" not in text
    assert f"/ideas/{idea.reference}/unvote" in answer["HX-Trigger"]
    client.post(f"/ideas/{idea.reference}/vote", **HTMX)
    idea.refresh_from_db()
    assert idea.vote_count == 2
    back = client.post(f"/ideas/{idea.reference}/unvote", {"next": "/ideas?ordering=votes"})
    assert back.url == "/ideas?ordering=votes"
    idea.refresh_from_db()
    assert idea.vote_count == 1


@pytest.mark.parametrize(
    "there", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_a_vote_never_leads_to_another_site(there, page, colleague, idea):
    answer = page(colleague).post(f"/ideas/{idea.reference}/vote", {"next": there})
    assert answer.url == f"/ideas/{idea.reference}"


def test_a_closed_idea_takes_no_vote_and_says_why(page, analyst, colleague, idea):
    idea.decline(by=analyst, code="not_now", answer="Not in this year, the forms project is full.")
    answer = page(colleague).post(f"/ideas/{idea.reference}/vote", **HTMX)
    assert "Votes closed when it was declined" in answer.content.decode()
    assert '"wrong": true' in answer["HX-Trigger"]
    idea.refresh_from_db()
    assert idea.vote_count == 1


def test_votes_are_shown_by_unit_and_never_by_name(page, make_person, author, idea, other_unit):
    voter, *_ = [make_person(f"Very Secret Voter {n}", unit=other_unit) for n in range(5)]
    idea.vote(by=voter)
    shown = page(author).get(f"/ideas/{idea.reference}").content.decode()
    assert "Lending" in shown and "Very Secret Voter" not in shown


# ── who sees what ────────────────────────────────────────────────────────────────────────────
def test_a_draft_exists_for_its_author_alone(page, api, author, colleague, analyst, draft):
    for person in (colleague, analyst):
        client, robot = page(person), api(person)
        assert client.get(f"/ideas/{draft.reference}").status_code == 404
        assert client.post(f"/ideas/{draft.reference}/vote").status_code == 404
        assert (
            client.post(f"/ideas/{draft.reference}/comments", {"body": "Hello"}).status_code == 404
        )
        for url in ("/ideas", "/ideas?mine=drafts", "/ideas?state=draft", f"/search?q={draft.reference}",
                    "/search?q=payment+held", "/search/palette?q=payment", f"/search/palette?q={draft.reference}",
                    "/ideas/similar?q=Tell+customers+why+a+payment"):  # fmt: skip
            answer = client.get(url)
            assert answer.status_code == 200 and draft.title not in answer.content.decode(), url
        assert robot.get(f"/api/v1/ideas/{draft.reference}/").status_code == 404
        assert robot.get("/api/v1/ideas/?count=true").json()["count"] == 0
        assert client.get("/ideas").context["totals"]["suggested"]["count"] == 0
    mine = page(author)
    assert draft.title in mine.get("/ideas?mine=drafts").content.decode()
    assert (
        draft.title
        not in mine.get("/ideas/similar?q=Tell+customers+why+a+payment").content.decode()
    )


def test_an_outsider_sees_nothing(page, api, outsider, idea):
    client = page(outsider)
    assert client.get(f"/ideas/{idea.reference}").status_code == 404
    assert client.post(f"/ideas/{idea.reference}/vote").status_code == 404
    for url in (
        "/ideas",
        "/search?q=payment",
        "/search/palette?q=payment",
        "/ideas/similar?q=Tell+customers+why",
    ):
        assert idea.title not in client.get(url).content.decode()
    assert client.get("/people/mention?q=tom").json() == {"results": []}
    assert api(outsider).get(f"/api/v1/ideas/{idea.reference}/").status_code == 404
    assert api(outsider).get(f"/api/v1/scores/?idea={idea.reference}").status_code == 404


def test_nothing_is_shown_without_signing_in(client, idea):
    for url in ("/ideas", f"/ideas/{idea.reference}", "/ideas/new", "/search?q=x", "/search/palette?q=x",
                "/people/mention?q=x", "/ideas/similar?q=Tell+customers+why"):  # fmt: skip
        assert client.get(url).status_code == 302


def test_what_people_write_never_runs(page, author, analyst, colleague):
    idea = Idea.propose(
        by=author, title=f"Evil {EVIL}"[:120], problem=EVIL + PROBLEM, proposal=EVIL, benefit=EVIL
    )
    idea.submit(by=author)
    comment(idea, by=colleague, body=EVIL)
    idea.ask(by=analyst, question=EVIL)
    client = page(author)
    for url in (f"/ideas/{idea.reference}", "/ideas", f"/ideas/{idea.reference}/edit", "/search?q=bold+evil",
                "/search/palette?q=evil", "/ideas/similar?q=Evil+script+alert"):  # fmt: skip
        text = client.get(url).content.decode()
        assert "<script>alert" not in text and "onerror=alert(1)>" not in text.replace(
            "&gt;", ""
        ), url
        assert 'href="javascript:' not in text
    assert "<strong>bold</strong>" in client.get(f"/ideas/{idea.reference}").content.decode()


def test_comments_answer_in_threads_and_call_people(page, author, colleague, idea):
    client = page(colleague)
    client.post(f"/ideas/{idea.reference}/comments", {"body": f"Same here, @{author.username}."})
    first = Comment.objects.get()
    answer = client.post(
        f"/ideas/{idea.reference}/comments", {"body": "And again", "reply_to": first.pk}, **HTMX
    )
    assert f">{author.name}</strong>" in answer.content.decode()
    assert (
        Comment.objects.get(reply_to=first).body == "And again" and author in first.mentions.all()
    )
    assert (
        client.post(f"/ideas/{idea.reference}/comments", {"body": " "}, **HTMX).status_code == 204
    )


def test_the_csv_is_the_filtered_list(page, colleague, idea):
    client = page(colleague)
    url = client.get("/ideas?state=open").context["export_url"]
    text = b"".join(client.get(url).streaming_content).decode()
    assert idea.reference in text and "format" not in text.splitlines()[0]


def test_my_work_hears_of_questions_reviews_and_scores(
    author, analyst, service_owner, colleague, idea
):
    from ideation import waiting

    def asked_of(person):
        return [
            ask.tell(row).action_label for ask in waiting.for_person(person) for row in ask.rows
        ]

    idea.ask(by=analyst, question="Which channels do you mean?")
    assert asked_of(author) == ["Answer"]
    idea.reply(by=author, answer="All of them.")
    theme = Theme.objects.create(name="Quick wins", review_at_votes=1)
    idea.revise(by=author, theme=theme)
    assert asked_of(analyst) == ["Start review"]
    idea.review(by=analyst), idea.vet(by=analyst)
    assert asked_of(service_owner) == ["Score it"]
    assert asked_of(colleague) == []
