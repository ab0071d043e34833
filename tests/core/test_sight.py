"""What a person may not know or change, asked through every door that could tell it."""

import pytest

from changeoffice.core.administration import people
from changeoffice.core.people.models import Person
from changeoffice.core.record.errors import Invalid, NotAllowed
from changeoffice.core.record.models import Alias
from demand.models import Demand
from portfolio.models import Project

pytestmark = pytest.mark.django_db
NEED = "Customers call us because the app does not say why."


@pytest.fixture
def sized(author, analyst) -> Demand:
    made = Demand.raise_new(by=author, title="Say why a payment is held", need=NEED, risk="high")
    made.submit(by=author)
    made.screen(by=analyst)
    made.assign(by=analyst, owner=analyst)
    made.set_size(by=analyst, size="XL")
    return made


# Figures ---------------------------------------------------------------------------------------------
def test_a_size_is_told_to_those_only_who_see_estimates(sized, api, page, stranger, analyst):
    address = f"/api/v1/demands/{sized.reference}/"
    assert api(analyst).get(address).json()["size"] == "XL"
    assert "size" not in api(stranger).get(address).json()
    for person, told in ((analyst, True), (stranger, False)):
        seen = [
            b"".join(api(person).get("/api/v1/demands/?format=csv")).decode(),
            page(person).get("/demands").content.decode(),
            page(person).get("/demands?layout=table").content.decode(),
            page(person).get(sized.get_absolute_url()).content.decode(),
            api(person).get(f"{address}history/").content.decode(),
        ]
        assert [any(words in text for words in (",XL,", ">XL<", "Size XL", '"XL"'))
                for text in seen] == [told] * 5  # fmt: skip


def test_narrowing_by_size_tells_it_to_nobody_else(sized, api, page, stranger, analyst):
    def found(person):
        return len(api(person).get("/api/v1/demands/?size=XL").json()["results"])

    assert (found(analyst), found(stranger)) == (1, 0)
    assert sized.reference in page(analyst).get("/demands?layout=table&size=XL").content.decode()
    listed = page(stranger).get("/demands?layout=table&size=XL").content.decode()
    assert f">{sized.reference}<" not in listed


def test_whoever_may_edit_but_not_see_a_figure_is_not_asked_for_it(sized, api, page, author):
    form = page(author).get(f"{sized.get_absolute_url()}/edit")
    assert "title" in form.context["form"].fields and "risk" not in form.context["form"].fields
    for guess in ("high", "low"):
        answer = api(author).patch(f"/api/v1/demands/{sized.reference}/", {"risk": guess})
        assert answer.status_code == 400
        assert [e["field"] for e in answer.json()["errors"]] == ["risk"]
    with pytest.raises(Invalid):
        sized.revise(by=author, risk="low")
    before = sized.version
    sent = page(author).post(f"{sized.get_absolute_url()}/edit", {
        "title": "Say for how long", "need": NEED, "source": "idea", "type": "improvement", "risk": "low",
        "version": before,
    })  # fmt: skip
    assert sent.status_code == 302, sent.context["form"].errors
    sized.refresh_from_db()
    assert (sized.title, sized.risk, sized.version) == ("Say for how long", "high", before + 1)


# What another system calls it ------------------------------------------------------------------------
def test_an_id_that_names_a_hidden_project_tells_nothing_and_makes_no_second_one(
    api, analyst, sponsor, make_person
):
    address = "/api/v1/projects/by-external-id/ppm/7/"
    made = api(analyst).put(address, {"title": "Merger"})
    project = Project.objects.get(reference=made.json()["id"])
    Project.objects.filter(pk=project.pk).update(confidential=True, owner=sponsor)
    other = api(make_person("Ada Analyst", "analyst"))
    hidden, free = (other.put(f"/api/v1/projects/by-external-id/ppm/{n}/", {}) for n in (7, 8))
    assert hidden.status_code == free.status_code == 400 and hidden.json() == free.json()
    answer = other.put(address, {"title": "What is it?"})
    unknown = other.get("/api/v1/projects/PRJ-999/")
    assert answer.status_code == unknown.status_code == 404 and answer.json() == unknown.json()
    assert Project.objects.count() == 1 and Alias.objects.count() == 1


# Accounts --------------------------------------------------------------------------------------------
@pytest.fixture
def local(make_person, unit) -> Person:
    return make_person("Lars Local", "administrator", scope=unit)


@pytest.mark.parametrize("act", [
    lambda person, by: people.deactivate(person, by=by, reason="He left"),
    lambda person, by: people.reactivate(person, by=by, reason="She is back"),
    lambda person, by: people.invite_again(person, by=by),
    lambda person, by: people.edit_person(person, by=by, email="new@bank.example"),
    lambda person, by: people.edit_person(person, by=by, is_outside=True),
], ids=["close", "open", "invite", "address", "outside"])  # fmt: skip
@pytest.mark.parametrize("role", ["administrator", "manager", ("practice_owner", "finance")])
def test_a_units_administrator_does_not_touch_the_account_of_a_mightier_person(
    local, make_person, role, act
):
    mighty = make_person("Mona Mighty", role)
    with pytest.raises(NotAllowed):
        act(mighty, local)
    assert Person.objects.get(pk=mighty.pk).is_active


def test_a_units_administrator_closes_accounts_whose_roles_end_in_the_unit(
    local, make_person, unit, other_unit, page
):
    here = make_person("Hana Here", "manager", scope=unit)
    there = make_person("Theo There", "analyst", scope=other_unit)
    people.deactivate(here, by=local, reason="He left")
    answer = page(local).post(f"/admin/people/{there.username}/close", {"reason": "He left"})
    assert answer.status_code == 422 and "a role you may not give" in answer.content.decode()
    assert Person.objects.get(pk=there.pk).is_active


def test_a_role_that_has_run_out_makes_nobody_mighty(local, make_person):
    from datetime import timedelta

    from changeoffice.core.record import clock

    once = make_person("Olaf Once", "manager")
    once.role_assignments.update(until=clock.today() - timedelta(days=1))
    assert not people.deactivate(once, by=local, reason="He left").is_active
