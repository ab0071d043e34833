"""A demand that needs another first: how it ranks, who may say so, and what is refused."""

import pytest

from changeoffice.core.record.errors import Invalid
from demand.models import Demand, Prerequisite
from tests.ideation.test_races import together

WHY = "The old server cannot carry it."


@pytest.fixture
def pair(make_demand, make_person, analyst):
    """A demand that ranks first, and one that ranks last and is needed by it."""
    first = make_demand("ready", title="Receive instant payments")
    middle = make_demand("ready", title="Show cash flow for a month")
    last = make_demand("assessment", title="Move file transfers")
    for number, demand in enumerate((first, middle, last)):
        demand.reopen_round(
            by=analyst, reason="Other scores wanted."
        ) if demand is not last else None
        demand.score(by=analyst, value=9 - 3 * number, time_criticality=5, risk_reduction=5,
                     job_size=3, rationale="Measured on last year.")  # fmt: skip
    return first, middle, last


def ranks(*demands):
    return [Demand.objects.get(pk=demand.pk).rank for demand in demands]


@pytest.mark.django_db
def test_what_is_needed_stands_before_whoever_needs_it(pair, analyst, page):
    first, middle, last = pair
    assert ranks(first, middle, last) == [1, 2, 3]
    scores = Demand.objects.get(pk=last.pk).wsjf
    answer = page(analyst).post(f"{first.get_absolute_url()}/add-prerequisite",
                                {"needs": last.reference.lower(), "because": WHY})  # fmt: skip
    assert answer.status_code == 302
    assert ranks(last, first, middle) == [1, 2, 3]
    assert Demand.objects.get(pk=last.pk).wsjf == scores
    shown = page(analyst).get(last.get_absolute_url()).content.decode()
    assert f"{first.reference} cannot start without it" in shown and WHY in shown
    first.remove_prerequisite(by=analyst, needs=last)
    assert ranks(first, middle, last) == [1, 2, 3]


@pytest.mark.django_db
def test_the_api_names_what_comes_first_and_refuses_strangers(pair, analyst, colleague, api):
    first, _, last = pair
    at = f"/api/v1/demands/{first.reference}"
    given = {"needs": last.reference, "because": WHY}
    assert api(colleague).post(f"{at}/add-prerequisite/", given).status_code == 403
    assert (
        api(analyst).post(f"{at}/add-prerequisite/", given | {"needs": "DMD-9999"}).status_code
        == 400
    )
    answer = api(analyst).post(f"{at}/add-prerequisite/", given).json()
    assert answer["needs_first"] == [{"id": last.reference, "title": last.title}]
    again = api(analyst).post(f"{at}/remove-prerequisite/", {"needs": last.reference}).json()
    assert again["needs_first"] == []
    assert (
        api(analyst).post(f"{at}/remove-prerequisite/", {"needs": last.reference}).status_code
        == 409
    )


@pytest.mark.django_db
def test_a_circle_is_refused_and_named(pair, analyst):
    first, middle, last = pair
    first.add_prerequisite(by=analyst, needs=middle, because=WHY)
    middle.add_prerequisite(by=analyst, needs=last, because=WHY)
    with pytest.raises(
        Invalid, match=f"{last.reference} needs {first.reference} needs {middle.reference}"
    ):
        last.add_prerequisite(by=analyst, needs=first, because=WHY)
    with pytest.raises(Invalid, match="wait for itself"):
        last.add_prerequisite(by=analyst, needs=last, because=WHY)
    assert Prerequisite.objects.count() == 2


@pytest.mark.django_db
def test_a_confidential_prerequisite_is_told_to_nobody_else(pair, analyst, colleague, page, api):
    first, _, last = pair
    first.add_prerequisite(by=analyst, needs=last, because=WHY)
    last.restrict(by=analyst)
    assert ranks(first, last) == [1, None]
    shown = page(colleague).get(first.get_absolute_url()).content.decode()
    assert last.reference not in shown and WHY not in shown
    assert api(colleague).get(f"/api/v1/demands/{first.reference}/").json()["needs_first"] == []


@pytest.mark.django_db
def test_merging_passes_on_what_needed_it(pair, analyst, make_demand):
    first, _, last = pair
    other = make_demand("assessment", title="File transfers without the old server")
    first.add_prerequisite(by=analyst, needs=last, because=WHY)
    last.merge(by=analyst, into=other)
    assert list(first.prerequisites.values_list("needs__reference", flat=True)) == [other.reference]


@pytest.mark.django_db(transaction=True)
def test_two_people_cannot_close_a_circle_between_them(pair, analyst, manager):
    first, _, last = pair
    raised = together([
        lambda: Demand.objects.get(pk=first.pk).add_prerequisite(by=analyst, needs=last, because=WHY),
        lambda: Demand.objects.get(pk=last.pk).add_prerequisite(by=manager, needs=first, because=WHY),
    ])  # fmt: skip
    assert [type(error) for error in raised] == [Invalid]
    assert Prerequisite.objects.count() == 1
