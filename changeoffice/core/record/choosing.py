"""Choosing people: from a list while there are few of them, by name where there are many.

With a script both are one field in which one types a part of a name. Without, the few stand in a
plain list, and of many one types the user name or the work e-mail.
"""

import json
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.db.models.functions import Lower

FEW, MOST = 100, 500
SEARCHED_AT = "/people/mention"
UNKNOWN = "Nobody who could be chosen here has this user name or work e-mail."


class PersonSelect(forms.Select):
    """A list, or a line to type in: how many there are decides, each time it is drawn."""

    several = False
    choices: Any

    def render(self, name, value, attrs=None, renderer=None):
        people = list(self.choices.queryset[: FEW + 1])
        given = {**(attrs or {})}
        if len(people) > FEW:
            return self._line(name, value, given, renderer)
        every, self.choices = self.choices, self._options(people)
        try:
            return super().render(name, value, {"data-pick": ""} | given, renderer)
        finally:
            self.choices = every

    def _options(self, people: list) -> list[tuple[str, str]]:
        """By name; where two have the same, by user name as well."""
        names = [person.name for person in people]
        empty = self.choices.field.empty_label
        return ([] if empty is None else [("", empty)]) + [
            (
                one.username,
                f"{one.name} ({one.username})" if names.count(one.name) > 1 else one.name,
            )
            for one in people
        ]

    def _line(self, name, value, given: dict[str, Any], renderer) -> str:
        held = [str(one) for one in (value if isinstance(value, (list, tuple)) else [value]) if one]
        known = [one for one in held[:MOST] if one.isprintable()]
        rows = self.choices.queryset.filter(username__in=known).select_related("unit")
        chosen = [{"handle": one.username, "name": one.name, "detail": one.unit.name if one.unit else ""}
                  for one in rows]  # fmt: skip
        given |= {
            "data-people": SEARCHED_AT, "data-chosen": json.dumps(chosen), "autocomplete": "off",
            "spellcheck": "false",
            "placeholder": "User names, with commas between" if self.several else "User name or work e-mail",
        }  # fmt: skip
        if self.several:
            given["data-several"] = ""
        return forms.TextInput().render(name, ", ".join(held), given, renderer)


class PeopleSelect(PersonSelect, forms.SelectMultiple):
    several = True

    def value_from_datadict(self, data, files, name):
        given = super().value_from_datadict(data, files, name)
        if given is None:
            return None
        found: list[Any] = []
        for one in [given] if isinstance(given, str) else given:
            found += _parts(one) if isinstance(one, str) else [one]
        return found


def _parts(typed: str) -> list[str]:
    return [part.strip() for part in typed.split(",") if part.strip()]


def _by_handle(rows, typed: Sequence[Any]) -> list[Any]:
    """The user names that are meant, in whatever case, or whose work e-mail was typed; asked for all
    at once, however many somebody sends."""
    handles = {one.lower() for one in typed if isinstance(one, str) and one.isprintable()}
    people = rows.order_by().annotate(login=Lower("username"), mail=Lower("email"))
    found = people.filter(Q(login__in=handles) | Q(mail__in=handles)) if handles else ()
    named: dict[str, set[str]] = {}
    for one in found:
        for handle in (one.login, one.mail):
            named.setdefault(handle, set()).add(one.username)
    return [
        _meant(one, named.get(one.lower(), set())) if isinstance(one, str) else one for one in typed
    ]


def _meant(typed: str, names: set[str]) -> str:
    return next(iter(names)) if len(names) == 1 else typed


class _ByUserName(forms.ModelChoiceField):
    default_error_messages = {"invalid_choice": UNKNOWN}

    def __init__(self, queryset=None, **options: Any) -> None:
        super().__init__(queryset, **{"to_field_name": "username"} | options)


class PersonChoice(_ByUserName):
    widget = PersonSelect

    def to_python(self, value):
        if isinstance(value, str) and value:
            (value,) = _by_handle(self.queryset, [value.strip()])
        return super().to_python(value)


class PeopleChoice(_ByUserName, forms.ModelMultipleChoiceField):
    widget = PeopleSelect

    def clean(self, value):
        if isinstance(value, (list, tuple)):
            if len(value) > MOST:
                raise forms.ValidationError(f"Choose at most {MOST} people.")
            value = _by_handle(self.queryset, value)
        return super().clean(value)
