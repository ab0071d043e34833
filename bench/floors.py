"""The least each page or list could cost: the same rows, plainly, in a bare Django."""

from collections.abc import Callable
from typing import Any

import orjson
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import path

_answers: dict[str, Callable[[], Any]] = {}


def add(name: str, answer: Callable[[], Any]) -> str:
    """Give a floor an address."""
    _answers[name] = answer
    return f"/{name}"


def plain(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(_answers[name]())


urlpatterns = [path("<str:name>", plain)]


def as_json(rows: QuerySet, columns: list[str], most: int = 50) -> bytes:
    return orjson.dumps(list(rows.values(*columns)[:most]), default=str)


def table(columns: list[str]) -> Any:
    cells = "".join(f"<td>{{{{ row.{column} }}}}</td>" for column in columns)
    return Engine().from_string(
        f"<table>{{% for row in rows %}}<tr>{cells}</tr>{{% endfor %}}</table>"
    )


def as_html(template: Any, rows: QuerySet, most: int = 50) -> str:
    return template.render(Context({"rows": list(rows[:most])}))
