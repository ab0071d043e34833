"""The shape of what a verb asks for, declared once; pages draw it as a form, the API as a schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers

from changeoffice.core.people.models import Office, Person
from changeoffice.core.record.choosing import PeopleChoice, PersonChoice

LATEST_YEAR = 2200
LINE_BREAKS = re.compile(r"\s*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]\s*")


class NoNul:
    """PostgreSQL text cannot hold NUL; say so as a field error instead of failing later."""

    def __call__(self, value: str) -> None:
        if "\x00" in value:
            raise forms.ValidationError("Remove the invisible NUL character.")


@dataclass(frozen=True, kw_only=True)
class Input:
    label: str = ""
    hint: str = ""
    required: bool = True
    initial: Any = None

    def common(self) -> dict[str, Any]:
        return {"label": self.label, "help_text": self.hint, "required": self.required}

    @property
    def shape_words(self) -> str:
        return "Send a list of values." if getattr(self, "many", False) else "Send one plain value."

    def form_field(self, person) -> forms.Field:
        raise TypeError(type(self).__name__)

    def serializer_field(self) -> serializers.Field:
        raise TypeError(type(self).__name__)

    def schema(self) -> dict[str, Any]:
        return {"label": self.label, "help_text": self.hint, "required": self.required}


@dataclass(frozen=True, kw_only=True)
class Text(Input):
    max: int = 200
    lines: int = 1
    min: int = 0

    def form_field(self, person) -> forms.Field:
        widget = (
            forms.Textarea(attrs={"rows": self.lines, "maxlength": None})
            if self.lines > 1
            else forms.TextInput
        )
        kind = forms.CharField if self.lines > 1 else OneLine
        return kind(
            max_length=self.max, min_length=self.min or None, widget=widget,
            empty_value="", **self.common(),
        )  # fmt: skip

    def serializer_field(self) -> serializers.Field:
        return serializers.CharField(
            max_length=self.max, min_length=self.min or None,
            allow_blank=not self.required, **self.schema(),
        )  # fmt: skip


class OneLine(forms.CharField):
    """Titles stand in mail subjects, file names and lists: line breaks become spaces."""

    def to_python(self, value):
        return " ".join(LINE_BREAKS.split(super().to_python(value)))


def LongText(**options) -> Text:  # reads as a type where inputs are declared
    return Text(**({"lines": 5, "max": 20_000} | options))


@dataclass(frozen=True, kw_only=True)
class Number(Input):
    least: int = -1_000_000_000
    most: int = 1_000_000_000

    def form_field(self, person) -> forms.Field:
        return forms.IntegerField(min_value=self.least, max_value=self.most, **self.common())

    def serializer_field(self) -> serializers.Field:
        return serializers.IntegerField(
            min_value=self.least, max_value=self.most, allow_null=not self.required, **self.schema()
        )


@dataclass(frozen=True, kw_only=True)
class Decimal(Input):
    least: float = -100_000_000_000
    most: float = 100_000_000_000
    places: int = 2

    def form_field(self, person) -> forms.Field:
        return forms.DecimalField(
            min_value=self.least, max_value=self.most, max_digits=16,
            decimal_places=self.places, **self.common(),
        )  # fmt: skip

    def serializer_field(self) -> serializers.Field:
        return serializers.DecimalField(
            max_digits=16, decimal_places=self.places, min_value=self.least, max_value=self.most,
            allow_null=not self.required, **self.schema(),
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Date(Input):
    def form_field(self, person) -> forms.Field:
        return SaneDate(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                        **self.common())  # fmt: skip

    def serializer_field(self) -> serializers.Field:
        return serializers.DateField(allow_null=not self.required, **self.schema())


class SaneDate(forms.DateField):
    def to_python(self, value):
        return super().to_python(str(value) if isinstance(value, (int, float)) else value)

    def clean(self, value):
        return _of_our_time(super().clean(value))


@dataclass(frozen=True, kw_only=True)
class Moment(Input):
    """A day and a time; without a zone it is the office's."""

    def form_field(self, person) -> forms.Field:
        return OfficeMoment(
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            **self.common(),
        )

    def serializer_field(self) -> serializers.Field:
        return serializers.DateTimeField(allow_null=not self.required, **self.schema())


class OfficeMoment(forms.DateTimeField):
    def prepare_value(self, value):
        with timezone.override(Office.current().zone):
            return super().prepare_value(value)

    def to_python(self, value):
        with timezone.override(Office.current().zone):
            return _of_our_time(super().to_python(value))


def _of_our_time(day):
    if day and not 1900 <= day.year <= LATEST_YEAR:
        raise forms.ValidationError(f"Enter a year between 1900 and {LATEST_YEAR}.")
    return day


@dataclass(frozen=True, kw_only=True)
class Flag(Input):
    required: bool = False

    def form_field(self, person) -> forms.Field:
        return forms.BooleanField(**self.common())

    def serializer_field(self) -> serializers.Field:
        return serializers.BooleanField(**self.schema())


