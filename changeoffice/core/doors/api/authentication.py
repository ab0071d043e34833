"""Who calls the API: a bearer token with scopes, or a signed-in person's session."""

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from rest_framework import authentication, exceptions, permissions

from changeoffice.core.record import acting


class TokenAuthentication(KnoxTokenAuthentication):
    def authenticate_credentials(self, token):
        try:
            person, held = super().authenticate_credentials(token)
        except UnicodeError:
            raise exceptions.AuthenticationFailed("Invalid token.") from None
        today = timezone.now().date()
        if held.last_used_on != today:
            type(held).objects.filter(pk=held.pk).update(last_used_on=today)
        acting._door.set(acting.Door("api", held.name[:120]))
        return person, held


class SessionAuthentication(authentication.SessionAuthentication):
    """For the reference page and our own scripts; unsafe methods need the CSRF token."""


class ScopePermission(permissions.IsAuthenticated):
    """A token must carry the area's scope; a session acts with the person's own rights."""

    message = "This token lacks the scope for this."

    def has_permission(self, request, view) -> bool:
        if not super().has_permission(request, view):
            return False
        token = request.auth
        area = getattr(view, "area", None)
        if token is None or area is None:
            return True
        action = "read" if request.method in permissions.SAFE_METHODS else "write"
        return token.allows(area, action)


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "changeoffice.core.doors.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema):
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "changeoffice.core.doors.api.authentication.TokenAuthentication"
    name = "bearer"
    priority = 1

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer"}
