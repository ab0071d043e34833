"""Services, configuration items and people out of files."""

import pytest

from changeoffice.core.access.models import RoleAssignment
from changeoffice.core.imports.filing import import_file
from changeoffice.core.outbox.models import Outbox
from changeoffice.core.people.models import Person
from changeoffice.core.record.errors import NotAllowed
from changeoffice.organisation.models import ConfigurationItem, Service

SERVICES = "id,title,description,owner,unit,criticality,users"
ITEMS = "id,title,type,environment,supports,depends_on"
PEOPLE = "id,email,name,job_title,unit,is_outside"


@pytest.fixture(autouse=True)
def ground(office):
    """Every import needs the office."""


def take(kind: str, *lines: str, by=None):
    content = "\n".join(lines).encode()
    return import_file(kind, content, file_name="t.csv", mapping_name="plain", by=by)


def counts(outcome) -> tuple[int, int, int, int]:
    found = outcome.as_json()
    return tuple(found[name] for name in ("created", "updated", "unchanged", "refused"))


def first(outcome) -> dict:
    return outcome.as_json()["errors"][0]


# Services ----------------------------------------------------------------------------------------
def test_a_service_is_added_then_changed_then_left_alone(service_owner, unit):
    line = f"1,Card payments,Takes cards,{service_owner.username},payments,2,1500"
    assert counts(take("services", SERVICES, line, by=service_owner)) == (1, 0, 0, 0)
    made = Service.objects.get()
    assert (made.owner, made.unit, made.criticality, made.users) == (service_owner, unit, 2, 1500)
    assert counts(take("services", SERVICES, line, by=service_owner)) == (0, 0, 1, 0)
    line = line.replace(",2,", ",1,")
    assert counts(take("services", SERVICES, line, by=service_owner)) == (0, 1, 0, 0)
    assert Service.objects.get().criticality == 1


def test_a_service_of_somebody_else_is_left_to_them(service_owner, make_person, manager):
    take("services", SERVICES, f"1,Cards,,{manager.username},,3,", by=manager)
    outcome = take("services", SERVICES, f"1,Cards!,,{manager.username},,3,", by=service_owner)
    assert counts(outcome) == (0, 0, 0, 1) and "needs" in first(outcome)["message"]


def test_a_name_changed_by_hand_is_kept(manager):
    take("services", SERVICES, "1,Cards,,,,3,", by=manager)
    Service.objects.get().revise(by=manager, title="Card payments")
    outcome = take("services", SERVICES, "1,Cards and more,,,,3,", by=manager)
    assert Service.objects.get().title == "Card payments" and "by hand" in first(outcome)["message"]


@pytest.mark.parametrize(
    ("line", "column"),
    [("1,Cards,,nobody,,3,", "owner"), ("1,Cards,,,Mars,3,", "unit"),
     ("1,Cards,,,,9,", "criticality"), ("1,Cards,,,,3,1.5", "users"), ("1,,,,,3,", "title")],
)  # fmt: skip
def test_an_unusable_service_is_refused_by_its_column(manager, line, column):
    outcome = take("services", SERVICES, line, by=manager)
    assert counts(outcome) == (0, 0, 0, 1) and first(outcome)["column"] == column


def test_registers_are_filled_by_those_who_may_add_to_them(stranger, analyst):
    for person in (stranger, analyst):
        with pytest.raises(NotAllowed):
            take("services", SERVICES, "1,Cards,,,,3,", by=person)
        with pytest.raises(NotAllowed):
            take("configuration_items", ITEMS, "1,Server,server,test,,", by=person)


# Configuration items -------------------------------------------------------------------------------
def test_items_find_services_and_one_another_in_any_order(manager, service):
    outcome = take(
        "configuration_items", ITEMS,
        f"1,Web shop,Application,Production,{service.title},db-1;Cache",
        "2,db-1,Database,production,,Rack",
        "3,Cache,other,production,,Rack",
        "4,Rack,server,production,,", by=manager,
    )  # fmt: skip
    assert counts(outcome) == (4, 0, 0, 0)
    shop = ConfigurationItem.objects.get(title="Web shop")
    assert {item.title for item in shop.depends_on.all()} == {"db-1", "Cache"}
    assert list(shop.supports.all()) == [service]


