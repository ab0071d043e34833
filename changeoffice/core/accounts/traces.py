"""A changed password is on the trail too, though never the password."""

from allauth.account.signals import password_changed, password_reset, password_set
from django.dispatch import receiver

from changeoffice.core.administration.models import note


@receiver([password_changed, password_reset, password_set])
def on_new_password(sender, request, user, **kwargs) -> None:
    note(by=user, verb="new_password", subject=user, words=f"{user.name} chose a new password")
