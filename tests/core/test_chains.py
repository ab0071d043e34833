"""One row for one story: the core alone, and what the hints show."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from changeoffice.core.search.chains import folded
from demand.commands import promote_idea
from ideation.models import Idea
from tests.ideation.conftest import PROBLEM, SCORES

KINDS = ("project", "demand", "idea")
KEYS = st.lists(st.integers(0, 29), unique=True)


def row(key: int) -> SimpleNamespace:
    """Of ten stories: 0 to 9 are ideas, 10 to 19 the demands they became, 20 to 29 the projects."""
    return SimpleNamespace(
        pk=key, kind=KINDS[2 - key // 10], reference=str(key), closeness=1 / (key + 1)
    )


def lines(keys: list[int]) -> list[tuple]:
    return [(key, *(key - 10 * n for n in range(1, key // 10 + 1))) for key in keys if key >= 10]


@given(KEYS)
def test_each_story_is_told_once_by_its_furthest_row_and_nothing_is_lost(keys):
    told = folded([row(key) for key in keys], lines(keys), KINDS)
    assert [one.pk % 10 for one in told] == list(dict.fromkeys(key % 10 for key in keys))
    for one in told:
        mine = [key for key in keys if key % 10 == one.pk % 10]
        assert one.pk == max(mine) and one.story == set(mine)
        assert one.came_from == [str(key) for key in sorted(mine, reverse=True)[1:]]
        assert one.closeness == max(1 / (key + 1) for key in mine)


def test_a_row_of_no_known_story_stays_as_it_is():
    assert [one.pk for one in folded([row(3), row(4)], [(99, None)], KINDS)] == [3, 4]


def promoted(author, analyst, title: str) -> tuple[Idea, object]:
    idea = Idea.propose(by=author, title=title, problem=PROBLEM)
    idea.submit(by=author)
    idea.review(by=analyst), idea.vet(by=analyst)
    idea.score(by=analyst, **SCORES)
    idea.develop(by=analyst, benefit="Fewer calls.")
    return idea, promote_idea(idea, by=analyst)


def test_hints_show_the_demand_and_say_which_idea_it_came_from(
    db, page, author, analyst, colleague
):
    title = "Tell customers why a payment is held"
    idea, demand = promoted(author, analyst, title)
    demand.submit(by=analyst)
    shown = page(colleague).get("/ideas/similar", {"title": title}).content.decode()
    assert shown.count("similar__item") == 1 and f"from {idea.reference}" in shown
    assert f'href="/demands/{demand.reference}"' in shown and "1 similar item" in shown
    beside = page(analyst).get(f"/demands/{demand.reference}/alike").content.decode()
    assert idea.reference not in beside


def test_a_demand_one_may_not_see_leaves_the_idea_to_be_told(db, page, author, analyst, colleague):
    title = "Tell customers why a payment is held"
    idea, demand = promoted(author, analyst, title)
    demand.submit(by=analyst)
    demand.restrict(by=analyst)
    shown = page(colleague).get("/ideas/similar", {"title": title}).content.decode()
    assert demand.reference not in shown and f'href="/ideas/{idea.reference}"' in shown
