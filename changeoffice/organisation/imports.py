"""Services and configuration items out of a file."""

from pathlib import Path
from typing import Any

from changeoffice.core.imports import finding
from changeoffice.core.imports.kinds import Field, WorkFile
from changeoffice.core.record.errors import Invalid
from changeoffice.organisation.models import ADDERS, ConfigurationItem, Reference, Service

MAPPINGS = Path(__file__).parent / "mappings"
NAME = Field("title", "Name", required=True, max=200, synonyms=("name", "title"))
UNIT = Field("unit", "Business unit", "reference",
             synonyms=("unit", "business unit", "department"))  # fmt: skip


class RegisterFile(WorkFile):
    """A register: names, people and units, and whatever plain fields its kind has."""

    model: type[Reference]
    roles = ADDERS
    mappings = MAPPINGS
    plain: tuple[str, ...] = ()
    links: dict[str, type[Reference]] = {}  # many-to-many fields: what they name

    def rows(self):
        return self.model._default_manager.select_related("owner", "unit").prefetch_related(
            *self.links
        )

    def values_now(self, record) -> dict[str, Any]:
        return {name: getattr(record, name) for name in ("title", *self.plain)} | {
            "owner": record.owner.username if record.owner else "",
            "unit": record.unit.code if record.unit else "",
            **{
                name: sorted(one.reference for one in getattr(record, name).all())
                for name in self.links
            },
        }

    def meant(self, values, record, source, by) -> dict[str, Any]:
        found = dict(values)
        if "owner" in found:
            owner = finding.person(found["owner"], "owner")
            found["owner"] = owner.username if owner else ""
        if "unit" in found:
            unit = finding.unit(found["unit"], "unit")
            found["unit"] = unit.code if unit else ""
        for name, model in self.links.items():
            if name in found:
                rows = finding.records(model, found[name], name, source=source, by=by)
                found[name] = sorted({row.reference for row in rows})
        return found

    def create(self, values: dict[str, Any], *, source: str, by):
        return self.model.add(by=by, **self._own(values))

    def update(self, record, changes: dict[str, Any], *, source: str, by) -> None:
        record.revise(by=by, **self._own(changes))

    def _own(self, values: dict[str, Any]) -> dict[str, Any]:
        own = {name: values[name] for name in ("title", *self.plain) if name in values}
        own = {
            name: value
            for name, value in own.items()
            if value is not None or self._may_be_none(name)
        }
        if "owner" in values:
            own["owner"] = finding.person(values["owner"], "owner")
        if "unit" in values:
            own["unit"] = finding.unit(values["unit"], "unit")
        for name, model in self.links.items():
            if name in values:
                own[name] = list(model._default_manager.filter(reference__in=values[name]))
        return own

    def _may_be_none(self, name: str) -> bool:
        return self.model._meta.get_field(name).null


class ServiceFile(RegisterFile):
    name, title, model = "services", "Services", Service
    plain = ("description", "criticality", "users", "support_hours", "peak_times")
    fields = (
        NAME,
        Field("description", "What it does for the business", "long_text",
              synonyms=("description", "purpose")),
        Field("owner", "Service owner", "person", synonyms=("owner", "service owner")),
        UNIT,
        Field("criticality", "Business criticality", "choice",
              choices=tuple((str(code), label) for code, label in Service.Criticality.choices),
              synonyms=("criticality", "priority", "tier")),
        Field("users", "Users", "number", synonyms=("users", "number of users")),
        Field("support_hours", "Support hours", max=80, synonyms=("support hours", "hours")),
        Field("peak_times", "Peak times", max=200, synonyms=("peak times", "peaks")),
    )  # fmt: skip

    def meant(self, values, record, source, by) -> dict[str, Any]:
        found = super().meant(values, record, source, by)
        for name in ("criticality", "users"):
            if found.get(name) is not None:
                found[name] = _whole(found[name], name)
        return found


class ConfigurationItemFile(RegisterFile):
    name, title, model = "configuration_items", "Configuration items", ConfigurationItem
    plain = ("type", "environment")
    links = {"supports": Service, "depends_on": ConfigurationItem}
    fields = (
        NAME,
        Field("type", "Type", "choice", choices=tuple(ConfigurationItem.Type.choices),
              synonyms=("type", "ci type", "class")),
        Field("environment", "Environment", "choice",
              choices=tuple(ConfigurationItem.Environment.choices),
              synonyms=("environment", "env", "stage")),
        Field("owner", "Owner", "person", synonyms=("owner", "managed by")),
        UNIT,
        Field("supports", "Supports services", "reference", many=True,
              synonyms=("service", "services", "supports", "business service"),
              hint="Names or references, separated by semicolons."),
        Field("depends_on", "Depends on", "reference", many=True,
              synonyms=("depends on", "dependencies", "parent", "runs on"),
              hint="Names or references of other items, separated by semicolons."),
    )  # fmt: skip

    def meant(self, values, record, source, by) -> dict[str, Any]:
        found = super().meant(values, record, source, by)
        if record is not None and record.reference in found.get("depends_on", ()):
            raise Invalid(depends_on="An item does not depend on itself.")
        return found


def _whole(value: Any, field: str) -> int:
    number = int(value)
    known = field != "criticality" or number in Service.Criticality.values
    if number != float(value) or not 0 <= number <= 2_000_000_000 or not known:
        raise Invalid(**{field: "Choose 1 to 4." if not known else "Give a whole number."})
    return number


KINDS = (ServiceFile(), ConfigurationItemFile())
