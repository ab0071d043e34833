"""How people and records stand in an answer, and the one object a request may carry."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.models import Work


def _of_text(*names: str) -> dict[str, Any]:
    properties = {name: {"type": "string"} for name in names}
    return {"type": "object", "required": list(names), "properties": properties}


@extend_schema_field(_of_text("username", "name"))
class PersonField(serializers.RelatedField):
    """A person by user name and name."""

    def __init__(self, **options) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, person) -> dict[str, str]:
        return {"username": person.username, "name": person.name}


@extend_schema_field(_of_text("id", "title") | {"type": ["object", "null"]})
class ReferenceField(serializers.RelatedField):
    """Another record by its reference and title; null where the caller may not see it."""

    def __init__(self, **options) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, work) -> dict[str, str] | None:
        request = self.context.get("request")  # none: the caller asked for what it may see itself
        if request and isinstance(work, Work) and not work.is_visible_to(request.user):
            return None
        return {"id": work.reference, "title": work.title}


def body_of(request) -> dict[str, Any]:
    if not hasattr(request.data, "keys"):
        raise Invalid(__all__="Send one JSON object.")
    return dict(request.data.items())
