"""How ideas are judged: the computation, the office's and a campaign's criteria, named reviewers."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from changeoffice.core.administration.models import AdminEvent
from changeoffice.core.notify.models import Notification
from changeoffice.core.outbox.relay import relay
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow
from ideation import keeping, vetting
from ideation.inputs import criterion
from ideation.models import Campaign, Idea, IdeaPolicy, VettingScore
from ideation.vetting import Criterion
from tests.ideation.conftest import PROBLEM, SCORES

REASON = "It cuts the largest call type."
MARK = st.integers(vetting.LOWEST, vetting.HIGHEST)


@st.composite
def judged(draw):
    """Criteria with weights and a mark for each."""
    weights = draw(st.lists(st.tuples(st.integers(1, 100), st.booleans()), min_size=1, max_size=8))
    criteria = [Criterion(f"c{n}", f"C{n}", "", w, low) for n, (w, low) in enumerate(weights)]
    return criteria, {one.code: draw(MARK) for one in criteria}


@given(judged(), st.data())
def test_a_better_mark_in_any_criterion_makes_the_whole_better(pair, data):
    criteria, marks = pair
    one = data.draw(st.sampled_from(criteria))
    other = marks | {one.code: data.draw(MARK)}
    before, after = vetting.overall(criteria, marks), vetting.overall(criteria, other)
    better = one.worth(other[one.code]) - one.worth(marks[one.code])
    assert (after > before) == (better > 0) and (after < before) == (better < 0)


@given(judged(), st.integers(2, 9))
def test_the_whole_stays_in_range_and_only_the_proportions_of_weights_count(pair, times):
    criteria, marks = pair
    total = vetting.overall(criteria, marks)
    worth = [one.worth(marks[one.code]) * 2 for one in criteria]
    assert min(worth) - 1e-9 <= total <= max(worth) + 1e-9
    assert sum(vetting.shares(criteria).values()) == pytest.approx(1)
    heavier = [Criterion(c.code, c.label, "", c.weight * times, c.low_is_good) for c in criteria]
    assert vetting.overall(heavier, marks) == pytest.approx(total)


def test_without_weights_it_is_the_plain_mean_and_little_effort_counts_as_much():
    marks = {"value": 5, "feasibility": 4, "strategic_fit": 5, "effort": 2}
    assert vetting.overall(vetting.USUAL, marks) == pytest.approx(9.0)
    assert vetting.overall(vetting.USUAL, {}) is None


@given(st.lists(MARK, min_size=1))
def test_reviewers_disagree_when_their_marks_lie_two_apart(marks):
    low, high = vetting.spread(marks)
    assert vetting.is_apart(marks) == (high - low >= 2)


# ── the office's criteria ────────────────────────────────────────────────────────────────────
def rows(*criteria: tuple[str, int]) -> dict[str, str]:
    found = {"review_at_votes": "30", "scores_wanted": "2"}
    for n, (label, weight) in enumerate(criteria):
        found |= {f"criteria-{n}-label": label, f"criteria-{n}-weight": str(weight)}
    return found


def test_a_manager_changes_the_weights_and_the_next_round_is_judged_by_them(
    page, manager, analyst, service_owner, vetted, author
):
    client = page(manager)
    assert client.get("/ideas/policy").status_code == 200
    sent = client.post("/ideas/policy", rows(("Value", 3), ("Reach", 1)))
    assert sent.status_code == 302, sent.content.decode()[-2000:]
    told = AdminEvent.objects.get(verb="change_idea_policy")
    assert told.actor == manager and "Reach 1" in str(told.changes)
    assert "Reach 1" in client.get("/ideas/policy").content.decode()
    assert [one.code for one in vetted.judged_by] == [one.code for one in vetting.USUAL]
    other = Idea.propose(by=author, title="Explain blocked payments", problem=PROBLEM)
    other.submit(by=author), other.review(by=analyst), other.vet(by=analyst)
    with pytest.raises(Invalid):
        other.score(by=analyst, **SCORES)
    shown = page(analyst).get(f"/ideas/{other.reference}/score").content.decode()
    assert "Reach" in shown and "counts 75%" in shown and "Feasibility" not in shown
    given = {"value": 5, "reach": 1, "rationale": REASON}
    assert page(analyst).post(f"/ideas/{other.reference}/score", given).status_code == 302
    assert "2 reviewers have to score it first; 1 of them did." in " ".join(
        Idea.develop.unmet(other))  # fmt: skip
    with pytest.raises(NotNow):
        other.develop(by=analyst, benefit="Fewer calls")
    other.score(by=service_owner, value=2, reach=1, rationale=REASON)
    shown = page(analyst).get(f"/ideas/{other.reference}").context["evaluation"]
    assert (shown.overall, shown.range, shown.apart) == (5.8, (3.5, 8.0), ["Value"])
    other.develop(by=analyst, benefit="Fewer calls")


def test_the_policy_is_for_managers_and_refuses_what_cannot_be_used(page, api, manager, analyst):
    assert page(analyst).get("/ideas/policy").status_code == 403
    client = page(manager)
    for wrong in (rows(("Value", 0)), rows(("Value", 1), ("Value", 2)), rows(("V" * 41, 1)),
                  rows(("Value", 1)) | {"scores_wanted": "0"}):  # fmt: skip
        assert client.post("/ideas/policy", wrong).status_code == 422
    body = {
        "review_at_votes": 12,
        "scores_wanted": 1,
        "criteria": [{"label": "Reach", "weight": 2}],
    }
    assert api(analyst).post("/api/v1/idea-policy/", body).status_code == 403
    for criteria in ([{"label": ""}], ["Reach"], {"label": "Reach"}, "Reach", [{"weight": 1}]):
        wrong = api(manager).post("/api/v1/idea-policy/", body | {"criteria": criteria})
        assert wrong.status_code == 400, criteria
    assert api(manager).post("/api/v1/idea-policy/", body).status_code == 200
    found = api(analyst).get("/api/v1/idea-policy/").json()
    assert found["criteria"][0]["code"] == "reach" and found["review_at_votes"] == 12
    assert IdeaPolicy.history_rows.rel.related_model.objects.exists()


def test_a_campaign_may_judge_its_ideas_by_criteria_of_its_own(api, analyst, author, sponsor):
    today = clock.today()
    campaign = Campaign.set_up(by=analyst, title="How do we save paper by spring?", sponsor=sponsor,
                               opens_on=today, closes_on=today + timedelta(days=9))  # fmt: skip
    campaign.open(by=analyst)
    own = {"criteria": [{"label": "Paper saved", "weight": 3}, {"label": "Trouble", "low_is_good": True}],
           "scores_wanted": 1}  # fmt: skip
    url = f"/api/v1/campaigns/{campaign.reference}/judge-by/"
    assert api(author).post(url, own).status_code == 403
    answer = api(analyst).post(url, own)
    assert answer.status_code == 200, answer.content
    assert [row["code"] for row in answer.json()["criteria"]] == ["paper_saved", "trouble"]
    idea = Idea.propose(by=author, title="Print on both sides", problem=PROBLEM, campaign=campaign)
    idea.submit(by=author), idea.review(by=analyst), idea.vet(by=analyst)
    sent = {"paper_saved": 4, "trouble": 1, "rationale": REASON}
    score = f"/api/v1/ideas/{idea.reference}/score/"
    assert api(analyst).post(score, {**SCORES}).status_code == 400
    assert api(analyst).post(score, sent | {"paper_saved": 6}).status_code == 400
    assert api(analyst).post(score, sent).status_code == 200
    found = api(analyst).get(f"/api/v1/scores/?idea={idea.reference}").json()["results"]
    assert found[0]["marks"] == {"paper_saved": 4, "trouble": 1} and found[0]["value"] is None


@pytest.mark.parametrize("mark", [0, 6, "5", None, [3]])
def test_the_database_keeps_marks_between_one_and_five(vetted, analyst, mark):
    with pytest.raises(IntegrityError), transaction.atomic():
        VettingScore.objects.create(idea=vetted, reviewer=analyst, marks={"value": mark},
                                    rationale=REASON)  # fmt: skip


# ── named reviewers ──────────────────────────────────────────────────────────────────────────
def test_reviewers_named_for_a_round_are_asked_and_may_score(
    page, idea, analyst, stranger, service_owner, author
):
    idea.review(by=analyst)
    with pytest.raises(Invalid, match="wrote it"):
        idea.vet(by=analyst, reviewers=[author])
    sent = page(analyst).post(f"/ideas/{idea.reference}/vet", {"reviewers": [stranger.username]})
    assert sent.status_code == 302
    relay()
    assert Notification.objects.get(person=stranger, event__verb="vet").asks
    assert "Give your scores" in page(stranger).get("/").content.decode()
    assert "Give your scores" not in page(service_owner).get("/").content.decode()
    given = {**SCORES, "go": "1"}
    assert page(stranger).post(f"/ideas/{idea.reference}/score", given).status_code == 302
    assert "Give your scores" not in page(stranger).get("/").content.decode()
    assert "Close vetting" in page(analyst).get("/").content.decode()


def test_nobody_scores_what_they_wrote_whatever_their_role(page, analyst, make_person, manager):
    own = Idea.propose(by=analyst, title="Print on both sides", problem=PROBLEM)
    own.submit(by=analyst), own.review(by=analyst), own.vet(by=analyst)
    with pytest.raises(NotAllowed, match="no part in writing"):
        own.score(by=analyst, **SCORES)
    assert "Give your scores" not in page(analyst).get("/").content.decode()
    own.score(by=manager, **SCORES)
    with pytest.raises(Invalid, match="has scored it"):
        own.add_co_author(by=analyst, person=manager)


@pytest.mark.parametrize("label", ["By", "Self", "At version", "On behalf of"])
def test_a_criterion_may_be_called_like_what_the_portal_itself_uses(
    api, idea, analyst, manager, label
):
    keeping.keep_policy(by=manager, review_at_votes=5, scores_wanted=1,
                        criteria=vetting.kept([criterion(label)]))  # fmt: skip
    idea.review(by=analyst), idea.vet(by=analyst)
    (code,) = (one.code for one in idea.judged_by)
    url = f"/api/v1/ideas/{idea.reference}/score/"
    assert api(analyst).post(url, {code: 4, "rationale": REASON}).status_code == 200
    assert idea.scores.get().marks == {code: 4}


def test_nobody_scores_who_is_neither_asked_nor_reviews(vetted, colleague):
    with pytest.raises(NotAllowed):
        vetted.score(by=colleague, **SCORES)
