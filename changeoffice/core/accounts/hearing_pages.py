"""How one hears from the office: by kind of notice, and where one's chat takes messages."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from changeoffice.core import outbound
from changeoffice.core.accounts.hearing_forms import ChatForm, HearingForm
from changeoffice.core.accounts.settings_pages import settings_page
from changeoffice.core.notify import chat
from changeoffice.core.notify.models import ChatHook
from changeoffice.core.people.models import Person
from changeoffice.core.record.errors import NotSeen, TooOften
from changeoffice.core.record.workflow import own_context

HERE = "/settings#hearing"


def _me(request: HttpRequest) -> Person:
    return Person.objects.get(pk=request.user.pk)


@never_cache
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    has_chat = ChatHook.objects.filter(pk=request.user.pk).exists()
    form = HearingForm(_me(request), request.POST or None, has_chat=has_chat)
    if not form.is_bound:
        return redirect(HERE)
    if not form.is_valid():
        return settings_page(request, hearing=form)
    with own_context(request.user, "own_settings", ""):
        form.save()
    messages.success(request, "What you hear is saved.")
    return redirect(HERE)


@never_cache
@sensitive_post_parameters("address")
@require_http_methods(["GET", "POST"])
def keep_chat(request: HttpRequest) -> HttpResponse:
    form = ChatForm(request.POST or None)
    if not form.is_bound:
        return redirect(HERE)
    if not form.is_valid():
        return settings_page(request, chat=form)
    with own_context(request.user, "own_settings", ""):
        chat.keep_address(_me(request), form.cleaned_data["address"])
    messages.success(request, "The address is saved. Send a test message to see that it works.")
    return redirect(HERE)


@require_POST
def test_chat(request: HttpRequest) -> HttpResponse:
    hook = ChatHook.objects.filter(pk=request.user.pk).first()
    if hook is None:
        raise NotSeen("You have named no address for a chat.")
    try:
        chat.test(hook)
        messages.success(request, f"The test message was delivered to {hook.host}.")
    except outbound.NotDelivered as trouble:
        messages.error(request, f"The test message was not delivered: {trouble.reason}.")
    except TooOften as error:
        messages.error(request, str(error))
    return redirect(HERE)


@require_POST
def remove_chat(request: HttpRequest) -> HttpResponse:
    with own_context(request.user, "own_settings", ""):
        chat.forget_address(_me(request))
    messages.success(request, "Nothing goes to a chat any more. The inbox has everything.")
    return redirect(HERE)
