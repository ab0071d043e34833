"""Forms of the approval policies: conditions and steps as fields, never as JSON."""

from typing import Any

from django import forms

from changeoffice.core.access.rules import SEES_FIGURES
from changeoffice.core.administration.forms import Plain, active_units
from changeoffice.core.administration.policies import MOST_COST
from changeoffice.core.approvals import describing
from changeoffice.core.approvals.approvers import Kind
from changeoffice.core.approvals.picking import lanes
from changeoffice.core.people.models import BusinessUnit, Office, Person
from changeoffice.core.record.choosing import PersonChoice
from changeoffice.core.record.models import work_model

STEPS = [("", "Not asked"), *((str(n), f"In step {n}") for n in range(1, len(Kind) + 1))]
LISTS = ("types", "risks", "flags")


def _money(label: str, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=MOST_COST,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}), localize=False, **options,
    )  # fmt: skip


def _some(label: str, hint: str = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, required=False, widget=forms.CheckboxSelectMultiple, help_text=hint
    )


def in_own_currency(form: forms.Form, *names: str) -> None:
    """Amounts are in the organisation's currency, and say so."""
    for name in names:
        form.fields[name].label = f"{form.fields[name].label}, in {Office.current().currency}"


class PolicyForm(Plain):
    name = forms.CharField(max_length=80, label="Name")
    cost_above = _money(
        "Cost above", help_text="Also where the cost is not known, or in another currency."
    )
    cost_up_to = _money("Cost up to")
    types, risks, flags = _some("Types"), _some("Risks"), _some("Touches one of")
    reason = forms.CharField(
        max_length=500, label="Why", help_text="It stands in the history.", required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, kind: str, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        in_own_currency(self, "cost_above", "cost_up_to")
        for name, choices in describing.choices_of(kind).items():
            self.fields[name].choices = choices
        for one in Kind:
            self.fields[f"step_{one.value}"] = forms.ChoiceField(
                label=one.label, choices=STEPS, required=False
            )

    def step_fields(self) -> list:
        return [self[f"step_{one.value}"] for one in Kind]

    def conditions(self) -> dict[str, Any]:
        given = self.cleaned_data
        costs = {
            name: given[name] for name in ("cost_above", "cost_up_to") if given[name] is not None
        }
        return costs | {name: given[name] for name in LISTS if given[name]}

    def steps(self) -> list[dict[str, Any]]:
        """The steps that ask somebody, in order; whoever shares a step is asked together."""
        placed: dict[int, list[str]] = {}
        for one in Kind:
            if place := self.cleaned_data[f"step_{one.value}"]:
                placed.setdefault(int(place), []).append(one.value)
        return [{"kinds": placed[place], "parallel": True} for place in sorted(placed)]

    @staticmethod
    def begins_with(policy) -> dict[str, Any]:
        """A policy as the form shows it."""
        found = {"name": policy.name, **policy.conditions}
        for place, lane in enumerate(lanes([policy.steps]), start=1):
            found |= {f"step_{kind}": str(place) for kind in lane}
        return found


class PatienceForm(Plain):
    working_days = forms.IntegerField(
        min_value=1, max_value=60, label="Working days past the limit",
        help_text="Then the next holder of the role up the units is asked instead, or a manager.",
    )  # fmt: skip
    reason = forms.CharField(max_length=500, label="Why", help_text="It stands in the history.")


class ExampleForm(Plain):
    """Either a real record, or the facts of one that might come."""

    reference = forms.CharField(max_length=24, required=False, label="A real one",
                                help_text="Its reference; then nothing else is needed but who asks.")  # fmt: skip
    cost = _money("Cost", help_text="Empty where it is not known, or in another currency.")
    type = forms.ChoiceField(required=False, label="Type")
    risk = forms.ChoiceField(required=False, label="Risk")
    flags = _some("Touches")
    unit = forms.ModelChoiceField(BusinessUnit.objects.none(), required=False, empty_label="None",
                                  to_field_name="code", label="Business unit")  # fmt: skip
    sponsor = PersonChoice(
        Person.objects.none(), required=False, empty_label="Nobody", label="Sponsor"
    )
    requester = PersonChoice(
        Person.objects.none(), required=False, empty_label="Nobody in particular", label="Raised by"
    )
    asker = PersonChoice(
        Person.objects.none(),
        required=False,
        empty_label="Nobody in particular",
        label="Approval asked for by",
    )

    def __init__(self, kind: str, person, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        in_own_currency(self, "cost")
        self.kind, self.person, choices = kind, person, describing.choices_of(kind)
        self.fields["type"].choices = [("", "Any"), *choices["types"]]
        self.fields["risk"].choices = [("", "Not rated"), *choices["risks"]]
        self.fields["flags"].choices = choices["flags"]
        self.fields["unit"].queryset = active_units()
        for name in ("sponsor", "requester", "asker"):
            self.fields[name].queryset = Person.objects.staff().order_by("name", "pk")

    def clean_reference(self):
        """The record itself; whom its policies ask tells of its figures."""
        reference = self.cleaned_data["reference"].strip()
        if not reference:
            return None
        rows = work_model(self.kind).objects.visible_to(self.person)
        found = rows.by_reference(reference).first()
        if found is None or not SEES_FIGURES.holds(self.person, found):
            raise forms.ValidationError("There is no such item whose figures you may see.")
        return found
