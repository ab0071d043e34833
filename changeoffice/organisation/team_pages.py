"""Teams and skills, kept by administrators beside the units."""

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from changeoffice.core.administration.forms import Plain, active_units
from changeoffice.core.administration.pages import administrators_only, attempted, gone
from changeoffice.core.administration.tabs import tabs
from changeoffice.core.people.models import Person
from changeoffice.core.record.choosing import PeopleChoice, PersonChoice
from changeoffice.core.record.errors import NotSeen
from changeoffice.organisation.keeping import keep_skill, keep_team
from changeoffice.organisation.models import Skill, Team


class TeamForm(Plain):
    name = forms.CharField(max_length=80, label="Name")
    unit = forms.ModelChoiceField(
        queryset=None, label="Business unit", required=False, empty_label="None"
    )
    skill = forms.ModelChoiceField(queryset=None, label="Skill", empty_label="Choose")
    lead = PersonChoice(label="Lead", required=False, empty_label="Nobody")
    members = PeopleChoice(label="Members", required=False)
    monthly_capacity = forms.DecimalField(
        min_value=0, max_value=99_999, decimal_places=1, label="Person-days in a month"
    )
    is_active = forms.BooleanField(required=False, label="In use", initial=True)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = active_units()
        self.fields["skill"].queryset = Skill.objects.all()
        self.fields["lead"].queryset = self.fields["members"].queryset = Person.objects.staff()


class SkillForm(Plain):
    name = forms.CharField(max_length=60, label="Name")
    day_rate = forms.DecimalField(
        min_value=0, max_value=9_999_999, decimal_places=2, label="Day rate",
        help_text="In the office's currency; estimates use it.",
    )  # fmt: skip


@administrators_only
def teams(request: HttpRequest) -> HttpResponse:
    rows = Team.objects.select_related("unit", "skill", "lead").annotate(
        head_count=Count("members")
    )
    return render(request, "organisation/teams.html", {"rows": rows, "tabs": tabs(request.path)})


@administrators_only
def skills(request: HttpRequest) -> HttpResponse:
    rows = Skill.objects.annotate(team_count=Count("teams"))
    return render(request, "organisation/skills.html", {"rows": rows, "tabs": tabs(request.path)})


@administrators_only
@require_http_methods(["GET", "POST"])
def team_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    team = _one(Team, pk)

    def act(given: dict) -> HttpResponse:
        made = keep_team(team, by=request.user, **given)
        messages.success(request, f"{made.name} saved.")
        return gone(request, "/admin/units/teams")

    begin = (
        {name: getattr(team, name) for name in TeamForm.base_fields if name != "members"}
        if team
        else {}
    )
    if team:
        begin |= {
            "members": list(team.members.all()),
            "unit": team.unit_id,
            "skill": team.skill_id,
            "lead": team.lead,
        }
    return attempted(request, TeamForm(request.POST or None, initial=begin or None), act,
                     heading=f"Edit {team.name}" if team else "Add a team",
                     confirm="Save changes" if team else "Add the team", back="/admin/units/teams")  # fmt: skip


@administrators_only
@require_http_methods(["GET", "POST"])
def skill_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    skill = _one(Skill, pk)

    def act(given: dict) -> HttpResponse:
        made = keep_skill(skill, by=request.user, **given)
        messages.success(request, f"{made.name} saved.")
        return gone(request, "/admin/units/skills")

    begin = {"name": skill.name, "day_rate": skill.day_rate} if skill else None
    return attempted(request, SkillForm(request.POST or None, initial=begin), act,
                     heading=f"Edit {skill.name}" if skill else "Add a skill",
                     confirm="Save changes" if skill else "Add the skill", back="/admin/units/skills")  # fmt: skip


def _one(model, pk: int | None):
    if pk is None:
        return None
    found = model.objects.filter(pk=min(pk, 2**62)).first()
    if found is None:
        raise NotSeen("There is no such entry.")
    return found
