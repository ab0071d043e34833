"""Every verb of an idea through both doors: who may, from which state, and what stands in the way."""

from datetime import timedelta

import pytest

from changeoffice.core.notify.models import Notification
from changeoffice.core.outbox.relay import relay
from changeoffice.core.record import acting, clock
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow
from changeoffice.core.talk.models import Comment, Follower, comment
from ideation.models import Idea, Vote
from tests.ideation.conftest import PROBLEM, SCORES

ANSWER = "We already do this in the forms project that starts in May."


def state_of(idea) -> str:
    idea.refresh_from_db()
    return idea.state


def steps(into: Idea) -> list:
    """(verb, input, state after): one way through most of the states, as an analyst."""
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    return [
        ("review", {}, "under_review"),
        ("park", {"revisit_on": tomorrow, "reason": "After the freeze."}, "parked"),
        ("reopen", {"reason": "The freeze was lifted."}, "open"),
        ("decline", {"code": "duplicate", "answer": ANSWER}, "declined"),
        ("reopen", {"reason": "It is another thing after all."}, "open"),
        ("review", {}, "under_review"),
        ("vet", {}, "vetting"),
        ("score", SCORES, "vetting"),
        ("develop", {"benefit": "A thousand fewer calls."}, "developed"),
    ]


def test_an_analyst_takes_an_idea_through_its_states_by_pages(page, analyst, idea):
    client = page(analyst)
    for verb, given, after in steps(idea):
        shown = client.get(f"/ideas/{idea.reference}/{verb}")
        assert shown.status_code == 200, verb
        answer = client.post(f"/ideas/{idea.reference}/{verb}", given)
        assert answer.status_code == 302, (verb, answer.content.decode()[-3000:])
        assert state_of(idea) == after


def test_an_analyst_takes_an_idea_through_its_states_by_the_api(api, analyst, idea):
    client = api(analyst)
    for verb, given, after in steps(idea):
        answer = client.post(f"/api/v1/ideas/{idea.reference}/{verb}/", given)
        assert answer.status_code == 200, (verb, answer.content)
        assert answer.json()["state"] == after


@pytest.mark.parametrize("door", ["page", "api"])
def test_a_question_goes_to_the_submitter_and_comes_back(door, page, api, analyst, author, idea):
    def do(person, verb, **given):
        if door == "page":
            return page(person).post(f"/ideas/{idea.reference}/{verb}", given).status_code == 302
        return api(person).post(f"/api/v1/ideas/{idea.reference}/{verb}/", given).status_code == 200

    idea.review(by=analyst)
    assert do(analyst, "ask", question="Which channels do you mean?")
    assert state_of(idea) == "more_information"
    assert not do(analyst, "reply", answer="I answer my own question")
    assert do(author, "reply", answer="App and contact centre.")
    assert state_of(idea) == "under_review"
    assert "App and contact centre" in Comment.objects.get(record_id=idea.pk).body


def test_the_submitter_hears_a_question_as_something_asked_of_them(analyst, author, idea):
    idea.ask(by=analyst, question="Which channels do you mean?")
    relay()
    told = Notification.objects.get(person=author, event__verb="ask")
    assert told.asks and "question" in told.text


@pytest.mark.parametrize(
    ("verb", "given"),
    [("review", {}), ("ask", {"question": "Which?"}), ("decline", {"code": "not_now", "answer": ANSWER}),
     ("park", {"revisit_on": "2199-01-01", "reason": "Later"}), ("merge", {"into": "IDEA-0001"})],
)  # fmt: skip
def test_staff_without_the_role_may_not(verb, given, page, api, colleague, idea):
    assert page(colleague).post(f"/ideas/{idea.reference}/{verb}", given).status_code in (403, 422)
    assert api(colleague).post(f"/api/v1/ideas/{idea.reference}/{verb}/", given).status_code in (
        400,
        403,
    )
    assert state_of(idea) == "open"


