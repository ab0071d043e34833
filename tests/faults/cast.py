"""Makes the people of these tests and prints what they sign their requests with."""

import json

import django

PASSWORD = "a password for faults only"


def main() -> dict[str, str]:
    from changeoffice.core.access.models import ApiToken, RoleAssignment
    from changeoffice.core.people.models import BusinessUnit, Office, Person
    from ideation.models import Idea

    Office.objects.get_or_create(pk=1, defaults={"name": "Testbank"})
    unit = BusinessUnit.objects.create(name="Payments", code="payments")
    tokens, people = {}, {}
    for name in ("author", "colleague", "manager"):
        person = Person(username=name, email=f"{name}@faults.example", name=name.title(), unit=unit)
        person.set_password(PASSWORD)
        person.save()
        people[name] = person
        tokens[name] = ApiToken.objects.create(user=person, name="faults", scopes=["admin"])[1]
    RoleAssignment.objects.create(person=people["manager"], role="manager")
    idea = Idea.propose(
        by=people["author"],
        title="Talk about it",
        problem="People wait far too long for an answer.",
    )
    idea.submit(by=people["author"])
    return tokens | {"idea": idea.reference}


if __name__ == "__main__":
    django.setup()
    print(json.dumps(main()))