@dataclass(frozen=True, kw_only=True)
class Choice(Input):
    choices: Sequence[tuple[Any, str]] = ()
    many: bool = False

    def options(self) -> list[tuple[str, str]]:
        return [(str(value), str(words)) for value, words in self.choices]

    def form_field(self, person) -> forms.Field:
        if self.many:
            return forms.MultipleChoiceField(
                choices=self.options(), widget=forms.CheckboxSelectMultiple, **self.common()
            )
        blank = [] if self.required and self.initial is not None else [("", "Choose")]
        return forms.ChoiceField(choices=[*blank, *self.options()], **self.common())

    def serializer_field(self) -> serializers.Field:
        choices = self.options()
        if self.many:
            return serializers.MultipleChoiceField(choices=choices, **self.schema())
        return serializers.ChoiceField(
            choices=choices, allow_blank=not self.required, **self.schema()
        )


@dataclass(frozen=True, kw_only=True)
class Ref(Input):
    """A reference to another thing: a person by user name, a work by reference, a row by a key."""

    rows: Callable[[Any], QuerySet] = field(default=lambda person: QuerySet().none())
    key: str = "pk"
    many: bool = False
    typed: bool = False  # written by hand, where a list to choose from would be endless

    def form_field(self, person) -> forms.Field:
        if self.typed:
            return TypedReference(
                queryset=self.rows(person), to_field_name=self.key, **self.common()
            )
        extra: dict[str, Any] = (
            {} if self.many else {"empty_label": "Choose" if self.required else "None"}
        )
        rows = self.rows(person)
        if rows.model is Person and self.key == "username":
            people = PeopleChoice if self.many else PersonChoice
            return people(rows, **extra, **self.common())
        kind = forms.ModelMultipleChoiceField if self.many else forms.ModelChoiceField
        made = kind(queryset=rows, to_field_name=self.key, **extra, **self.common())
        made.widget.attrs["data-pick"] = ""
        return made

    def serializer_field(self) -> serializers.Field:
        outer = self.schema() | ({} if self.many else {"allow_null": not self.required})
        inner: dict[str, Any] = {} if self.many else outer
        one: serializers.Field = (
            serializers.IntegerField(min_value=1, **inner)
            if self.key == "pk"
            else serializers.CharField(max_length=80, **inner)
        )
        return serializers.ListField(child=one, max_length=500, **outer) if self.many else one


class TypedReference(forms.ModelChoiceField):
    """One line in which a reference is typed, in whatever case."""

    widget = forms.TextInput
    default_error_messages = {
        "invalid_choice": "There is no such item that could be chosen here, or you may not see it."
    }

    def to_python(self, value):
        return super().to_python(value.strip().upper() if isinstance(value, str) else value)


Inputs = Mapping[str, Input]


class Varying(dict[str, Input]):
    """Inputs that differ from record to record; these are the usual ones."""


def form_for(inputs: Inputs, person) -> type[forms.Form]:
    """A Django form class for a page, with querysets narrowed to what this person may see."""
    fields = {name: item.form_field(person) for name, item in inputs.items()}
    for made in fields.values():
        if isinstance(made, forms.CharField):
            made.validators.append(NoNul())
    return type("InputForm", (forms.Form,), fields)


class InputSerializer(serializers.Serializer):
    """Base of what requests carry, so that the schema can say what all of them refuse."""

    varies = False


def serializer_for(name: str, inputs: Inputs, *, partial: bool = False):
    """A serializer class for the API's schema; the values themselves are cleaned by the form."""
    fields: dict[str, Any] = {}
    for key, item in inputs.items():
        made: Any = item.serializer_field()
        if partial or isinstance(inputs, Varying):
            made._kwargs["required"] = False  # DRF copies a declared field from these
        fields[key] = made
    return type(name, (InputSerializer,), fields | {"varies": isinstance(inputs, Varying)})


def clean(inputs: Inputs, person, data: dict[str, Any], *, partial: bool = False) -> dict[str, Any]:
    """Values ready for a verb, from JSON or from a form's data; raises Invalid by field."""
    from changeoffice.core.record.errors import Invalid

    if unknown := sorted(set(data) - set(inputs)):
        raise Invalid(**{str(name)[:80]: "This field is not known here." for name in unknown})
    wrong = {
        key: inputs[key].shape_words for key, value in data.items() if not _fits(inputs[key], value)
    }
    if wrong:
        raise Invalid(**wrong)
    wanted = {key: item for key, item in inputs.items() if not partial or key in data}
    form = form_for(wanted, person)(data={k: _plain(v) for k, v in data.items() if v is not None})
    if not form.is_valid():
        raise Invalid(**{name: [str(e) for e in found] for name, found in form.errors.items()})
    return form.cleaned_data


def _fits(item: Input, value: Any) -> bool:
    """JSON can nest anything; a field takes one plain value, or a list of them, unless it says so."""
    if getattr(item, "nested", False):
        return True
    if getattr(item, "many", False):
        return value is None or (
            isinstance(value, (list, tuple, QuerySet))
            and not any(isinstance(v, (dict, list)) for v in value)
        )
    return not isinstance(value, (dict, list, tuple))


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else ""
    return value
