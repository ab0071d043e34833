"""People are chosen from a list while there are few, and found by name where there are many."""

import json
import re
from html import unescape

import pytest

from changeoffice.core.people.models import Person
from changeoffice.core.record import choosing
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.inputs import Ref, clean, form_for
from changeoffice.organisation.models import staff

pytestmark = pytest.mark.django_db
ASKS = {"owner": Ref(label="Owner", rows=staff, key="username"),
        "people": Ref(label="People", rows=staff, key="username", many=True, required=False)}  # fmt: skip


@pytest.fixture
def many(monkeypatch) -> None:
    monkeypatch.setattr(choosing, "FEW", 2)


def drawn(person, **initial) -> str:
    form = form_for(ASKS, person)(initial=initial)
    return unescape(f"{form['owner']} {form['people']}")


def test_few_stand_in_a_list_by_name_and_by_user_name_where_a_name_comes_again(
    author, colleague, make_person
):
    twin = make_person(colleague.name)
    html = drawn(author, owner=colleague)
    assert html.count("<select") == 2 and html.count("data-pick") == 2
    assert f'<option value="{author.username}">{author.name}</option>' in html
    assert f"selected>{colleague.name} ({colleague.username})</option>" in html
    assert f"{twin.name} ({twin.username})" in html


def test_many_are_not_carried_by_the_page_but_whoever_is_chosen_is_named(
    many, author, colleague, analyst, unit, django_assert_num_queries
):
    with django_assert_num_queries(4):  # for each field whether there are many, and who is chosen
        html = drawn(author, owner=colleague, people=[author, analyst])
    assert "<option" not in html and html.count(f'data-people="{choosing.SEARCHED_AT}"') == 2
    chosen = [json.loads(found) for found in re.findall(r'data-chosen="(\[.*?\])"', html)]
    assert chosen[0] == [
        {"handle": colleague.username, "name": colleague.name, "detail": unit.name}
    ]
    assert {one["handle"] for one in chosen[1]} == {author.username, analyst.username}
    assert f'value="{author.username}, {analyst.username}"' in html


def test_what_is_typed_without_a_script_is_a_user_name_or_a_work_e_mail(
    many, author, colleague, analyst
):
    typed = {"owner": colleague.email.upper(),
             "people": [f"{author.username.upper()}, {analyst.email},"]}  # fmt: skip
    form = form_for(ASKS, author)(data=typed)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["owner"] == colleague
    assert set(form.cleaned_data["people"]) == {author, analyst}


def test_what_a_form_has_cleaned_a_verb_takes_as_it_is(author, colleague):
    people = Person.objects.filter(pk__in=[author.pk, colleague.pk])
    given = clean(ASKS, author, {"owner": colleague, "people": people})
    assert given["owner"] == colleague and set(given["people"]) == {author, colleague}


@pytest.mark.parametrize("wrong", ["nobody", "a\x00b", "%", "'", 7])
def test_nobody_is_chosen_by_a_name_there_is_not(author, wrong):
    with pytest.raises(Invalid) as told:
        clean(ASKS, author, {"owner": wrong, "people": [wrong]})
    assert set(told.value.errors) == {"owner", "people"}


def test_whoever_left_or_is_from_outside_is_not_chosen(author, outsider, colleague):
    Person.objects.filter(pk=colleague.pk).update(is_active=False)
    for person in (outsider, colleague):
        for way in (person.username, person.email):
            with pytest.raises(Invalid):
                clean(ASKS, author, {"owner": way})


def test_only_staff_are_told_who_there_is(page, author, outsider, colleague, client):
    asked = f"/people/mention?q={colleague.name[:3]}"
    assert page(author).get(asked).json()["results"][0]["handle"] == colleague.username
    assert page(outsider).get(asked).json() == {"results": []}
    assert client.get(asked).status_code == 302


def test_a_form_stays_small_in_a_large_organisation(page, analyst, make_person):
    for n in range(choosing.FEW + 1):
        make_person(f"Member Number{n}")
    html = page(analyst).get("/demands/new").content.decode()
    assert "Number7" not in html and "data-people" in html


@pytest.mark.parametrize("few", [0, 100])
def test_what_cannot_be_a_user_name_is_refused_and_drawn_again(monkeypatch, author, few):
    monkeypatch.setattr(choosing, "FEW", few)
    form = form_for(ASKS, author)(data={"owner": "a\x00b", "people": ["x\x00y", author.username]})
    assert set(form.errors) == {"owner", "people"}
    assert str(form["owner"]) and author.username in str(form["people"])


def test_however_many_are_typed_they_are_looked_up_at_once(
    author, colleague, django_assert_max_num_queries
):
    typed = [author.email, colleague.username.upper(), *(f"nobody{n}" for n in range(90))]
    with django_assert_max_num_queries(4):
        form = form_for(ASKS, author)(data={"owner": author.username, "people": [",".join(typed)]})
        assert "people" in form.errors
    with django_assert_max_num_queries(4), pytest.raises(Invalid) as told:
        clean(ASKS, author, {"owner": author.username, "people": ["nobody"] * (choosing.MOST + 1)})
    assert told.value.errors == {"people": [f"Choose at most {choosing.MOST} people."]}
