"""People, the units they work in, and the office they all belong to."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower

from changeoffice.core.tracking import tracked


def is_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError("Choose a time zone such as Europe/London.")


def monday_to_friday() -> list[int]:
    return [0, 1, 2, 3, 4]


_kept: ContextVar[dict[str, "Office"] | None] = ContextVar("kept_for_request", default=None)


@contextmanager
def kept_for_request() -> Iterator[None]:
    """While this lasts, the office is read from the database at most once."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def is_kept_for_request() -> bool:
    return _kept.get() is not None


@tracked
class Office(models.Model):
    """The organisation this portal serves; exactly one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=80, default="Change Office")
    time_zone = models.CharField(max_length=64, default="Europe/London", validators=[is_time_zone])
    currency = models.CharField(max_length=3, default="GBP")
    weekdays = ArrayField(models.SmallIntegerField(), default=monday_to_friday)
    holidays_country = models.CharField(max_length=8, blank=True, default="GB")
    cadence_days = models.PositiveSmallIntegerField(default=14)
    inside_hosts = ArrayField(
        models.CharField(max_length=253), verbose_name="Hosts inside the network", default=list,
        blank=True, db_default=[],
    )  # fmt: skip
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_office")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "Office":
        """The one row; read once per request, and afresh outside of requests."""
        kept = _kept.get()
        if kept is None:
            return cls._read()
        if "office" not in kept:
            kept["office"] = cls._read()
        return kept["office"]

    @classmethod
    def keep(cls, row: list) -> None:
        """Take the row another query of this request has read already, column by column."""
        kept = _kept.get()
        if kept is not None and "office" not in kept and row[0] is not None:
            names = [field.attname for field in cls._meta.concrete_fields]
            kept["office"] = cls.from_db("default", names, row)

    @classmethod
    def _read(cls) -> "Office":
        return cls.objects.filter(pk=1).first() or cls()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


@tracked
class BusinessUnit(models.Model):
    name = models.CharField(max_length=120)
    code = models.SlugField(max_length=32, unique=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class PersonQuerySet(models.QuerySet):
    def staff(self) -> "PersonQuerySet":
        """Everyone inside the organisation who can still sign in."""
        return self.filter(is_active=True, is_outside=False, is_integration=False)

    def named(self, words: str) -> "PersonQuerySet":
        found = self
        for word in words.split()[:5]:
            found = found.filter(
                models.Q(name__icontains=word) | models.Q(username__icontains=word)
            )
        return found


class People(BaseUserManager.from_queryset(PersonQuerySet)):  # type: ignore[misc]
    def create_user(self, username: str, email: str, password: str | None = None, **fields):
        person = self.model(username=username, email=self.normalize_email(email), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str):
        return self.get(username__iexact=username)


@tracked
class Person(AbstractBaseUser):  # type: ignore[django-manager-missing]
    secrets = ("password", "last_login")

    username = models.CharField(max_length=64, unique=True)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    job_title = models.CharField(max_length=120, blank=True)
    unit = models.ForeignKey(
        BusinessUnit, null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )
    reports_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="reports"
    )
    is_active = models.BooleanField(default=True)
    is_outside = models.BooleanField(default=False, help_text="A supplier's person, not our staff.")
    is_integration = models.BooleanField(default=False)
    time_zone = models.CharField(max_length=64, blank=True, validators=[is_time_zone])
    theme = models.CharField(
        max_length=6,
        default="system",
        choices=[("system", "As my system"), ("light", "Light"), ("dark", "Dark")],
    )
    single_key_shortcuts = models.BooleanField(default=True)
    mail_choice = models.CharField(
        max_length=9,
        default="immediate",
        choices=[("immediate", "At once"), ("digest", "Once a day"), ("never", "Never")],
    )
    # By kind of notice, where it differs from the choice above.
    mail_choices = models.JSONField(
        default=dict, blank=True, db_default=models.Value({}, models.JSONField())
    )
    chat_kinds = ArrayField(
        models.CharField(max_length=12), default=list, blank=True, db_default=[]
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = People()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email", "name"]

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(Lower("username"), name="person_username_any_case"),
            models.UniqueConstraint(Lower("email"), name="person_email_any_case"),
        ]

    def __str__(self) -> str:
        return self.name

    def mail_for(self, kind: str) -> str:
        """When a notice of this kind reaches them by e-mail."""
        return self.mail_choices.get(kind, self.mail_choice)

    @property
    def initials(self) -> str:
        words = self.name.split()
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone) if self.time_zone else Office.current().zone
