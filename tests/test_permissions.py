"""Every route × method × role against one readable table, tests/permissions.csv.

A route that is not in the table fails the test. `UPDATE_PERMISSIONS=1 make test
TESTS=tests/test_permissions.py` writes the table anew: read the difference before committing it.
What must hold whatever the table says is asserted beside it.
"""

import csv
import os
import re
from pathlib import Path

import pytest
from django.test import Client

from tests.walking import answer, concrete, methods, routes, scene  # noqa: F401

TABLE = Path(__file__).with_name("permissions.csv")
ROLES = [
    "anonymous", "outsider", "stranger", "author", "analyst", "manager", "project_manager",
    "service_owner", "approver", "finance", "leader", "auditor", "administrator",
]  # fmt: skip
NOBODY_SIGNED_IN = re.compile(
    r"^/(setup$|sign-in|sign-out|sign-up|livez|readyz|metrics|password|account|reset|inactive)"
)


def walk(scene: dict, clients: dict[str, Client]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for route, item in routes():
        for address in concrete(route, item, scene):
            shown = address
            for plural, reference in scene.items():
                if isinstance(reference, str) or address.startswith(f"/{plural}/"):
                    shown = shown.replace(f"/{reference}", f"/{{{plural}}}")
            for method in methods(item):
                found[(shown, method)] = [
                    str(answer(clients[role], address, method).status_code) for role in ROLES
                ]
    return found


@pytest.fixture
def clients(request, page) -> dict[str, Client]:
    return {
        role: Client() if role == "anonymous" else page(request.getfixturevalue(role))
        for role in ROLES
    }


def test_every_route_answers_every_role_as_the_table_says(scene, clients):
    found = walk(scene, clients)
    if os.environ.get("UPDATE_PERMISSIONS"):
        with TABLE.open("w", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(["route", "method", *ROLES])
            writer.writerows([*key, *row] for key, row in sorted(found.items()))
    with TABLE.open(newline="") as file:
        expected = {
            (row["route"], row["method"]): [row[role] for role in ROLES]
            for row in csv.DictReader(file)
        }
    assert sorted(set(found) - set(expected)) == [], "routes that are not in the table"
    assert sorted(set(expected) - set(found)) == [], "routes in the table that are gone"
    wrong = {key: (expected[key], row) for key, row in found.items() if expected[key] != row}
    assert wrong == {}
    column = {role: number for number, role in enumerate(ROLES)}
    for (address, method), row in found.items():
        faults = [
            f"{role} {code}" for role, code in zip(ROLES, row, strict=True) if code.startswith("5")
        ]
        assert not faults, f"{method} {address}: {faults}"
        if address.startswith("/api/"):
            assert row[column["anonymous"]] == "401", (
                f"{method} {address} answers without a sign-in"
            )
        elif not NOBODY_SIGNED_IN.match(address):
            assert row[column["anonymous"]] == "302", (
                f"{method} {address} answers without a sign-in"
            )
        if address.startswith("/admin/") and not address.startswith(
            ("/admin/jobs", "/admin/trail")
        ):
            assert row[column["stranger"]] in {"403", "404", "405"}, (
                f"{method} {address} is open to staff"
            )
        if "{" in address:
            assert row[column["outsider"]] in {"302", "401", "403", "404", "405"}, (
                f"{method} {address} exists for an outsider"
            )
