import pytest

from ideation.models import Idea

PROBLEM = "Customers ring us because nothing tells them why a payment is held."
SCORES = {"value": 5, "feasibility": 4, "strategic_fit": 5, "effort": 2,
          "rationale": "Cuts the largest call type."}  # fmt: skip


@pytest.fixture
def draft(author) -> Idea:
    return Idea.propose(by=author, title="Tell customers why a payment is held", problem=PROBLEM)


@pytest.fixture
def idea(draft, author) -> Idea:
    return draft.submit(by=author)


@pytest.fixture
def vetted(idea, analyst) -> Idea:
    idea.review(by=analyst)
    return idea.vet(by=analyst)


@pytest.fixture
def developed(vetted, analyst) -> Idea:
    vetted.score(by=analyst, **SCORES)
    return vetted.develop(by=analyst, benefit="A thousand fewer calls a month.")
