"""One's own settings: how the office looks and writes, password, sessions, API tokens."""

from zoneinfo import available_timezones

from allauth.account import views as account
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import messages
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from changeoffice.core import outbound
from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.models import ApiToken
from changeoffice.core.access.tokens import WrongScope, api_areas, issue, revoke
from changeoffice.core.accounts.hearing_forms import ChatForm, HearingForm
from changeoffice.core.administration.people import end_sessions
from changeoffice.core.doors.lists import whole
from changeoffice.core.notify.models import ChatHook
from changeoffice.core.people.models import Office, Person
from changeoffice.core.record.workflow import own_context


class SettingsForm(forms.ModelForm):
    class Meta:
        model = Person
        fields = ["time_zone", "theme", "single_key_shortcuts"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        office = Office.current().time_zone
        zones = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())]
        self.fields["time_zone"] = forms.ChoiceField(
            label="Time zone", required=False, choices=[("", f"As the office, {office}"), *zones],
            help_text="Times on pages and in letters are shown in it.",
        )  # fmt: skip
        self.fields["theme"].widget = forms.RadioSelect(choices=self.fields["theme"].choices)
        self.fields["single_key_shortcuts"].label = "Single keys as shortcuts"
        self.fields[
            "single_key_shortcuts"
        ].help_text = (
            "j and k move in a list, / searches, ? shows all. Turn off if they get in your way."
        )


class TokenForm(forms.Form):
    name = forms.CharField(
        max_length=80, label="Name", help_text="What it is for, for example Nightly report."
    )
    days = forms.TypedChoiceField(
        label="Ends after", coerce=int, initial=90,
        choices=[(7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "One year")],
    )  # fmt: skip
    scopes = forms.MultipleChoiceField(label="May", widget=forms.CheckboxSelectMultiple)

    def __init__(self, person, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (f"{area}:{action}", f"{'Read' if action == 'read' else 'Read and change'} {area.replace('-', ' ')}")
            for area in sorted(api_areas()) for action in ("read", "write")
        ]  # fmt: skip
        if grants_of(person).has("administrator"):
            choices.append(("admin", "Everything you may do yourself"))
        self.fields["scopes"].choices = choices
        self.may_all = ("admin", "Everything you may do yourself") in choices

    def areas(self) -> list[dict]:
        """A row per area with its two boxes, as the page draws them."""
        chosen = set(self.data.getlist("scopes")) if self.is_bound else set()
        return [
            {"label": area.replace("-", " ").capitalize(), "boxes": [
                {"value": f"{area}:{action}", "label": f"{words} {area.replace('-', ' ')}",
                 "checked": f"{area}:{action}" in chosen}
                for action, words in (("read", "Read"), ("write", "Read and change"))]}
            for area in sorted(api_areas())
        ]  # fmt: skip


@never_cache
@require_http_methods(["GET", "POST"])
def own_settings(request: HttpRequest) -> HttpResponse:
    form = SettingsForm(request.POST or None, instance=Person.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        with own_context(request.user, "own_settings", ""):
            form.instance.save(update_fields=list(form.cleaned_data))
        messages.success(request, "Settings saved.")
        return redirect("settings")
    return settings_page(request, form=form)


def settings_page(request: HttpRequest, **forms_sent) -> HttpResponse:
    """All of one's settings; a form that was sent and is wrong stands in the place of its own."""
    me, hook = request.user, ChatHook.objects.filter(pk=request.user.pk).first()
    context = {
        "form": SettingsForm(instance=me), "hearing": HearingForm(me, has_chat=hook is not None),
        "chat": ChatForm(), "hook": hook, "masked": outbound.masked(hook.address) if hook else "",
        "sessions": sessions_of(request), "roles": roles_of(me),
        "tokens": list(ApiToken.objects.filter(user=me)), "now": timezone.now(), **forms_sent,
    }  # fmt: skip
    wrong = any(form.errors for form in forms_sent.values())
    return render(request, "people/settings.html", context, status=422 if wrong else 200)


def roles_of(person) -> list:
    return list(
        person.role_assignments.select_related("unit", "record", "given_by").order_by("role", "id")
    )


@require_POST
def own_theme(request: HttpRequest) -> HttpResponse:
    theme = request.POST.get("theme", "")
    if theme in dict(Person._meta.get_field("theme").choices):
        with own_context(request.user, "own_settings", ""):
            Person.objects.filter(pk=request.user.pk).update(theme=theme)
    if request.headers.get("X-Requested-With") or request.htmx:
        return HttpResponse(status=204)
    back = request.headers.get("Referer", "")
    return redirect(
        back if back.startswith(f"{request.scheme}://{request.get_host()}/") else "settings"
    )


# sessions ----------------------------------------------------------------------------------------
def sessions_of(request: HttpRequest) -> list[dict]:
    """Where this person is signed in; expired sessions are left out."""
    rows = list(UserSession.objects.filter(user=request.user).order_by("-created_at")[:50])
    live = set(
        Session.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=timezone.now()
        ).values_list("session_key", flat=True)
    )
    return [
        {"id": row.pk, "device": device_words(row.user_agent), "ip": row.ip, "since": row.created_at,
         "is_this": row.session_key == request.session.session_key}
        for row in rows if row.session_key in live
    ]  # fmt: skip


def device_words(agent: str) -> str:
    browser = next((words for mark, words in (
        ("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ) if mark in agent), "A browser or program")  # fmt: skip
    system = next((words for mark, words in (
        ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
        ("Mac OS", "macOS"), ("Linux", "Linux"),
    ) if mark in agent), "")  # fmt: skip
    return f"{browser} on {system}" if system else browser


@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """End one session by its number, or all but this one."""
    which = request.POST.get("session", "")
    if which == "others":
        ended = end_sessions(request.user, but=request.session.session_key)
        messages.success(request, f"{ended} other session{'' if ended == 1 else 's'} ended.")
    elif (one := whole(which, 2**31 - 1)) is not None:
        found = UserSession.objects.filter(user=request.user, pk=one).first()
        if found:
            found.end()
            messages.success(request, "Session ended.")
    return redirect("settings")


# tokens ------------------------------------------------------------------------------------------
@never_cache
@require_http_methods(["GET", "POST"])
def new_token(request: HttpRequest) -> HttpResponse:
    """The token stands on the answer to this one request and nowhere else."""
    form = TokenForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made, secret = issue(
                request.user, name=given["name"], scopes=given["scopes"], days=given["days"]
            )
            return render(request, "people/token_made.html", {"token": made, "secret": secret})
        except WrongScope as error:
            form.add_error("scopes", str(error))
    return render(
        request, "people/token_new.html", {"form": form}, status=422 if form.errors else 200
    )


@require_POST
def revoke_token(request: HttpRequest, key: str) -> HttpResponse:
    found = ApiToken.objects.filter(user=request.user, digest__startswith=key[:32]).first()
    if found and len(key) >= 16:
        revoke(found, by=request.user)
        messages.success(
            request, f"Token {found.name} revoked. Programs that use it are refused from now on."
        )
    return redirect("settings")


class ChangePassword(account.PasswordChangeView):
    success_url = "/settings"


@require_GET
def first_password(request: HttpRequest) -> HttpResponse:
    """Somebody without a password gets one through the link in a letter."""
    return redirect("account_reset_password")
