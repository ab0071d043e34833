"""A page with one form: drawn in a dialog or alone, with its errors beside what was typed."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views import View

from changeoffice.core.doors.pages import parts
from changeoffice.core.record import inputs as shapes
from changeoffice.core.record.errors import Invalid, NotNow, Stale, TooOften


class InputPage(View):
    """A page with one form drawn from declared inputs; errors stay beside what was typed."""

    template = "doors/form.html"
    dialog = "doors/_form.html"

    def form_of(self, inputs: shapes.Inputs, **options: Any):
        """The form for these inputs; a page may give it other widgets."""
        return shapes.form_for(inputs, self.request.user)(**options)

    def drawn(self, form, status: int = 200, **context: Any) -> HttpResponse:
        template = self.dialog if self.request.htmx else self.template
        return render(self.request, template, {"form": form, **context}, status=status)

    def attempt(self, inputs: shapes.Inputs, act: Callable[[dict], Any], **context) -> HttpResponse:
        """Clean, act, and go on; or show the form again with what stands in the way."""
        form = self.form_of(inputs, data=self.request.POST)
        if not form.is_valid():
            return self.drawn(form, 422, **context)
        try:
            return act(form.cleaned_data)
        except Invalid as error:
            for field, words in error.errors.items():
                form.add_error(field if field in form.fields else None, words)
            return self.drawn(form, 422, **context)
        except NotNow as error:
            return self.drawn(form, 409, refusal=error, **context)
        except TooOften as error:
            form.add_error(None, str(error))  # beside what was typed, which would be lost otherwise
            return self.drawn(form, 429, **context)
        except Stale as error:
            newer = {"version": error.record.version, "who": parts.who_changed(error)}
            return self.drawn(form, 409, stale=error, **(context | newer))

    def gone_to(self, url: str) -> HttpResponse:
        if self.request.htmx:
            here, there = urlsplit(self.request.htmx.current_url or ""), urlsplit(url)
            # To a spot on the same page the browser would only scroll, and show what was there.
            again = there.fragment and (here.path, here.query) == (there.path, there.query)
            go = {"HX-Refresh": "true"} if again else {"HX-Redirect": url}
            return HttpResponse(status=204, headers=go)
        return redirect(url)