def test_a_verb_out_of_turn_says_so_and_changes_nothing(page, api, analyst, idea):
    refused = page(analyst).post(f"/ideas/{idea.reference}/vet", {})
    assert refused.status_code == 409 and "Nothing was changed" in refused.content.decode()
    assert api(analyst).post(f"/api/v1/ideas/{idea.reference}/vet/").status_code == 409
    assert state_of(idea) == "open"


def test_a_round_without_scores_cannot_be_closed(page, analyst, vetted):
    shown = page(analyst).get(f"/ideas/{vetted.reference}/develop").content.decode()
    assert "At least one reviewer has to score it first." in shown
    with pytest.raises(NotNow):
        vetted.develop(by=analyst, benefit="Fewer calls")


def test_declining_needs_a_written_answer(page, api, analyst, idea):
    for given in ({"code": "not_now"}, {"code": "not_now", "answer": "No."}, {"answer": ANSWER}):
        shown = page(analyst).post(f"/ideas/{idea.reference}/decline", given)
        assert shown.status_code == 422 and "error-summary" in shown.content.decode()
        assert (
            api(analyst).post(f"/api/v1/ideas/{idea.reference}/decline/", given).status_code == 400
        )
    assert state_of(idea) == "open"


def test_the_declined_answer_stands_on_the_page(page, colleague, analyst, idea):
    idea.decline(by=analyst, code="duplicate", answer=ANSWER)
    shown = page(colleague).get(f"/ideas/{idea.reference}").content.decode()
    assert ANSWER in shown and "We already have this".lower() in shown.lower()


def test_a_day_in_the_past_is_no_day_to_look_again(analyst, idea):
    with pytest.raises(Invalid):
        idea.park(by=analyst, revisit_on=clock.today(), reason="Later")


def test_parked_ideas_return_on_their_day_once(analyst, idea):
    from ideation.tasks import return_parked

    idea.review(by=analyst)
    idea.park(by=analyst, revisit_on=clock.today() + timedelta(days=3), reason="After the freeze.")
    with acting.through("job", "idea_returns"):
        assert return_parked(clock.now()) == {"returned": 0, "skipped": 0}
        later = clock.now() + timedelta(days=3)
        assert return_parked(later) == {"returned": 1, "skipped": 0}
        assert return_parked(later) == {"returned": 0, "skipped": 0}
    assert state_of(idea) == "under_review" and idea.revisit_on is None


def test_nobody_but_the_portal_resumes(analyst, idea):
    idea.park(by=analyst, revisit_on=clock.today() + timedelta(days=3), reason="After the freeze.")
    with pytest.raises(NotAllowed):
        idea.resume(by=None)


def test_merging_moves_votes_once_per_person_comments_and_followers(
    analyst, author, colleague, manager, idea
):
    other = Idea.propose(by=colleague, title="Explain blocked payments", problem=PROBLEM)
    other.submit(by=colleague)
    idea.vote(by=manager), other.vote(by=manager)
    comment(other, by=colleague, body="It happens daily in the branch.")
    other.merge(by=analyst, into=idea)
    idea.refresh_from_db(), other.refresh_from_db()
    assert other.state == "merged" and other.merged_into == idea
    assert set(idea.votes.values_list("person", flat=True)) == {author.pk, colleague.pk, manager.pk}
    assert (idea.vote_count, idea.comment_count) == (3, 1)
    assert Follower.objects.filter(record_id=idea.pk, person=colleague).exists()


def test_a_merged_idea_leads_to_the_one_it_was_merged_into(page, analyst, colleague, idea):
    other = Idea.propose(by=colleague, title="Explain blocked payments", problem=PROBLEM)
    other.submit(by=colleague)
    answer = page(analyst).post(f"/ideas/{other.reference}/merge", {"into": idea.reference.lower()})
    assert answer.status_code == 302
    assert page(colleague).get(f"/ideas/{other.reference}").url == f"/ideas/{idea.reference}"
    assert "Merged into" in page(colleague).get(f"/ideas/{other.reference}?stay=1").content.decode()


