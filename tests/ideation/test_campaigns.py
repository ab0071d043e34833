"""Campaigns: a question with days, its ideas, and the result, through page, API and job."""

from datetime import timedelta

import pytest

from changeoffice.core.notify.models import Notification
from changeoffice.core.outbox.relay import relay
from changeoffice.core.record import acting, clock
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow
from ideation.models import Campaign, Idea
from ideation.tasks import turn_campaigns
from tests.ideation.conftest import PROBLEM

QUESTION = "How do we save customers a second call?"
RESULT = "Three of the ideas became demands and start in May."


@pytest.fixture
def campaign(analyst, sponsor) -> Campaign:
    today = clock.today()
    made = Campaign.set_up(by=analyst, title=QUESTION, sponsor=sponsor, opens_on=today,
                           closes_on=today + timedelta(days=20))  # fmt: skip
    return made.open(by=analyst)


def suggested(author, campaign, title="Call back in the customer's own slot") -> Idea:
    made = Idea.propose(by=author, title=title, problem=PROBLEM, campaign=campaign)
    return made.submit(by=author)


def test_a_campaign_lives_from_draft_to_result_by_pages(
    page, analyst, sponsor, author, make_person
):
    client, today = page(analyst), clock.today()
    made = client.post("/campaigns/new", {
        "title": QUESTION, "sponsor": sponsor.username, "opens_on": today.isoformat(),
        "closes_on": (today + timedelta(days=9)).isoformat()})  # fmt: skip
    campaign = Campaign.objects.get()
    url = f"/campaigns/{campaign.reference}"
    assert made.url == url and campaign.state == "draft"
    assert page(author).get(url).status_code == 404
    assert page(sponsor).get(url).status_code == 200
    assert client.post(f"{url}/open").status_code == 302
    assert page(author).get(url).context["days_left"] == 10
    idea = page(author).post("/ideas/new", {"title": "Call back in their own slot",
                                            "problem": PROBLEM, "go": "submit",
                                            "campaign": campaign.reference})  # fmt: skip
    assert idea.status_code == 302 and Idea.objects.get().campaign == campaign
    shown = page(author).get(url)
    assert (shown.context["people"], shown.context["units"]) == (1, [])  # a unit of three people
    for name in ("Ines", "Jan"):
        make_person(name)
    assert page(author).get(url).context["units"][0]["rate"] == 20
    assert client.post(f"{url}/close").status_code == 302
    assert page(sponsor).post(f"{url}/conclude", {"result": RESULT}).status_code == 302
    relay()
    assert RESULT in page(author).get(url).content.decode()
    assert Notification.objects.filter(person=author, event__verb="conclude").exists()


def test_a_campaign_through_the_api_with_its_ideas(api, analyst, sponsor, author):
    client, today = api(analyst), clock.today()
    body = {"title": QUESTION, "sponsor": sponsor.username, "opens_on": today.isoformat(),
            "closes_on": (today + timedelta(days=9)).isoformat(), "review_at_votes": 5}  # fmt: skip
    made = client.post("/api/v1/campaigns/", body)
    assert made.status_code == 201, made.content
    reference = made.json()["id"]
    assert client.post(f"/api/v1/campaigns/{reference}/open/").json()["state"] == "open"
    given = {"title": "Call back in their own slot", "problem": PROBLEM, "campaign": reference}
    idea = api(author).post("/api/v1/ideas/", given)
    assert idea.json()["campaign"]["id"] == reference
    api(author).post(f"/api/v1/ideas/{idea.json()['id']}/submit/")
    suggested(author, None, "Another matter altogether")
    listed = api(author).get(f"/api/v1/ideas/?campaign={reference.lower()}").json()["results"]
    assert [row["id"] for row in listed] == [idea.json()["id"]]
    wrong = client.post("/api/v1/campaigns/", body | {"closes_on": "2020-01-01"})
    assert wrong.status_code == 400


def test_only_analysts_and_managers_set_one_up(page, api, author, sponsor, campaign):
    assert page(author).get("/campaigns/new").status_code == 403
    body = {"title": QUESTION, "sponsor": sponsor.username, "opens_on": "2199-01-01",
            "closes_on": "2199-02-01"}  # fmt: skip
    assert api(author).post("/api/v1/campaigns/", body).status_code == 403
    with pytest.raises(NotAllowed):
        campaign.close(by=author)
    with pytest.raises(NotAllowed):
        campaign.close(by=sponsor)


