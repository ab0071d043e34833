"""Letters leave through the outbox; a mail server that is down only delays them."""

from django.core.mail import EmailMessage
from django.utils import timezone

from changeoffice.core.notify import wording
from changeoffice.core.notify.models import Letter, Notification
from changeoffice.core.outbox.relay import handler

DAILY = "digest:"


@handler("letter")
def send(letter_id: int) -> None:
    letter = Letter.objects.select_related("person").get(pk=letter_id)
    if letter.sent_at or not letter.person.is_active or not _write(letter):
        return
    subject = " ".join(letter.subject.split())
    EmailMessage(
        subject, letter.body, to=[letter.person.email],
        headers={"Message-ID": f"<letter-{letter.pk}@change-office>"},
    ).send()  # fmt: skip
    letter.sent_at = timezone.now()
    letter.save(update_fields=["subject", "body", "sent_at"])


def told_by(letter: Letter) -> list[Notification]:
    """What the letter is about and its reader may see at this moment, what asks first."""
    rows = Notification.objects.inbox_of(letter.person).filter(pk__in=letter.notices)
    rows = rows.select_related("record__home", "event").with_home(letter.person)
    return list(rows.order_by("-asks", "-at"))


def _write(letter: Letter) -> bool:
    """False where nothing is left that the reader may see."""
    if not letter.notices:  # written by the release before
        return bool(letter.body)
    notices = told_by(letter)
    if not notices:
        return False
    daily = letter.key.startswith(DAILY)
    letter.subject, letter.body = (
        wording.daily_letter(notices) if daily else wording.letter_about(notices[0])
    )
    return True
