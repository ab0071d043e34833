"""Pages where managers set what the office asks of ideas."""

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from changeoffice.core.administration.forms import Plain
from changeoffice.core.administration.models import AdminEvent
from changeoffice.core.administration.pages import attempted, gone
from changeoffice.core.record import inputs as shapes
from changeoffice.core.record.errors import Invalid, NotSeen
from ideation import keeping, vetting
from ideation.models import IdeaPolicy, Theme

CHANGES_SHOWN = 10


@require_http_methods(["GET", "POST"])
def policy(request: HttpRequest) -> HttpResponse:
    """Threshold, scores wanted and weighted criteria, with who changed them when."""
    keeping.need_manager(request.user)
    now = IdeaPolicy.current()
    begin = {"review_at_votes": now.review_at_votes, "scores_wanted": now.scores_wanted,
             "criteria": vetting.kept(now.criteria_in_force)}  # fmt: skip
    form = shapes.form_for(keeping.POLICY_INPUTS, request.user)(request.POST or None, initial=begin)
    if request.method == "POST" and form.is_valid():
        try:
            keeping.keep_policy(by=request.user, **form.cleaned_data)
            messages.success(request, "Saved. It holds from the next round on.")
            return redirect("/ideas/policy")
        except Invalid as error:
            for name, words in error.errors.items():
                form.add_error(name if name in form.fields else None, words)
    told = AdminEvent.objects.filter(subject_kind="ideapolicy").select_related("actor")
    context = {"form": form, "told": told.order_by("-id")[:CHANGES_SHOWN],
               "shares": vetting.in_percent(now.criteria_in_force)}  # fmt: skip
    return render(request, "ideation/policy.html", context, status=422 if form.errors else 200)


# themes ------------------------------------------------------------------------------------------
class ThemeForm(Plain):
    name = forms.CharField(max_length=60, label="Name")
    review_at_votes = forms.IntegerField(
        min_value=1, max_value=10_000, required=False, label="Votes that queue an idea for review",
        help_text="Empty: as the office says.",
    )  # fmt: skip
    is_active = forms.BooleanField(
        required=False, initial=True, label="In use",
        help_text="Out of use it is not offered any more; ideas that have it keep it.",
    )  # fmt: skip


@require_GET
def themes(request: HttpRequest) -> HttpResponse:
    """Every theme with its threshold and how many ideas have it."""
    keeping.need_manager(request.user)
    shown = Q(idea__confidential=False) & ~Q(idea__state="draft")
    rows = Theme.objects.annotate(idea_count=Count("idea", filter=shown))
    office = IdeaPolicy.current().review_at_votes
    return render(request, "ideation/themes.html", {"rows": rows, "office_votes": office})


@require_http_methods(["GET", "POST"])
def theme_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    keeping.need_manager(request.user)
    theme = Theme.objects.filter(pk=min(pk, 2**62)).first() if pk is not None else None
    if pk is not None and theme is None:
        raise NotSeen("There is no such theme.")

    def act(given: dict) -> HttpResponse:
        made = keeping.keep_theme(theme, by=request.user, **given)
        messages.success(request, f"{made.name} saved.")
        return gone(request, "/ideas/themes")

    begin = {name: getattr(theme, name) for name in ThemeForm.base_fields} if theme else None
    return attempted(request, ThemeForm(request.POST or None, initial=begin), act,
                     heading=f"Edit {theme.name}" if theme else "Add a theme",
                     confirm="Save changes" if theme else "Add the theme", back="/ideas/themes")  # fmt: skip
