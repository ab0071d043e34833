"""Signing in, out, and back in after a forgotten password."""

from allauth.account import views as account
from allauth.account.forms import LoginForm, ResetPasswordForm
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from changeoffice.core.people.models import Office, Person

# What each of the demo's people would ask first; also the order they are listed in.
DEMO_QUESTIONS = {
    "leadership": "Are we all right, and what do I decide?",
    "manager": "What is stuck, and who can move it?",
    "analyst": "Many demands are open. What first?",
    "approver": "What waits for my yes or no?",
    "project-manager": "How do I update my project in a minute?",
    "service-owner": "What is about to hit my service?",
    "finance": "What does it cost, and what comes next?",
    "staff": "What happened to my idea?",
    "auditor": "Who decided what, when and why?",
    "administrator": "Does everything run?",
}


class SignInForm(LoginForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        login, password = self.fields["login"], self.fields["password"]
        login.label, password.label = "User name or work e-mail", "Password"
        login.max_length = 254
        login.widget.attrs = {"autocomplete": "username", "autocapitalize": "none",
                              "spellcheck": "false", "class": "input"}  # fmt: skip
        password.widget.attrs.update({"placeholder": "", "class": "input"})
        self.fields["remember"].label = "Keep me signed in on this device for 12 hours"


class PasswordResetForm(ResetPasswordForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "Work e-mail"
        self.fields["email"].widget.attrs = {"autocomplete": "email"}


@method_decorator([login_not_required, never_cache], name="dispatch")
class SignIn(account.LoginView):
    form_class = SignInForm

    def get_initial(self) -> dict:
        return {"login": self.request.GET.get("as", "")[:64], "remember": True}

    def get_context_data(self, **kwargs) -> dict:
        context = super().get_context_data(**kwargs)
        return context | {
            "demo_people": demo_people(),
            "asked_for": self.request.GET.get("next", "") if self.request.method == "GET" else "",
            "hours": settings.SESSION_COOKIE_AGE // 3600,
        }


def demo_people() -> list[tuple[Person, str]]:
    """The demo's cast with their questions; nobody once the office is real."""
    if not (settings.DEMO and Office.current().is_demo):
        return []
    found = {
        person.username: person
        for person in Person.objects.filter(username__in=DEMO_QUESTIONS, is_active=True)
    }
    return [(found[name], words) for name, words in DEMO_QUESTIONS.items() if name in found]
