from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from django.utils import timezone

from changeoffice.core.outbox.models import enqueue

WRONG = "The user name, e-mail or password is not right."


class Adapter(DefaultAccountAdapter):
    """Accounts are made by administrators, never by sign-up; letters leave through the outbox."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": WRONG,
        "username_password_mismatch": WRONG,
        "incorrect_password": "This is not your present password.",
        "too_many_login_attempts": "Too many attempts. Wait a minute and try again.",
    }

    def is_open_for_signup(self, request) -> bool:
        return False

    def pre_login(self, request, user, **options):
        """A program acts through the API with tokens; it has no pages."""
        if user.is_integration:
            clear_login(request)
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **options)

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        if template_prefix != "account/email/password_reset_key":
            return super().send_mail(template_prefix, email, context)
        person = context["user"]
        minute = timezone.now().strftime("%Y%m%d%H%M")  # asking twice sends one letter
        enqueue("password_letter", f"password:{person.pk}:{minute}", person_id=person.pk)