def test_the_last_day_comes_after_the_first(analyst, sponsor, campaign):
    with pytest.raises(Invalid, match="last day"):
        campaign.revise(by=analyst, opens_on=campaign.closes_on + timedelta(days=1))


def test_the_portal_opens_and_closes_them_on_their_days_once(analyst, sponsor):
    today = clock.today()
    made = Campaign.set_up(by=analyst, title=QUESTION, sponsor=sponsor,
                           opens_on=today + timedelta(days=2), closes_on=today + timedelta(days=4))  # fmt: skip

    def turn(days: int) -> dict[str, int]:
        with (
            acting.through("job", "campaigns_turn"),
            clock.set_clock(clock.now() + timedelta(days=days)),
        ):
            return turn_campaigns(clock.now())

    nothing = {"opened": 0, "closed": 0, "skipped": 0}
    assert turn(1) == nothing
    assert turn(2) == nothing | {"opened": 1} and turn(2) == nothing
    made.refresh_from_db()
    assert made.state == "open" and made.days_left(made.closes_on) == 1
    assert turn(4) == nothing
    assert turn(5) == nothing | {"closed": 1}
    made.refresh_from_db()
    assert made.state == "closed" and made.closes_on == today + timedelta(days=4)


def test_ideas_enter_only_an_open_campaign_and_leave_a_closed_one_by_an_analyst(
    author, analyst, campaign
):
    idea, late = suggested(author, campaign), Idea.propose(
        by=author, title="Another one, still a draft", problem=PROBLEM, campaign=campaign)  # fmt: skip
    campaign.close(by=analyst)
    with pytest.raises(Invalid):
        suggested(author, campaign, "One that comes too late")
    with pytest.raises(NotNow, match="takes no more ideas"):
        late.submit(by=author)
    late.revise(by=author, campaign=None)
    late.submit(by=author)
    with pytest.raises(Invalid):
        late.revise(by=author, campaign=campaign)
    with pytest.raises(Invalid):
        idea.revise(by=author, campaign=None)
    idea.revise(by=author, title="The same in better words", campaign=campaign)
    idea.revise(by=analyst, campaign=None)
    late.revise(by=analyst, campaign=campaign)
    assert list(campaign.ideas.all()) == [late]


def test_the_sponsor_is_asked_for_the_result_when_it_closes(page, analyst, sponsor, campaign):
    campaign.close(by=analyst)
    relay()
    told = Notification.objects.get(person=sponsor, event__verb="close")
    assert told.asks
    assert "Say what came of it" in page(sponsor).get("/").content.decode()


def test_the_board_shows_open_campaigns_and_offers_them_when_suggesting(page, author, campaign):
    shown = page(author).get("/ideas")
    assert shown.context["running"][0]["title"] == QUESTION
    assert shown.context["form"].fields["campaign"].choices[1][0] == campaign.reference
    begun = page(author).get(f"/ideas/new?campaign={campaign.reference}").context["form"]
    assert begun.initial["campaign"] == campaign.reference


def test_a_confidential_idea_is_neither_shown_nor_counted_in_its_campaign(
    page, author, colleague, campaign
):
    idea = suggested(author, campaign)
    Idea.objects.filter(pk=idea.pk).update(confidential=True)
    for person, seen in ((author, 1), (colleague, 0)):
        shown = page(person).get(f"/campaigns/{campaign.reference}")
        assert (shown.context["idea_count"], shown.context["people"]) == (seen, seen)
        (line,) = page(person).get("/campaigns").context["lines"]
        assert line["record"].idea_count == seen


def test_a_hidden_idea_is_not_counted_in_its_campaign(page, author, colleague, analyst, campaign):
    suggested(author, campaign).hide(by=analyst, reason="It names a customer.")
    for person, seen in ((analyst, 1), (colleague, 0)):
        (line,) = page(person).get("/campaigns").context["lines"]
        assert line["record"].idea_count == seen


def test_who_is_sponsor_no_more_does_not_see_the_draft(analyst, stranger, colleague):
    later = clock.today() + timedelta(days=2)
    made = Campaign.set_up(
        by=analyst, title=QUESTION, sponsor=stranger, opens_on=later, closes_on=later
    )
    made.revise(by=analyst, sponsor=colleague)
    assert made.is_visible_to(colleague) and not made.is_visible_to(stranger)
