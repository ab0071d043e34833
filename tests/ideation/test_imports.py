"""Ideas out of files: their votes apart, their comments once, their end told."""

from datetime import date
from pathlib import Path

import pytest

from changeoffice.core.imports.filing import import_file
from changeoffice.core.record.errors import NotAllowed
from changeoffice.core.talk.models import Comment
from ideation.models import Idea

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parent.parent / "data"
HEAD = "id,title,problem,votes_up,votes_down,state,author_name,theme"
LINE = "1,Longer opening hours,The desk closes before we finish.,12,3,Open,Ana,"


@pytest.fixture(autouse=True)
def ground(office):
    """Every import needs the office's calendar."""


def take(name: str, mapping: str, by=None):
    content = (DATA / name).read_bytes()
    return import_file("ideas", content, file_name=name, mapping_name=mapping, by=by)


def rows(*lines: str, by=None):
    content = "\n".join([HEAD, *lines]).encode()
    return import_file("ideas", content, file_name="t.csv", mapping_name="plain", by=by)


def counts(outcome) -> tuple[int, int, int, int]:
    found = outcome.as_json()
    return tuple(found[name] for name in ("created", "updated", "unchanged", "refused"))


# Proposals with votes ------------------------------------------------------------------------------
def test_a_second_snapshot_updates_votes_and_makes_no_duplicate():
    assert counts(take("madrid_1.csv", "ideas_decide_madrid")) == (5, 0, 0, 0)
    before = Idea.objects.by_reference("IDEA-0001").first()
    assert counts(take("madrid_2.csv", "ideas_decide_madrid")) == (0, 2, 3, 0)
    assert Idea.objects.count() == 5
    grown = Idea.objects.get(title="Zona SER Opañel - Urgel")
    assert grown.imported_votes == 28 and grown.vote_count == 0
    assert before is None or before.submitted_at.year == 2024


def test_a_proposal_has_its_own_day_plain_text_and_its_end():
    take("madrid_1.csv", "ideas_decide_madrid")
    area = Idea.objects.get(title__startswith="Creación de area deportiva")
    assert area.submitted_at.date() == area.created_at.date() == date(2024, 1, 1)
    assert "<p>" not in area.problem and area.state == "open"
    retired = Idea.objects.get(title__startswith="Aparcamiento")
    assert (retired.state, retired.decline_code) == ("declined", "withdrawn")
    assert retired.state_since.date() == date(2024, 1, 3)
    silent = Idea.objects.get(title__startswith="Devolución")
    assert silent.problem == silent.title


# Issues with comments ------------------------------------------------------------------------------
def test_comments_of_one_cell_keep_their_authors_and_come_once(page, stranger):
    assert counts(take("pkg_issues_1.csv", "ideas_pkgjl_issues")) == (3, 0, 0, 0)
    idea = Idea.objects.get(title__startswith="add some way to show git commit")
    said = Comment.objects.filter(record_id=idea.pk).order_by("pk")
    assert [row.author_name for row in said] == ["rashidrafeek", "xgdgsc"]
    assert idea.comment_count == 2 and idea.author_name == "Crghilardi"
    assert said.first().at.date() == date(2025, 5, 13)
    assert "\\n" not in idea.problem
    text = page(stranger).get(idea.get_absolute_url()).content.decode()
    assert "xgdgsc" in text and "Crghilardi" in text and "Where it comes from" in text


def test_a_later_file_adds_only_what_was_said_since():
    take("pkg_issues_1.csv", "ideas_pkgjl_issues")
    held = {row.title: row.comment_count for row in Idea.objects.all()}
    assert counts(take("pkg_issues_2.csv", "ideas_pkgjl_issues")) == (0, 1, 1, 0)
    now = {row.title: row.comment_count for row in Idea.objects.all()}
    grown = [title for title in now if now[title] > held[title]]
    assert len(grown) == 1 and len(now) == 3
    assert counts(take("pkg_issues_2.csv", "ideas_pkgjl_issues")) == (0, 0, 2, 0)


# By plain columns --------------------------------------------------------------------------------
def test_imported_votes_stand_beside_those_of_people(analyst, author, api):
    rows(LINE, by=analyst)
    idea = Idea.objects.get()
    idea.vote(by=author)
    found = api(author).get(f"/api/v1/ideas/{idea.reference}/").json()
    assert (found["votes"], found["imported_votes"], found["imported_against"]) == (1, 12, 3)
    assert counts(rows(LINE, by=analyst)) == (0, 0, 1, 0)


def test_what_ended_elsewhere_ends_here_and_goes_on_here(analyst):
    rows(LINE, by=analyst)
    rows(LINE.replace("Open", "Closed"), by=analyst)
    idea = Idea.objects.get()
    assert (idea.state, idea.decline_code) == ("declined", "ended") and idea.answer
    rows(LINE, by=analyst)
    assert Idea.objects.get().state == "open"


def test_a_decision_taken_here_stands_whatever_the_file_says(analyst):
    rows(LINE, by=analyst)
    Idea.objects.get().decline(
        by=analyst, code="too_costly", answer="It would cost three desks more."
    )
    rows(LINE.replace("12,3", "14,3"), by=analyst)
    idea = Idea.objects.get()
    assert (idea.state, idea.decline_code, idea.imported_votes) == ("declined", "too_costly", 14)


def test_a_title_written_anew_here_is_kept(analyst):
    rows(LINE, by=analyst)
    Idea.objects.get().revise(by=analyst, title="Open until eight")
    outcome = rows(LINE.replace("Longer opening hours", "Longer hours"), by=analyst)
    assert Idea.objects.get().title == "Open until eight"
    assert "by hand" in outcome.as_json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (LINE.replace(",12,", ",many,"), "votes_up"),
        (LINE.replace(",12,", ",-2,"), "votes_up"),
        (LINE.replace("Open", "Dormant"), "state"),
        (LINE + "Unheard of", "theme"),
        (LINE.replace("Longer opening hours", ""), "title"),
    ],
)
def test_an_unusable_row_is_refused_by_its_column(analyst, line, column):
    outcome = rows(line, by=analyst)
    assert counts(outcome) == (0, 0, 0, 1)
    assert outcome.as_json()["errors"][0]["column"] == column


def test_somebody_without_the_role_takes_nothing_in(stranger):
    with pytest.raises(NotAllowed):
        rows(LINE, by=stranger)


def test_markup_and_formulas_stay_text(analyst, page):
    rows(LINE.replace("Longer opening hours", "=1+1 <script>alert(1)</script>"), by=analyst)
    idea = Idea.objects.get()
    assert idea.title.startswith("=1+1 <script>")
    assert "<script>alert(1)" not in page(analyst).get(idea.get_absolute_url()).content.decode()
