"""Opening an office nobody is in yet: the link, the first administrator, first units and people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, TimestampSigner
from django.db import connection, transaction

from changeoffice.core.access.models import Role, RoleAssignment
from changeoffice.core.administration.keeping import kept, need_keeper, put
from changeoffice.core.administration.people import add_person, give_role
from changeoffice.core.people.models import BusinessUnit, Office, Person
from changeoffice.core.record.errors import Invalid, NotNow

LINK_LASTS = timedelta(hours=24)
SALT = "open the office"
SETTINGS = ("name", "currency", "time_zone", "holidays_country")


@dataclass(frozen=True)
class Newcomer:
    """Somebody to invite; `role` is a role's code, with its practice after a colon."""

    name: str
    email: str
    unit: BusinessUnit | None = None
    role: str = ""


def is_open() -> bool:
    """Whether anybody is in; from then on the link opens nothing."""
    return Person.objects.exists()


def link() -> str:
    """The address at which whoever runs the machine becomes the first administrator."""
    return f"{settings.SITE_URL}/setup?key={TimestampSigner(salt=SALT).sign('first')}"


def fits(key: str) -> bool:
    try:
        return TimestampSigner(salt=SALT).unsign(key, max_age=LINK_LASTS) == "first"
    except BadSignature:
        return False


def open_office(*, password: str, email: str, username: str, person_name: str, **office) -> Person:
    """Name the organisation and make its first administrator; whoever comes second is refused."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('open the office'))")
        if is_open():
            raise NotNow("This office has been opened already. Sign in, or ask its administrator.")
        person = Person(username=username, email=email, name=person_name)
        _need_good_password(password, person)
        person.set_password(password)
        person.save(force_insert=True)
        RoleAssignment.objects.create(person=person, role=Role.ADMINISTRATOR)
        with kept(person, "open_office", model=Office) as draft:
            here, _ = Office.objects.get_or_create(pk=1)
            draft.subject = here
            draft.changes = put(
                here, {name: office[name] for name in SETTINGS} | {"is_demo": False}
            )
            draft.words = f"opened the office of {here.name}"
            here.save()
    return person


def _need_good_password(password: str, person: Person) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Invalid(password=error.messages) from None


def invite_all(newcomers: Iterable[Newcomer], *, by) -> list[Person]:
    """Add them all with their roles, or nobody; each gets one letter.

    Raises Invalid by place in the list: {"0": "Somebody has this address already."}.
    """
    need_keeper(by)
    made: list[Person] = []
    wrong: dict[str, str] = {}
    with transaction.atomic():
        for place, newcomer in enumerate(newcomers):
            try:
                with transaction.atomic():
                    made.append(_invite(newcomer, by))
            except Invalid as error:
                wrong[str(place)] = str(error)
        if wrong:
            raise Invalid(**wrong)
    return made


def _invite(newcomer: Newcomer, by) -> Person:
    person = add_person(by=by, username=_free_name(newcomer.email), name=newcomer.name,
                        email=newcomer.email, unit=newcomer.unit)  # fmt: skip
    role, _, practice = newcomer.role.partition(":")
    if role:
        give_role(person, by=by, role=role, practice=practice, reason="first set-up")
    return person


def _free_name(email: str) -> str:
    """The part before the @, with a number where somebody has that already."""
    kept_signs = (sign if sign.isalnum() or sign in "._-" else "." for sign in email.split("@")[0])
    wanted = "".join(kept_signs).strip("._-").lower()[:56] or "person"
    taken = set(
        Person.objects.filter(username__istartswith=wanted).values_list("username", flat=True)
    )
    taken = {name.lower() for name in taken}
    return next(name for name in (wanted, *(f"{wanted}.{n}" for n in range(2, len(taken) + 3)))
                if name not in taken)  # fmt: skip
