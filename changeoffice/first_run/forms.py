"""What the first steps ask; each is checked again where it is done."""

from zoneinfo import available_timezones

from django import forms

from changeoffice.core.access.models import Practice, Role
from changeoffice.core.administration.forms import CURRENCIES, OfficeForm, Plain, countries
from changeoffice.core.people.models import BusinessUnit
from changeoffice.core.record.inputs import OneLine

MOST_PEOPLE = 200
NOT_FIRST = {Role.PRACTICE_OWNER, Role.SUPPLIER, Role.INTEGRATION}
ROLES = [
    ("", "Staff"),
    *((code, label) for code, label in Role.choices if code not in NOT_FIRST),
    *((f"{Role.PRACTICE_OWNER}:{code}", f"Practice owner, {label.lower()}")
      for code, label in Practice.choices),
]  # fmt: skip


class OrganisationForm(Plain):
    name = OneLine(max_length=80, label="Name of the organisation")
    currency = forms.ChoiceField(label="Currency", choices=[(code, code) for code in CURRENCIES])
    time_zone = forms.ChoiceField(label="Time zone", help_text="It decides when a day ends.")
    holidays_country = forms.ChoiceField(label="Public holidays of", required=False)
    person_name = OneLine(max_length=120, label="Your name")
    email = forms.EmailField(max_length=254, label="Your work e-mail")
    username = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=64, label="Your user name",
        error_messages={"invalid": "Use letters, digits, dots and dashes only."},
    )  # fmt: skip
    password = forms.CharField(
        max_length=200, label="A password", help_text="At least twelve characters.", strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(available_timezones())
        self.fields["time_zone"].choices = [(zone, zone.replace("_", " ")) for zone in zones]
        self.fields["holidays_country"].choices = [("", "None"), *countries()]


class WorkingDaysForm(Plain):
    weekdays = OfficeForm.base_fields["weekdays"]
    holidays_country = OfficeForm.base_fields["holidays_country"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holidays_country"].choices = [("", "None"), *countries()]


class NewcomerForm(Plain):
    name = OneLine(max_length=120, required=False, label="Name")
    email = forms.EmailField(max_length=254, required=False, label="E-mail")
    unit = forms.CharField(max_length=120, required=False, label="Unit")
    role = forms.ChoiceField(choices=ROLES, required=False, label="Role")

    def clean(self):
        given = super().clean()
        if given.get("name") and not given.get("email") and "email" not in self.errors:
            self.add_error("email", "The invitation needs an address.")
        if given.get("email") and not given.get("name"):
            self.add_error("name", "Say who that is.")
        return given

    def clean_unit(self) -> BusinessUnit | None:
        words = self.cleaned_data["unit"].strip()
        if not words:
            return None
        units = BusinessUnit.objects.filter(is_active=True)
        found = units.filter(code__iexact=words).first() or units.filter(name__iexact=words).first()
        if found is None:
            raise forms.ValidationError(f"There is no unit “{words}” yet. Add it first.")
        return found


Newcomers = forms.formset_factory(
    NewcomerForm, extra=0, max_num=MOST_PEOPLE, absolute_max=MOST_PEOPLE + 50, validate_max=True
)


def pasted(words: str) -> list[dict[str, str]]:
    """Rows of name, e-mail, unit and role as a spreadsheet copies them; roles by code or label. The
    first line may be a heading; a role nobody knows stays as it was written."""
    known = {label.lower(): code for code, label in ROLES} | {
        code.lower(): code for code, _ in ROLES
    }
    found = []
    for place, line in enumerate(words.replace("\x00", "").splitlines()[:MOST_PEOPLE]):
        mark = next((mark for mark in "\t;," if mark in line), "\t")
        cells = [cell.strip().strip('"')[:254] for cell in line.split(mark)]
        if any(cells) and ("@" in line or place):
            name, email, unit, role = (*cells, "", "", "", "")[:4]
            found.append({"name": name, "email": email, "unit": unit,
                          "role": known.get(role.lower(), role)})  # fmt: skip
    return found
