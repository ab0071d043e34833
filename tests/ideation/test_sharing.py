"""The story of a delivered idea to take along, and what is open and like it: each no more than its reader may see."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changeoffice.core.record.models import NamedPerson
from ideation import sharing
from ideation.alike_pages import open_alike
from ideation.models import Idea
from portfolio.models import Benefit, Project
from tests.ideation.conftest import PROBLEM
from tests.ideation.test_outcomes import (  # noqa: F401
    brought,
    make_demand,
    parts,
    policies,
    text,
)

pytestmark = pytest.mark.django_db
BUTTON, RECORD_PAGE = "Share the story", 15


def url_of(idea: Idea) -> str:
    return f"{idea.get_absolute_url()}/share"


def suggested(person, title: str) -> Idea:
    return Idea.propose(by=person, title=title, problem=PROBLEM).submit(by=person)


def test_the_story_says_what_it_was_who_had_it_when_it_came_true_and_what_it_brought(
    page, colleague, parts, author
):
    idea, demand, project = parts
    told = sharing.story_of(idea)
    assert f"“{idea.title}” was suggested by {author.name} on " in told.text
    assert PROBLEM in told.text and "200% of plan" in told.text
    assert f"through {demand.reference} and {project.reference}." in told.text
    assert told.link == f"{settings.SITE_URL}/ideas/{idea.reference}"
    letter = urlsplit(told.mailto)
    asked = parse_qs(letter.query)
    assert letter.scheme == "mailto" and asked["subject"] == [told.title]
    assert asked["body"][0].replace("\r\n", "\n") == f"{told.text}\n\n{told.link}\n"
    assert BUTTON in text(page(colleague).get(idea.get_absolute_url()))
    for asked_by in ({}, {"HTTP_HX_REQUEST": "true"}):
        shown = text(page(colleague).get(url_of(idea), **asked_by))
        assert told.link in shown and "200% of plan" in shown


def test_whoever_shares_the_story_passes_on_only_what_everybody_may_read(
    page, parts, project_manager, manager, colleague
):
    idea, demand, project = parts
    Benefit.objects.filter(project=project).update(confidential=True)
    NamedPerson.put(Benefit.objects.get().home_id, manager)
    assert "200% of plan" in text(page(manager).get(idea.get_absolute_url()))
    assert "of plan" not in text(page(manager).get(url_of(idea)))
    Project.objects.filter(pk=project.pk).update(confidential=True)
    assert project.reference in text(page(project_manager).get(idea.get_absolute_url()))
    shown = text(page(project_manager).get(url_of(idea)))
    assert demand.reference in shown and project.reference not in shown
    for person in (manager, colleague):
        assert sharing.story_of(idea).text in text(page(person).get(url_of(idea))).replace(
            "&quot;", '"'
        )


def test_a_kpi_that_is_not_for_everybody_is_in_no_story(page, parts, colleague):
    idea, *_ = parts
    kpi = Benefit.objects.get().kpi
    type(kpi).objects.filter(pk=kpi.pk).update(confidential=True)
    assert kpi.title not in sharing.story_of(idea).text
    shown = text(page(colleague).get(idea.get_absolute_url()))
    assert "of plan" not in shown.split('id="brought"')[1]


@pytest.mark.parametrize("kind", ["idea", "demand", "hidden"])
def test_what_is_confidential_or_hidden_has_no_story_even_for_those_who_see_it(
    kind, page, parts, author, analyst
):
    idea, demand, _ = parts
    if kind == "hidden":
        idea.hide(by=analyst, reason="It names a customer of ours.")
    else:
        NamedPerson.put(demand.pk, author)
        kept = idea if kind == "idea" else demand
        type(kept).objects.filter(pk=kept.pk).update(confidential=True)
    shown = text(page(author).get(idea.get_absolute_url()))
    assert "What it brought" in shown and BUTTON not in shown
    assert page(author).get(url_of(idea)).status_code == 409
    assert sharing.story_of(Idea.objects.get(pk=idea.pk)) is None


def test_nobody_shares_what_is_not_delivered_or_not_theirs_to_see(
    page, colleague, outsider, brought, author
):
    other = suggested(author, "Print the ticket larger")
    assert BUTTON not in text(page(colleague).get(other.get_absolute_url()))
    assert page(colleague).get(url_of(other)).status_code == 409
    assert page(colleague).get("/ideas/IDEA-9999/share").status_code == 404
    NamedPerson.put(brought.pk, outsider)
    assert BUTTON not in text(page(outsider).get(brought.get_absolute_url()))
    assert page(outsider).get(url_of(brought)).status_code == 403


def test_at_most_three_open_ideas_like_it_stand_beside_a_delivered_one_with_their_votes(
    page, colleague, author, analyst, brought
):
    likes = [suggested(author, f"Tell customers why a payment is held {n}") for n in range(5)]
    likes[0].vote(by=colleague)
    likes[1].decline(by=analyst, code="not_now", answer="Not in the next two years, sadly.")
    found = open_alike(colleague, brought)
    assert len(found) == 3 and not {brought.pk, likes[1].pk} & {row.pk for row in found}
    shown = text(page(colleague).get(f"{brought.get_absolute_url()}/more-like-it"))
    assert "Three more like it" in shown and "Captured" in shown
    assert all(row.reference in shown for row in found)
    votes = {row.pk: row.votes for row in open_alike(author, likes[2])}
    assert votes[likes[0].pk] == 2
    address = f"{brought.get_absolute_url()}/more-like-it"
    assert address in text(page(colleague).get(brought.get_absolute_url()))
    open_one = likes[2].get_absolute_url()
    assert "more-like-it" not in text(page(colleague).get(open_one))


def test_of_what_is_like_it_a_reader_sees_only_what_is_theirs_to_see(
    page, colleague, author, brought
):
    address = f"{brought.get_absolute_url()}/more-like-it"
    assert text(page(colleague).get(address)).strip() == "", "no card where nothing is like it"
    like = suggested(author, "Tell customers why their payment is held")
    Idea.objects.filter(pk=like.pk).update(confidential=True)
    assert text(page(colleague).get(address)).strip() == ""
    shown = text(page(author).get(address))
    assert like.reference in shown and "One more like it" in shown


def test_the_page_of_a_delivered_idea_asks_no_more_often_with_thanks_and_things_alike(
    page, colleague, author, analyst, manager, brought
):
    counts = []
    client = page(colleague)
    for _ in range(2):
        client.get(brought.get_absolute_url())
        with CaptureQueriesContext(connection) as asked:
            shown = text(client.get(brought.get_absolute_url()))
        counts.append(len([one for one in asked.captured_queries if "SAVEPOINT" not in one["sql"]]))
        for n, person in enumerate((author, analyst, manager)):
            brought.thank(by=person, words=f"Thank you {n}")
            suggested(person, f"Tell customers why a payment is held {person.name}")
    assert "What people say" in shown and "3 people say thank you" in " ".join(shown.split())
    assert counts[0] == counts[1] <= RECORD_PAGE, counts


def test_the_way_says_how_long_it_took_and_what_was_said_first(page, colleague, brought):
    shown = " ".join(text(page(colleague).get(brought.get_absolute_url())).split())
    way = shown.split('id="way"')[1].split("</section>")[0]
    assert "from the first words" in way and PROBLEM in way
    assert "Delivered, benefit measured" in shown
    assert "200% of plan, read 20 December 2026" in shown.split("What it brought")[0]
