"""What the house promises of its own shape, read from the code itself."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

from changeoffice.core import ports
from changeoffice.core.record.history import history_of
from changeoffice.core.record.models import Work

ROOT = Path(__file__).parents[1]
PACKAGES = ("changeoffice", "ideation", "demand", "portfolio", "practices")
WORKS = [model for model in apps.get_models() if issubclass(model, Work)]
# Sign-up answers that it is closed; the sign-in library reverses its name.
OPEN_ROUTES = {"setup",
    "account_login", "account_logout", "account_signup", "account_inactive", "livez", "readyz", "metrics",
}  # fmt: skip


def modules() -> list[Path]:
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def sets_a_state(node: ast.AST) -> bool:
    """`x.state = …`, or `.update(state=…)`, anywhere."""
    if isinstance(node, (ast.Assign, ast.AugAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = [n for t in targets for n in (t.elts if isinstance(t, ast.Tuple) else [t])]
        return any(isinstance(n, ast.Attribute) and n.attr == "state" for n in names)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr == "update" and any(k.arg == "state" for k in node.keywords)
    return False


def test_nothing_but_a_verb_moves_the_state_of_a_work():
    """Only `settle` writes it. Rows that are no Work (rounds, steps, runs) keep theirs in a model."""
    moving = set()
    for path in modules():
        tree = ast.parse(path.read_text())
        if any(sets_a_state(node) for node in ast.walk(tree)):
            moving.add(str(path.relative_to(ROOT)))
    in_models = {name for name in moving if "models" in name}
    assert moving - in_models == set()
    assert "changeoffice/core/record/models/work.py" in in_models


@pytest.mark.parametrize("model", WORKS, ids=lambda model: model.__name__)
def test_every_kind_of_work_is_declared_whole(model):
    assert model.kind and model.prefix and model.plural and model.states
    assert history_of(model)._meta.db_table
    named = {trigger.name for trigger in model._meta.triggers}
    assert {"keep_header", "never_deleted"} <= named
    for name, verb in model.verbs().items():
        known = set(model.states) | {"*"}
        assert verb.source <= known, f"{name} starts from an unknown state"
        assert verb.target in {None, "?", *model.states}, f"{name} ends in an unknown state"
        assert verb.body.__doc__ or name == "revise", f"{name} says nothing about itself"


def test_kinds_and_prefixes_are_unique():
    for attribute in ("kind", "prefix", "plural"):
        values = [getattr(model, attribute) for model in WORKS]
        assert len(values) == len(set(values)), attribute


def test_every_carried_verb_exists_upstream():
    kinds = {model.kind: model for model in WORKS}
    for kind, verb in ports.next_steps:
        assert not kinds[kind].verbs()[verb].door, f"{kind}.{verb} would be offered twice"


def routes(patterns, prefix: str = ""):
    for item in patterns:
        if isinstance(item, URLResolver):
            yield from routes(item.url_patterns, prefix + str(item.pattern))
        elif isinstance(item, URLPattern):
            yield prefix + str(item.pattern), item


def test_every_page_needs_a_sign_in_unless_it_is_on_the_short_list():
    open_ones = set()
    for route, item in routes(get_resolver().url_patterns):
        if route.startswith("api/"):
            continue  # the API answers 401 itself; tests/core/test_api_contract.py
        if getattr(item.callback, "login_required", True) is False:
            open_ones.add(item.name or route)
    assert open_ones - OPEN_ROUTES == {
        name for name in open_ones if "password" in name or "reset" in name
    }


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda p: p.name)
def test_templates_hold_no_inline_script_and_nothing_from_elsewhere(path):
    text = path.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert "<style" not in text and "javascript:" not in text
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", text)


def test_no_module_has_grown_two_ideas():
    long = {
        str(p.relative_to(ROOT)): n for p in modules() if (n := p.read_text().count("\n")) > 400
    }
    assert long == {}
