"""What ideas and campaigns ask for beside plain values: criteria in rows, tags with commas."""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.text import slugify
from rest_framework import serializers

from changeoffice.core.record.inputs import Input, LongText, Number, Varying
from changeoffice.core.record.workflow import CALLED_WITH
from ideation import tags
from ideation.vetting import HEAVIEST, HIGHEST, LOWEST, USUAL, Criteria, Criterion, kept, shares

MOST_CRITERIA = 8
CODES = {one.label: one.code for one in USUAL}
TAKEN = CALLED_WITH | {"rationale", "idea", "version", "id"}
PARTS = ("label", "hint", "weight", "low_is_good")


class CriterionSerializer(serializers.Serializer):
    label = serializers.CharField(max_length=40)  # type: ignore[assignment]
    hint = serializers.CharField(max_length=80, required=False, allow_blank=True)
    weight = serializers.IntegerField(min_value=1, max_value=HEAVIEST, required=False, default=1)
    low_is_good = serializers.BooleanField(required=False, default=False)


class CriteriaRows(forms.Widget):
    """A row for each criterion and some empty ones; emptying a name takes the row away."""

    def render(self, name, value, attrs=None, renderer=None):
        rows = [row for row in value or [] if isinstance(row, dict)]
        blank = [{}] * min(2, MOST_CRITERIA - len(rows))
        context = {"name": name, "rows": [*rows, *blank], "heaviest": HEAVIEST,
                   "id": (attrs or {}).get("id", name)}  # fmt: skip
        return render_to_string("ideation/_criteria_rows.html", context)

    def value_from_datadict(self, data, files, name):
        if name in data:
            return data[name]  # as the API sends it
        found = []
        for place in range(MOST_CRITERIA):
            row = {part: data.get(f"{name}-{place}-{part}", "") for part in PARTS}
            if row["label"].strip():
                found.append(row | {"low_is_good": bool(row["low_is_good"])})
        return found

    def id_for_label(self, id_):
        return f"{id_}-0"


class CriteriaField(forms.Field):
    widget = CriteriaRows

    def clean(self, value) -> list[dict[str, Any]]:
        if not value:
            return []
        reader = CriterionSerializer(data=value, many=True)
        if not isinstance(value, list) or not reader.is_valid():
            raise forms.ValidationError(
                f"Give each criterion a name of at most 40 letters and a weight from 1 to {HEAVIEST}."
            )
        if len(value) > MOST_CRITERIA:
            raise forms.ValidationError(f"At most {MOST_CRITERIA} criteria.")
        made = [criterion(**row) for row in reader.validated_data]
        if len({one.code for one in made}) < len(made):
            raise forms.ValidationError("Two criteria have the same name.")
        return kept(made)


def criterion(label: str, **more) -> Criterion:
    """With a code made of its name, by which marks are kept."""
    label = " ".join(label.split())
    code = CODES.get(label) or re.sub(r"\W+", "_", slugify(label))[:40] or "criterion"
    return Criterion(f"{code}_mark" if code in TAKEN else code, label, **more)


@dataclass(frozen=True, kw_only=True)
class CriteriaInput(Input):
    nested: bool = True

    def form_field(self, person) -> forms.Field:
        return CriteriaField(**self.common())

    def serializer_field(self) -> serializers.Field:
        return CriterionSerializer(many=True, **self.schema())


SCORES_WANTED = Number(label="Scores wanted", least=1, most=20,
                       hint="An idea can be developed when so many reviewers have scored it.")  # fmt: skip


def score_inputs(criteria: Criteria) -> Varying:
    """One mark for each criterion of a round, and the reason."""
    part = shares(criteria)
    even = len(set(part.values())) == 1
    marks = {
        one.code: Number(label=one.label, least=LOWEST, most=HIGHEST,
                         hint=_hint(one, 0 if even else part[one.code]))
        for one in criteria
    }  # fmt: skip
    return Varying(marks | {"rationale": LongText(label="Reason", lines=3, min=10)})


def _hint(one: Criterion, share: float) -> str:
    plain = one.hint or ("1 is little, 5 is a lot" if one.low_is_good else "5 is best")
    return f"{plain}; counts {round(100 * share)}%" if share else plain


class TagsField(forms.CharField):
    """One line, parted by commas; from the API a list."""

    def prepare_value(self, value):
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value) -> list[str]:  # type: ignore[override]
        typed = (
            [str(one) for one in value] if isinstance(value, (list, tuple)) else str(value or "")
        )
        return tags.of(typed)

    def validate(self, value) -> None:
        if len(value) > tags.MOST or any(len(tag) > tags.LONGEST for tag in value):
            raise forms.ValidationError(
                f"At most {tags.MOST} tags of at most {tags.LONGEST} letters each."
            )

    def run_validators(self, value) -> None:
        for tag in value:
            super().run_validators(tag)


@dataclass(frozen=True, kw_only=True)
class TagsInput(Input):
    many: bool = True

    def form_field(self, person) -> forms.Field:
        return TagsField(**self.common())

    def serializer_field(self) -> serializers.Field:
        tag = serializers.CharField(max_length=tags.LONGEST)
        return serializers.ListField(child=tag, max_length=tags.MOST, **self.schema())
