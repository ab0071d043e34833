"""Every answer the API gives in any test, held against the OpenAPI document it publishes."""

import functools
import re
from typing import Any

import jsonschema_rs
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

PREFIX = "/api/v1/"


class CheckedClient(APIClient):
    """An API client whose every answer must be one the schema describes."""

    def request(self, **request):
        answer = super().request(**request)
        path, method = request["PATH_INFO"], request["REQUEST_METHOD"].lower()
        if path.startswith(PREFIX) and not path.startswith(f"{PREFIX}schema/"):
            described(method, path, answer)
        return answer


def described(method: str, path: str, answer) -> None:
    template = template_of(path)
    said = f"{method.upper()} {path} answered {answer.status_code}"
    if template is None:
        assert answer.status_code == 404, f"{said}, but the schema knows no such path"
        return
    if method not in document()["paths"][template]:
        assert answer.status_code in (405, 413) or method == "options", f"{said}: not in the schema"
        return
    known = document()["paths"][template][method]["responses"]
    assert str(answer.status_code) in known, f"{said}: not in the schema"
    content = resolved(known[str(answer.status_code)]).get("content", {})
    kind = answer.get("Content-Type", "").partition(";")[0]
    assert (kind in content) or not content, f"{said} with {kind}: not in the schema"
    if not answer.streaming and kind.endswith("json"):
        faults = [
            f"{'/'.join(map(str, fault.instance_path))}: {fault.message[:300]}"
            for fault in validator(template, method, str(answer.status_code), kind).iter_errors(
                answer.json()
            )
        ]
        assert not faults, f"{said}: {faults}"


@functools.cache
def document() -> dict[str, Any]:
    """The schema with every object closed: a field it does not name is a mismatch."""
    return closed(SchemaGenerator().get_schema(request=None, public=True))


def closed(part: Any) -> Any:
    if isinstance(part, list):
        return [closed(item) for item in part]
    if not isinstance(part, dict):
        return part
    out = {name: closed(item) for name, item in part.items()}
    if isinstance(part.get("properties"), dict) and "type" in part:
        out.setdefault("additionalProperties", False)
    return out


@functools.cache
def template_of(path: str) -> str | None:
    for pattern, template in templates():
        if pattern.fullmatch(path):
            return template
    return None


@functools.cache
def templates() -> list[tuple[re.Pattern, str]]:
    """Literal paths before those with a placeholder in the same place."""
    ordered = sorted(document()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), path) for path in ordered]


@functools.cache
def validator(template: str, method: str, status: str, kind: str):
    answers = document()["paths"][template][method]["responses"]
    schema = resolved(answers[status])["content"][kind]["schema"]
    return jsonschema_rs.Draft202012Validator(
        schema | {"components": document()["components"]}, validate_formats=True
    )


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    found: Any = document()
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found