def test_an_idea_is_not_merged_into_itself_or_a_closed_one(analyst, colleague, idea):
    with pytest.raises(Invalid):
        idea.merge(by=analyst, into=idea)
    closed = Idea.propose(by=colleague, title="Explain blocked payments", problem=PROBLEM)
    closed.submit(by=colleague)
    closed.decline(by=analyst, code="duplicate", answer=ANSWER)
    with pytest.raises(NotNow):
        idea.merge(by=analyst, into=closed)
    assert Vote.objects.filter(idea=idea).count() == 1


@pytest.mark.parametrize("door", ["page", "api"])
def test_an_edit_that_comes_second_keeps_its_text_and_says_what_changed(
    door, page, api, author, analyst, idea
):
    version, second = idea.version, {"title": "My own better title for it", "problem": PROBLEM}
    idea.revise(by=analyst, title="The analyst was quicker")
    if door == "api":
        tag = f'"idea-{idea.pk}-{version}"'
        answer = api(author).patch(f"/api/v1/ideas/{idea.reference}/", second, HTTP_IF_MATCH=tag)
        assert answer.status_code == 412 and answer.json()["changed"] == ["title"]
        return
    client, url = page(author), f"/ideas/{idea.reference}/edit"
    shown = client.post(url, {**second, "version": version})
    text = shown.content.decode()
    assert shown.status_code == 409 and "Priya Analyst changed this while you were editing" in text
    assert "My own better title for it" in text and "The analyst was quicker" in text
    assert f'name="version" value="{idea.version}"' in text and "Use mine" in text
    assert client.post(url, {**second, "version": idea.version}).status_code == 302
    idea.refresh_from_db()
    assert idea.title == second["title"]


def test_scores_are_given_through_their_own_collection(api, analyst, vetted):
    made = api(analyst).post("/api/v1/scores/", {"idea": vetted.reference, **SCORES})
    assert made.status_code == 201 and made.json()["value"] == 5
    again = api(analyst).post("/api/v1/scores/", {"idea": vetted.reference, **SCORES, "value": 3})
    assert again.status_code == 201 and vetted.scores.count() == 1
    listed = api(analyst).get(f"/api/v1/scores/?idea={vetted.reference}").json()["results"]
    assert [row["value"] for row in listed] == [3]


@pytest.mark.parametrize("body", [{}, {"idea": 5}, {"idea": "IDEA-9999"}, {"idea": None}, [1]])
def test_a_score_for_nothing_is_refused(body, api, analyst, vetted):
    assert api(analyst).post("/api/v1/scores/", body).status_code in (400, 404)


def test_scores_out_of_range_or_turn_or_by_the_wrong_person_are_refused(
    api, analyst, colleague, vetted, idea
):
    client, given = api(analyst), {"idea": vetted.reference, **SCORES}
    assert client.post("/api/v1/scores/", {**given, "value": 6}).status_code == 400
    assert client.post("/api/v1/scores/", {**given, "surprise": 1}).status_code == 400
    assert api(colleague).post("/api/v1/scores/", given).status_code == 403
    vetted.score(by=analyst, **SCORES)
    vetted.develop(by=analyst, benefit="Fewer calls")
    assert client.post("/api/v1/scores/", given).status_code == 409


def test_single_scores_are_for_those_with_a_role_or_the_submitter(
    page, api, analyst, author, stranger, vetted
):
    vetted.score(by=analyst, **SCORES)
    for person, sees in ((analyst, True), (author, True), (stranger, False)):
        shown = page(person).get(f"/ideas/{vetted.reference}").content.decode()
        assert (SCORES["rationale"] in shown) is sees
        assert "8.5" in shown  # the mean is for everybody
        rows = api(person).get(f"/api/v1/scores/?idea={vetted.reference}").json()["results"]
        assert bool(rows) is sees
