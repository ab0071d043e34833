"""Parts, stakeholders, what a source needs, and whether a demand is new."""

import pytest
from django.utils.html import escape

from changeoffice.core.record.models import NamedPerson
from demand.models import Demand, Source, Stakeholder
from demand.sources import BY_SOURCE, shown


def test_a_part_split_off_is_a_demand_of_its_own_with_the_same_facts(
    make_demand, page, analyst, author, sponsor
):
    whole = make_demand(
        "screening", source="regulatory_update", source_reference="PS24/9", type="regulatory"
    )
    answer = page(analyst).post(f"{whole.get_absolute_url()}/split", {
        "version": whole.version, "title": "Only the letters to customers", "need": "Letters have to name the reason too.",
    }, follow=True)  # fmt: skip
    part = whole.parts.get()
    assert f"You split a part off {whole.reference}: {part.reference}." in answer.content.decode()
    assert (part.state, part.requester, part.sponsor) == ("submitted", author, sponsor)
    assert (part.source, part.source_reference, part.type) == (
        "regulatory_update",
        "PS24/9",
        "regulatory",
    )
    assert part.title in page(analyst).get(whole.get_absolute_url()).content.decode()


def test_a_part_of_a_confidential_demand_is_as_confidential(
    make_demand, page, api, analyst, author, stranger
):
    whole = make_demand("screening")
    whole.restrict(by=author)
    NamedPerson.objects.get_or_create(record_id=whole.pk, person=analyst)
    part = whole.split(
        by=analyst, title="Only the letters to them", need="Letters have to name the reason too."
    )
    assert part.confidential and not part.is_visible_to(stranger) and part.is_visible_to(author)
    whole.open_up(by=analyst)
    shown = page(stranger).get(whole.get_absolute_url()).content.decode()
    assert part.reference not in shown and part.title not in shown
    body = api(analyst).get(f"/api/v1/demands/{part.reference}/").json()
    assert body["split_from"]["id"] == whole.reference


def test_stakeholders_are_named_changed_and_removed(make_demand, page, author, colleague, stranger):
    demand = make_demand("submitted")
    at = demand.get_absolute_url()
    given = {
        "person": colleague.username,
        "interest": "affected",
        "note": "Her team answers the calls",
    }
    assert page(stranger).post(f"{at}/add-stakeholder", given).status_code == 403
    page(author).post(f"{at}/add-stakeholder", given)
    page(author).post(f"{at}/add-stakeholder", given | {"interest": "consulted"})
    assert Stakeholder.objects.get().interest == "consulted"
    assert demand.record.followers.filter(person=colleague).exists()
    assert "Her team answers the calls" in page(stranger).get(at).content.decode()
    page(author).post(f"{at}/remove-stakeholder", {"person": colleague.username})
    assert not Stakeholder.objects.exists()


@pytest.mark.parametrize("source", Source.values)
def test_the_form_asks_what_its_source_needs_and_keeps_what_was_typed(page, author, source):
    typed = {"source": source, "title": "Half a", "need": "<b>words</b>"}
    answer = page(author).post("/demands/new?go=source", typed)
    text = answer.content.decode()
    assert answer.status_code == 200 and "Half a" in text and "&lt;b&gt;words" in text
    assert escape(BY_SOURCE[source].number) in text and not Demand.objects.exists()
    first, behind = shown(source)
    assert not set(first) & set(behind) and {"type", "sponsor", "services", "mandatory_on"} <= {
        *first,
        *behind,
    }


def test_a_demand_keeps_its_number_in_the_source(page, author):
    page(author).post("/demands/new", {
        "source": "incident_problem", "source_reference": "INC0048211", "title": "Stop the nightly outage",
        "need": "The branch printers fail after every batch run.", "go": "submit",
    })  # fmt: skip
    made = Demand.objects.get()
    assert (made.source, made.source_reference, made.state) == (
        "incident_problem",
        "INC0048211",
        "submitted",
    )
    assert "INC0048211" in page(author).get(made.get_absolute_url()).content.decode()


def test_what_says_nearly_the_same_is_shown_with_a_way_to_merge(
    make_demand, page, analyst, stranger, author
):
    one = make_demand("submitted", title="Tell customers why a payment is held")
    two = make_demand("screening", title="Tell customers why their payment is held")
    secret = make_demand("submitted", title="Tell customers why the payment is held")
    secret.restrict(by=author)
    shown = page(analyst).get(f"{one.get_absolute_url()}/alike").content.decode()
    assert two.reference in shown and f"merge?into={two.reference}" in shown
    assert secret.reference not in shown and one.title not in shown.split("<h2>Is it new?</h2>")[1]
    assert (
        "merge?into" not in page(stranger).get(f"{one.get_absolute_url()}/alike").content.decode()
    )


def test_a_confidential_demand_is_not_named_by_the_one_it_is_merged_into(
    make_demand, analyst, author
):
    secret, into = make_demand("submitted"), make_demand("submitted", title="Tell them sooner")
    secret.restrict(by=author, people=[analyst])
    secret.merge(by=analyst, into=into)
    told = into.record.events.get(verb="absorb").words
    assert told == "merged another demand into"


def test_whoever_answered_for_a_confidential_demand_no_longer_sees_it_when_another_does(
    make_demand, analyst, sponsor, make_person, colleague
):
    """Named people are those with a part in it; a part that is given up takes the sight with it."""
    demand, next_sponsor = make_demand("screening"), make_person("Nora Next", "approver")
    demand.restrict(by=analyst, people=[colleague])
    assert demand.is_visible_to(sponsor) and not demand.is_visible_to(next_sponsor)
    demand.revise(by=analyst, sponsor=next_sponsor)
    assert demand.is_visible_to(next_sponsor) and not demand.is_visible_to(sponsor)
    assert not Demand.objects.visible_to(sponsor).exists()
    second, third = (make_person(name, "analyst") for name in ("Paul Second", "Tina Third"))
    demand.assign(by=analyst, owner=second)
    demand.assign(by=second, owner=third)
    assert [demand.is_visible_to(who) for who in (analyst, second, third, colleague)] == [
        True, False, True, True,
    ]  # fmt: skip


def test_who_is_named_for_more_than_one_part_stays_when_one_is_given_up(
    make_demand, analyst, sponsor, make_person
):
    demand = make_demand("screening")
    demand.restrict(by=analyst, people=[sponsor])
    demand.revise(by=analyst, sponsor=make_person("Nora Next", "approver"))
    assert demand.is_visible_to(sponsor)
