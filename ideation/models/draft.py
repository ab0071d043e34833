"""What somebody is still typing: kept as they left it, and no idea yet."""

from django.db import models

from changeoffice.core.people.models import Person
from changeoffice.core.record import clock


class IdeaDraft(models.Model):
    """One a person, whichever of their devices they write on; gone once it became an idea."""

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.CASCADE)
    typed = models.JSONField(default=dict)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"what {self.person_id} is typing"

    @classmethod
    def keep(cls, person: Person, typed: dict) -> None:
        values = {"typed": typed, "at": clock.now()}
        cls.objects.update_or_create(person=person, defaults=values)

    @classmethod
    def forget(cls, person: Person) -> None:
        cls.objects.filter(person=person).delete()
