"""Letters with a link to choose a password; they leave through the outbox, never in a request."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from changeoffice.core.outbox.relay import handler
from changeoffice.core.people.models import Office, Person


def password_link(person: Person) -> str:
    """A link that works once, until the password is chosen or the time is over."""
    key = default_token_generator.make_token(person)
    uid = user_pk_to_url_str(person)
    return settings.SITE_URL + reverse("account_reset_password_from_key", args=[uid, key])


@handler("password_letter")
def send(person_id: int, invitation: bool = False) -> None:
    person = Person.objects.filter(pk=person_id, is_active=True, is_integration=False).first()
    if person is None:
        return
    context = {"user": person, "password_reset_url": password_link(person),
               "office": Office.current(), "days": settings.PASSWORD_RESET_TIMEOUT // 86400}  # fmt: skip
    name = "invitation" if invitation else "password_reset_key"
    subject = render_to_string(f"account/email/{name}_subject.txt", context)
    body = render_to_string(f"account/email/{name}_message.txt", context)
    EmailMessage(" ".join(subject.split()), body, to=[person.email]).send()
