"""OpenAPI details the framework cannot guess."""

from typing import Any

from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_parameter_type

PROBLEMS = {
    "400": "Bad input", "401": "No token", "403": "No right", "404": "Not found",
    "405": "Method not offered", "406": "Not in this format", "409": "Not now", "412": "Stale",
    "413": "Too large", "415": "Wrong content type", "422": "Key reused",
    "429": "Too many requests", "503": "Busy",
}  # fmt: skip


class Schema(AutoSchema):
    """Errors are problem documents everywhere; operations are grouped by collection."""

    def get_tags(self) -> list[str]:
        return [getattr(self.view, "area", None) or super().get_tags()[0]]

    def get_operation(self, path, path_regex, path_prefix, method, registry):
        operation = super().get_operation(path, path_regex, path_prefix, method, registry)
        if not operation:
            return operation
        for status in PROBLEMS:
            operation["responses"].setdefault(status, {"$ref": f"#/components/responses/{status}"})
        if method == "POST" and getattr(self.view, "answers_once", False):
            operation.setdefault("parameters", []).append(
                {"$ref": "#/components/parameters/IdempotencyKey"}
            )
        for answer in operation["responses"].values():
            if "text/csv" in answer.get("content", {}):
                answer["content"]["text/csv"] = {"schema": {"type": "string"}}
        return operation

    def get_filter_backends(self) -> list:
        """Lists apply their filter sets themselves; here they are only described."""
        described = self._is_list_view() and hasattr(self.view, "filterset_class")
        return [DjangoFilterBackend] if described else []


class WholeList:
    """Describes a short list, answered whole."""

    def get_schema_operation_parameters(self, view) -> list[dict[str, Any]]:
        return []

    def get_paginated_response_schema(self, rows: dict[str, Any]) -> dict[str, Any]:
        return {"type": "object", "required": ["results"], "properties": {"results": rows}}


class CursorPages(WholeList):
    """Describes what `cursor_page` takes and answers."""

    def get_schema_operation_parameters(self, view) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": 500, "default": 50}
        given = {
            "page_size": (size, "Rows on a page."),
            "cursor": ({"type": "string"}, "From `next` or `previous`, with the same filters."),
            "count": ({"type": "boolean"}, "Add the exact number of all rows."),
        }
        return [
            build_parameter_type(name, schema, "query", description=words)
            for name, (schema, words) in given.items()
        ]

    def get_paginated_response_schema(self, rows: dict[str, Any]) -> dict[str, Any]:
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object", "required": ["next", "previous", "results"],
            "properties": {"next": address, "previous": address, "results": rows,
                           "count": {"type": "integer"}},
        }  # fmt: skip


class TrimmedPages(CursorPages):
    """Pages of rows that `?fields=` may trim."""

    def get_paginated_response_schema(self, rows: dict[str, Any]) -> dict[str, Any]:
        return super().get_paginated_response_schema(rows) | {"x-trimmed": True}


class WorkSchema(OpenApiSerializerExtension):
    """Figures are left out for those who may not see them; verbs are there when asked for."""

    target_class = "changeoffice.core.doors.api.views.WorkSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema, direction):
        found = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        figures = self.target.figures
        found["required"] = [name for name in found["required"] if name not in figures]
        found["properties"] |= {"verbs": {"type": "array", "items": VERB}, "made": MADE}
        return found


class InputSchema(OpenApiSerializerExtension):
    """A field that is not known is refused; what differs by record is not all described."""

    target_class = "changeoffice.core.record.inputs.InputSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema, direction):
        found = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return found | {"additionalProperties": self.target.varies}


def finish(result: dict[str, Any], generator, request, public) -> dict[str, Any]:
    """Put what every operation refers to beside the other components, once."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    parts = result["components"]
    parts["schemas"]["Problem"] = PROBLEM
    parts["responses"] = {
        status: {"description": words, "content": content} for status, words in PROBLEMS.items()
    }
    parts["parameters"] = {"IdempotencyKey": {
        "name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 255},
        "description": "The same key and body within 24 hours get the first answer again.",
    }}  # fmt: skip
    for page in [page for page in parts["schemas"].values() if page.pop("x-trimmed", False)]:
        _promise_nothing(page["properties"]["results"]["items"], parts["schemas"])
    return result


def _promise_nothing(items: dict[str, str], schemas: dict[str, Any]) -> None:
    """A row has the fields of its record, but `?fields=` may leave any of them out."""
    name = items["$ref"].rpartition("/")[2]
    promised = schemas[name].pop("required")
    schemas[f"{name}Row"] = schemas[name]
    items["$ref"] += "Row"
    schemas[name] = {"allOf": [dict(items)], "required": promised}


VERB = {
    "type": "object", "required": ["name", "label", "open", "reasons"],
    "properties": {
        "name": {"type": "string"}, "label": {"type": "string"}, "open": {"type": "boolean"},
        "reasons": {"type": "array", "items": {"type": "string"}},
    },
}  # fmt: skip
MADE = {
    "type": "object",
    "required": ["kind", "id", "url"],
    "description": "What the verb made beside this record.",
    "properties": {name: {"type": "string"} for name in ("kind", "id", "url")},
}
PROBLEM = {
    "type": "object", "required": ["type", "title", "status", "detail", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object", "required": ["field", "message", "code"],
                "properties": {
                    "field": {"type": "string"},
                    "message": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
        "state": {"type": "string", "description": "The record's state, when it refuses a verb."},
        "version": {"type": "integer", "description": "The record's version, when yours is stale."},
        "changed": {"type": "array", "items": {"type": "string"},
                    "description": "The fields changed since your version."},
    },
}  # fmt: skip
