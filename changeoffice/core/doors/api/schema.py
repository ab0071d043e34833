"""OpenAPI details the framework cannot guess."""

from drf_spectacular.openapi import AutoSchema


class Schema(AutoSchema):
    """Errors are problem documents everywhere; operations are grouped by collection."""

    def get_tags(self) -> list[str]:
        return [getattr(self.view, "area", None) or super().get_tags()[0]]

    def get_operation(self, path, path_regex, path_prefix, method, registry):
        operation = super().get_operation(path, path_regex, path_prefix, method, registry)
        if operation:
            problems = {"application/problem+json": {"schema": PROBLEM}}
            for status, words in (("400", "Bad input"), ("401", "No token"), ("403", "No right"),
                                  ("404", "Not found"), ("405", "Method not offered"),
                                  ("409", "Not now"), ("412", "Stale"), ("413", "Too large"),
                                  ("415", "Wrong content type"), ("422", "Key reused"),
                                  ("429", "Too many requests")):  # fmt: skip
                operation["responses"].setdefault(
                    status, {"description": words, "content": problems}
                )
        return operation


PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "message": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
}
