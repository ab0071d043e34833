"""A changed password is on the trail too, though never the password; of a sign-in that failed only
the name and where it came from are kept."""

from allauth.account.signals import password_changed, password_reset, password_set
from axes.models import AccessAttempt
from django.db.models.signals import pre_save
from django.dispatch import receiver

from changeoffice.core.administration.models import note


@receiver([password_changed, password_reset, password_set])
def on_new_password(sender, request, user, **kwargs) -> None:
    note(by=user, verb="new_password", subject=user, words=f"{user.name} chose a new password")


@receiver(pre_save, sender=AccessAttempt)
def on_failed_sign_in(sender, instance, **kwargs) -> None:
    """What else was sent may be a token or another field's password."""
    instance.get_data = instance.post_data = ""
