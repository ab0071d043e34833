"""The bank's units and people, and who holds which role."""

from django.contrib.auth.hashers import check_password, make_password

from changeoffice.core.access.models import RoleAssignment
from changeoffice.core.administration.people import give_role
from changeoffice.core.people.models import BusinessUnit, Office, Person
from changeoffice.demo.content.people import BANK, COLLEAGUES, SIGN_INS, UNITS, WHO
from changeoffice.demo.play import Play

NAMES = [row[0] for row in SIGN_INS]


def open_office() -> None:
    Office.objects.update_or_create(
        pk=1, defaults={"name": BANK, "time_zone": "Europe/London", "currency": "GBP",
                        "holidays_country": "GB-ENG", "is_demo": True},
    )  # fmt: skip


def found_bank(play: Play, password: str) -> None:
    """Units and people; there is nobody yet who could be asked, so no verb is called."""
    units: dict[str, BusinessUnit] = {}
    for code, name, above in UNITS:
        units[code] = BusinessUnit.objects.create(code=code, name=name, parent=units.get(above))
    play.things |= {f"unit:{code}": unit for code, unit in units.items()}
    hashed = make_password(password)
    for username, name, title, unit, _ in SIGN_INS + COLLEAGUES:
        domain = "quillon.example" if username == "supplier" else "tarnbeck.example"
        demo = username in NAMES
        play.people[username] = Person.objects.create(
            username=username, name=name, job_title=title, unit=units.get(unit),
            email=f"{username}@{'demo.example' if demo else domain}",
            password=hashed if demo else make_password(None), mail_choice="never",
            is_outside=username == "supplier", is_integration=username == "integration",
        )  # fmt: skip
    _report_lines(play)
    _give_roles(play, units)


def _report_lines(play: Play) -> None:
    heads = {
        "retail": "sponsor", "branches": "sponsor", "lending": "sponsor",
        "business": "harriet.soames", "operations": "ranjit.bhogal", "payments": "ranjit.bhogal",
        "contact-centre": "ranjit.bhogal", "technology": "elspeth.ruthven",
        "change-office": "manager", "risk": "octavia.lindqvist",
        "financial-crime": "octavia.lindqvist", "finance": "gwilym.ashdown",
    }  # fmt: skip
    for person in play.people.values():
        head = heads.get(person.unit.code if person.unit else "", "leadership")
        above = play.who(head if person.username != head else "leadership")
        if person.pk != above.pk and not person.is_outside:
            person.reports_to = above
            person.save(update_fields=["reports_to"])


def _give_roles(play: Play, units: dict[str, BusinessUnit]) -> None:
    keeper = play.who("administrator")
    RoleAssignment.objects.create(person=keeper, role="administrator")
    for username, _, _, _, roles in SIGN_INS + COLLEAGUES:
        for held in roles:
            name, _, where = held.partition("@")
            role, _, practice = name.partition(":")
            if username != "administrator":
                give_role(play.who(username), by=keeper, role=role, practice=practice,
                          unit=units.get(where))  # fmt: skip


def use_password(password: str) -> int:
    """Let the people one may sign in as have this password; answers how many had another."""
    people = [p for p in Person.objects.filter(username__in=NAMES, email__endswith="@demo.example")
              if not check_password(password, p.password)]  # fmt: skip
    hashed = make_password(password) if people else ""
    for person in people:
        person.password = hashed
        person.save(update_fields=["password"])
    return len(people)


def sign_ins() -> list[tuple[str, str]]:
    """(user name, who that is) for the printed table."""
    names = {username: (name, title) for username, name, title, _, _ in SIGN_INS}
    return [(u, f"{names[u][0]}, {names[u][1]}: {WHO[u]}") for u in NAMES]
