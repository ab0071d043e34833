"""Forms of the administration pages; what they ask is checked again where it is done."""

from zoneinfo import available_timezones

from django import forms

from changeoffice.core import outbound
from changeoffice.core.access.models import Practice, Role
from changeoffice.core.people.models import BusinessUnit, Person
from changeoffice.core.record.choosing import PersonChoice
from changeoffice.core.record.inputs import NoNul, SaneDate
from changeoffice.core.record.models import Record

WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
CURRENCIES = ["GBP", "EUR", "USD", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "CAD", "AUD", "NZD",
              "JPY", "INR", "ZAR", "BRL"]  # fmt: skip


class Plain(forms.Form):
    """Text without NUL, which the database cannot hold."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.CharField):
                field.validators.append(NoNul())


def active_units():
    return BusinessUnit.objects.filter(is_active=True)


class HostList(forms.CharField):
    """Names of hosts, one a line; kept as a list."""

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value) -> list[str]:
        found = list(dict.fromkeys(super().to_python(value).lower().split()))
        for host in found:
            if len(found) > 50 or not outbound.HOST.fullmatch(host):
                raise forms.ValidationError(
                    "Write up to 50 names of hosts, each on a line of its own."
                )
        return [host.strip("[]") for host in found]


class PersonForm(Plain):
    name = forms.CharField(max_length=120, label="Name")
    email = forms.EmailField(
        max_length=254, label="Work e-mail", help_text="The invitation goes there."
    )
    username = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=64, label="User name",
        help_text="Letters, digits, dot, dash. It is also how others mention them.",
        error_messages={"invalid": "Use letters, digits, dots and dashes only."},
    )  # fmt: skip
    job_title = forms.CharField(max_length=120, label="Job", required=False)
    unit = forms.ModelChoiceField(
        BusinessUnit.objects.none(), label="Business unit", required=False, empty_label="None"
    )
    reports_to = PersonChoice(
        Person.objects.none(), label="Reports to", required=False, empty_label="Nobody"
    )
    is_outside = forms.BooleanField(
        label="From a supplier",
        required=False,
        help_text="Sees only what names them or their supplier.",
    )
    is_integration = forms.BooleanField(
        label="A program, not a person",
        required=False,
        help_text="Acts through the API with tokens.",
    )

    def __init__(self, *args, editing: bool = False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = active_units()
        self.fields["reports_to"].queryset = Person.objects.staff()
        if editing:
            del self.fields["username"]
            self.fields["email"].help_text = "Sign-in and letters use it."


class RoleForm(Plain):
    role = forms.ChoiceField(choices=[("", "Choose"), *Role.choices], label="Role")
    practice = forms.ChoiceField(
        choices=[("", "None"), *Practice.choices], required=False, label="Practice",
        help_text="Only for a practice owner.",
    )  # fmt: skip
    unit = forms.ModelChoiceField(
        BusinessUnit.objects.none(), required=False, empty_label="Everywhere", to_field_name="code",
        label="In which unit", help_text="It reaches all units below.",
    )  # fmt: skip
    record = forms.CharField(
        max_length=24, required=False, label="Or on one item",
        help_text="Its reference, for example PRJ-041.",
    )  # fmt: skip
    until = SaneDate(
        required=False, label="Until", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The last day; empty for no end.",
    )  # fmt: skip

    def __init__(self, by, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.fields["unit"].queryset = active_units()

    def clean_record(self):
        reference = self.cleaned_data["record"].strip().upper()
        if not reference:
            return None
        found = Record.objects.visible_to(self.by).filter(reference=reference).first()
        if found is None:
            raise forms.ValidationError("There is no such item, or you may not see it.")
        return found


class ReasonForm(Plain):
    reason = forms.CharField(
        max_length=500, label="Why", help_text="It stands on the trail.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


class UnitForm(Plain):
    name = forms.CharField(max_length=120, label="Name")
    code = forms.SlugField(
        max_length=32, label="Code", help_text="Short and lasting; imports and the API use it."
    )
    parent = forms.ModelChoiceField(
        BusinessUnit.objects.none(), required=False, empty_label="At the top", label="Below"
    )
    is_active = forms.BooleanField(required=False, label="In use", initial=True)

    def __init__(self, *args, editing: bool = False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = active_units()
        del self.fields["code" if editing else "is_active"]


class OfficeForm(Plain):
    name = forms.CharField(max_length=80, label="Name of the organisation")
    time_zone = forms.ChoiceField(label="Time zone", help_text="It decides when a day ends.")
    currency = forms.ChoiceField(label="Currency", choices=[(code, code) for code in CURRENCIES])
    weekdays = forms.TypedMultipleChoiceField(
        coerce=int, label="Working days", choices=list(enumerate(WEEKDAYS)),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    holidays_country = forms.ChoiceField(label="Public holidays of", required=False)
    cadence_days = forms.IntegerField(
        min_value=1, max_value=365, label="A status is stale after, in days",
        help_text="Projects not confirmed for longer are not rated.",
    )  # fmt: skip
    inside_hosts = HostList(
        required=False, label="Hosts inside the network that chat messages may go to",
        help_text="One a line, for example chat.office.example. Hosts on the internet need no entry.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(available_timezones())
        self.fields["time_zone"].choices = [(zone, zone.replace("_", " ")) for zone in zones]
        self.fields["holidays_country"].choices = [("", "None"), *countries()]


# Countries whose parts keep different holidays, and where an office is usually in one of them.
BY_PART = {"AU", "CA", "CH", "DE", "GB"}


def countries() -> list[tuple[str, str]]:
    """Countries, and parts of some, whose public holidays the calendar knows: (code, name)."""
    import holidays
    from holidays.registry import COUNTRIES

    known = holidays.list_supported_countries()
    names = {codes[1]: name.replace("_", " ").title() for name, codes in COUNTRIES.items()}
    found = [(code, name) for code, name in names.items() if code in known]
    found += [(f"{code}-{part}", f"{names[code]}, {part}") for code in BY_PART for part in known[code]
              if len(part) <= 3]  # fmt: skip
    return sorted(found, key=lambda row: row[1])
