"""Every route × method × role against one readable table, tests/permissions.csv.

A route that is not in the table fails the test. What must hold whatever the table says is asserted
beside it.
"""

import re
from pathlib import Path

import pytest
from django.test import Client

from tests.walking import answer, concrete, is_walked, methods, routes, scene, table  # noqa: F401

TABLE = Path(__file__).with_name("permissions.csv")
ROLES = [
    "anonymous", "outsider", "stranger", "author", "analyst", "manager", "project_manager",
    "service_owner", "approver", "finance", "leader", "auditor", "administrator",
]  # fmt: skip
NOBODY_SIGNED_IN = re.compile(
    r"^/(setup$|sign-in|sign-out|sign-up|livez|readyz|metrics|password|account|reset|inactive)"
)


def walk(scene: dict, clients: dict[str, Client]) -> dict[tuple[str, str], dict[str, str]]:
    found: dict[tuple[str, str], dict[str, str]] = {}
    for route, item in filter(lambda one: is_walked(one[0]), routes()):
        for address in concrete(route, item, scene):
            shown = address
            for plural, reference in scene.items():
                if isinstance(reference, str) or address.startswith(f"/{plural}/"):
                    shown = shown.replace(f"/{reference}", f"/{{{plural}}}")
            for method in methods(item):
                found[(shown, method)] = {
                    role: str(answer(clients[role], address, method).status_code) for role in ROLES
                }
    return found


@pytest.fixture
def clients(request, page) -> dict[str, Client]:
    return {
        role: Client() if role == "anonymous" else page(request.getfixturevalue(role))
        for role in ROLES
    }


def test_every_route_answers_every_role_as_the_table_says(scene, clients):
    found = walk(scene, clients)
    expected = table(TABLE, ["route", "method"], ROLES, found)
    assert sorted(set(found) - set(expected)) == [], "routes that are not in the table"
    assert sorted(set(expected) - set(found)) == [], "routes in the table that are gone"
    wrong = {key: (expected[key], row) for key, row in found.items() if expected[key] != row}
    assert wrong == {}
    for (address, method), row in found.items():
        faults = [f"{role} {code}" for role, code in row.items() if code.startswith("5")]
        assert not faults, f"{method} {address}: {faults}"
        if address.startswith("/api/"):
            assert row["anonymous"] == "401", f"{method} {address} answers without a sign-in"
        elif not NOBODY_SIGNED_IN.match(address):
            refused = row["anonymous"] == "302" or set(row.values()) == {"405"}
            assert refused, f"{method} {address} answers without a sign-in"
        if address.startswith("/admin/") and not address.startswith(
            ("/admin/jobs", "/admin/trail")
        ):
            assert row["stranger"] in {"403", "404", "405"}, f"{method} {address} is open to staff"
        if "{" in address:
            assert row["outsider"] in {"302", "401", "403", "404", "405"}, (
                f"{method} {address} exists for an outsider"
            )
