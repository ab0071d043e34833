"""Letters leave through the outbox; a mail server that is down only delays them."""

from django.core.mail import EmailMessage
from django.utils import timezone

from changeoffice.core.notify.models import Letter
from changeoffice.core.outbox.relay import handler


@handler("letter")
def send(letter_id: int) -> None:
    letter = Letter.objects.select_related("person").get(pk=letter_id)
    if letter.sent_at or not letter.person.is_active:
        return
    subject = " ".join(letter.subject.split())
    EmailMessage(
        subject, letter.body, to=[letter.person.email],
        headers={"Message-ID": f"<letter-{letter.pk}@change-office>"},
    ).send()  # fmt: skip
    Letter.objects.filter(pk=letter_id).update(sent_at=timezone.now())