def test_an_item_that_names_nothing_known_is_refused_alone(manager):
    outcome = take("configuration_items", ITEMS, "1,Shop,application,test,,Ghost",
                   "2,Rack,server,test,,", by=manager)  # fmt: skip
    assert counts(outcome) == (1, 0, 0, 1)
    assert first(outcome) == {
        "row": 2, "column": "depends_on",
        "message": "There is no configuration item “Ghost” here.",
    }  # fmt: skip


def test_links_are_compared_whatever_their_order(manager):
    lines = ["1,Shop,application,test,,A;B", "2,A,server,test,,", "3,B,server,test,,"]
    take("configuration_items", ITEMS, *lines, by=manager)
    lines[0] = lines[0].replace("A;B", "B;A")
    assert counts(take("configuration_items", ITEMS, *lines, by=manager)) == (0, 0, 3, 0)


# People ------------------------------------------------------------------------------------------
ANN = "7,ann.lee@bank.example,Ann Lee,Analyst,payments,no"


def test_a_person_gets_an_account_without_password_roles_or_letter(administrator, unit):
    letters = Outbox.objects.filter(topic="password_letter")
    assert counts(take("people", PEOPLE, ANN, by=administrator)) == (1, 0, 0, 0)
    ann = Person.objects.get(email="ann.lee@bank.example")
    assert (ann.username, ann.unit, ann.job_title) == ("ann.lee", unit, "Analyst")
    assert not ann.has_usable_password() and not letters.exists()
    assert not RoleAssignment.objects.filter(person=ann).exists()
    assert counts(take("people", PEOPLE, ANN, by=administrator)) == (0, 0, 1, 0)


def test_somebody_who_has_an_account_is_found_by_their_address(administrator, colleague):
    colleague.set_password("kept as it is")
    colleague.save()
    line = f"9,{colleague.email.upper()},{colleague.name},Lead,payments,no"
    outcome = take("people", PEOPLE, line, by=administrator)
    assert counts(outcome)[:2] == (0, 1)
    colleague.refresh_from_db()
    assert colleague.job_title == "Lead" and colleague.check_password("kept as it is")


def test_a_job_title_changed_by_hand_is_kept(administrator, unit):
    take("people", PEOPLE, ANN, by=administrator)
    Person.objects.filter(email="ann.lee@bank.example").update(job_title="Head")
    outcome = take("people", PEOPLE, ANN.replace("Analyst", "Senior"), by=administrator)
    assert Person.objects.get(email="ann.lee@bank.example").job_title == "Head"
    assert "by hand" in first(outcome)["message"]


@pytest.mark.parametrize(
    ("line", "column"),
    [(ANN.replace("@", " at "), "email"), (ANN.replace("payments", "mars"), "unit"),
     (ANN.replace("Ann Lee", ""), "name"), (ANN.replace(",no", ",perhaps"), "is_outside")],
)  # fmt: skip
def test_an_unusable_person_is_refused_by_the_column(administrator, unit, line, column):
    outcome = take("people", PEOPLE, line, by=administrator)
    assert counts(outcome) == (0, 0, 0, 1) and first(outcome)["column"] == column


def test_an_administrator_of_one_unit_adds_people_to_that_unit_only(make_person, unit, other_unit):
    keeper = make_person("Kit Keeper", "administrator", scope=unit)
    outcome = take("people", PEOPLE, ANN, ANN.replace("7,ann", "8,bob").replace("payments", "lending"),
                   by=keeper)  # fmt: skip
    assert counts(outcome) == (1, 0, 0, 1)
    assert "administrator" in first(outcome)["message"]


def test_people_are_taken_in_by_administrators_only(manager):
    with pytest.raises(NotAllowed):
        take("people", PEOPLE, ANN, by=manager)


def test_nobody_changes_an_address_of_somebody_whose_roles_they_do_not_keep(
    make_person, unit, manager
):
    keeper = make_person("Kit Keeper", "administrator", scope=unit)
    take("people", PEOPLE, f"9,{manager.email},{manager.name},,payments,no", by=keeper)
    outcome = take("people", PEOPLE, f"9,evil@bank.example,{manager.name},,payments,no", by=keeper)
    manager.refresh_from_db()
    assert counts(outcome)[3] == 1 and manager.email != "evil@bank.example"
