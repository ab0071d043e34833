"""Requests made up from the schema against a running server, as one role beside a peer of it.

`make test` sends them for one role to ideas and demands, for half a minute; `make test-api` for
every role to everything: as many to each operation as `CASES` says (6: half an hour for all roles
even on a busy machine), whatever time they take, so that load leaves no operation out.
Two users are configured, so that what one of them makes for himself is asked for by the other.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from drf_spectacular.generators import SchemaGenerator

from changeoffice.core.access.models import ApiToken
from changeoffice.core.access.tokens import api_areas
from tests.test_permissions import scene  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
EVERY_ROLE = bool(os.environ.get("EVERY_ROLE"))
CASES = os.environ.get("CASES", "6" if EVERY_ROLE else "15")  # for each operation
SEED = os.environ.get("SEED", "1")
READING = "reading"  # a token that may read everything its person may, and write nothing
ROLES = [
    "stranger", "analyst", "manager", "project_manager", "leader", "auditor", "administrator",
    "outsider", READING,
] if EVERY_ROLE else ["stranger"]  # fmt: skip
CHECKS = [
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_schema_conformance", "unsupported_method", "use_after_free", "ignored_auth",
    "object_level_authorization",
]  # fmt: skip

REACHED = r"Selected: (\d+)/\d+\s+Tested: (\d+)"  # operations, in the summary

# Drafts are their author's alone: what one peer makes here the other must not get.
OWN_THINGS = r"^/api/v1/(ideas|demands)/({id}/(history/|comments/|submit/)?)?$"


def token_for(person, *scopes: str) -> tuple[ApiToken, str]:
    return ApiToken.objects.create(user=person, name="fuzz", scopes=list(scopes) or ["admin"])


@pytest.mark.parametrize("role", ROLES)
def test_no_request_breaks_the_server_or_passes_a_right(
    role, request, scene, settings, live_server, tmp_path, make_person
):
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    if role == READING:
        person = request.getfixturevalue("manager")
        scopes = [f"{area}:read" for area in api_areas()]
    else:
        person, scopes = request.getfixturevalue(role), []
    peer = make_person("Petra Peer")
    _, own = token_for(person, *scopes)
    held, other = token_for(peer)
    write_config(tmp_path, {"own": own, "peer": other}, scene)
    done = run(tmp_path, live_server.url)
    print(done.stdout[-20_000:], done.stderr[-2_000:])  # -rP shows how many requests were sent
    assert done.returncode == 0
    assert "will not run" not in done.stdout
    if EVERY_ROLE:
        selected, tested = re.search(REACHED, done.stdout).groups()
        assert tested == selected
    if role == "stranger":  # who may make things others may not see: the peer was sent to look
        held.refresh_from_db()
        assert held.last_used_on, "the object-level check asked nothing as the peer"


def write_config(folder: Path, tokens: dict[str, str], scene: dict) -> None:
    """Two peers, and the references of things that exist for a part of the paths."""
    (folder / "users.json").write_text(json.dumps({"auth": [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {token}"}]}
        for name, token in tokens.items()
    ]}))  # fmt: skip
    schema = SchemaGenerator().get_schema(request=None, public=True)
    (folder / "openapi.json").write_text(json.dumps(schema))
    lines = ["[auth.wfc]", f'path = "{folder / "users.json"}"', 'user = "own"',
             'peers = ["own", "peer"]']  # fmt: skip
    known = {plural: reference for plural, reference in scene.items()
             if EVERY_ROLE and f"/api/v1/{plural}/{{id}}/" in schema["paths"]}  # fmt: skip
    for plural, reference in known.items():
        lines += [f"[dictionaries.{plural}]", f'values = ["{reference}"]']
    for plural in known:
        lines += ["[[operations]]", f'include-path-regex = "^/api/v1/{plural}/{{id}}/"',
                  f'parameters = {{ "path.id" = {{ dictionary = "{plural}", probability = 0.6 }} }}']  # fmt: skip
    (folder / "st.toml").write_text("\n".join(lines))


def run(folder: Path, url: str) -> subprocess.CompletedProcess:
    """With one worker: in Python 3.11 two threads that parse source text at once, as the generator
    does to name its parts, break each other ("AST constructor recursion depth mismatch")."""
    return subprocess.run(
        [Path(sys.executable).with_name("st"), "--config-file", folder / "st.toml", "run",
         folder / "openapi.json", "--url", url, "--phases", "fuzzing,stateful",
         "--checks", ",".join(CHECKS), "--max-examples", CASES, "--workers", "1",
         "--seed", SEED, "--max-failures", "50",
         *(["--mode", "all"] if EVERY_ROLE else
           ["--mode", "positive", "--max-time", "30", "--include-path-regex", OWN_THINGS]),
         "--suppress-health-check", "all", "--no-shrink", "--request-timeout", "30"],
        capture_output=True, text=True, cwd=folder, check=False,
    )  # fmt: skip
