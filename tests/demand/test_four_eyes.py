"""Nobody judges a wish of their own: neither whoever wants it nor whoever raised it for them."""

import pytest

from changeoffice.core.record.errors import Invalid, NotAllowed
from demand.models import Demand
from tests.demand.conftest import SCORES

pytestmark = pytest.mark.django_db


def test_whoever_wants_it_is_not_named_its_assessor(
    make_demand, page, api, analyst, author, colleague
):
    demand = make_demand("screening")
    with pytest.raises(Invalid) as refused:
        demand.assess(by=analyst, assessors=[author, colleague])
    assert refused.value.errors == {
        "assessors": [f"{author.name} asks for it, so others score it."]
    }
    at, sent = demand.get_absolute_url(), {"assessors": [author.username]}
    answer = page(analyst).post(f"{at}/assess", sent | {"version": demand.version})
    assert answer.status_code == 422 and b"others score it" in answer.content
    assert api(analyst).post(f"/api/v1{at}/assess/", sent, format="json").status_code == 400
    demand.refresh_from_db()
    assert demand.state == "screening"


def test_an_analyst_does_not_score_what_they_want_themselves(policies, analyst, manager, skill):
    mine = Demand.raise_new(by=analyst, title="A second screen for every analyst",
                            need="Two records side by side, please.")  # fmt: skip
    mine.submit(by=analyst)
    mine.screen(by=manager)
    mine.assess(by=manager)
    with pytest.raises(NotAllowed, match="somebody else than the requester"):
        mine.score(by=analyst, **SCORES)
    assert "score" not in {offer.verb.name for offer in mine.open_verbs(analyst)}
    assert "score" in {offer.verb.name for offer in mine.open_verbs(manager)}
    mine.score(by=manager, **SCORES)
    assert mine.score_index is not None
