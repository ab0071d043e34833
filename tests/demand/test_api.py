"""Demands and approvals through the API."""

import pytest

from tests.demand.conftest import SCORES

pytestmark = pytest.mark.django_db


def test_the_main_job_runs_through_the_api(
    policies, api, author, analyst, manager, sponsor, skill, kpi
):
    theirs, ours = api(author), api(analyst)
    made = theirs.post("/api/v1/demands/", {
        "title": "Show why a payment is held", "need": "Customers call because the app says nothing.",
        "source": "business_unit", "type": "improvement", "sponsor": sponsor.username,
    }, format="json")  # fmt: skip
    assert made.status_code == 201, made.content
    at = f"/api/v1/demands/{made.json()['id']}"

    def do(client, verb, **given):
        answer = client.post(f"{at}/{verb}/", given, format="json")
        assert answer.status_code in (200, 201), answer.content
        return answer.json()

    do(theirs, "submit")
    do(ours, "screen")
    do(ours, "assess")
    do(ours, "scores", **SCORES)
    do(ours, "estimate", skill=skill.name, low_days=10, likely_days=20, high_days=40)
    do(ours, "add-kpi-effect", kpi=kpi.reference, change=-100, by_on="2027-08-31")
    asked = do(ours, "request-approval")
    assert asked["state"] == "approval"
    assert asked["waits_for"] == [manager.username]
    assert asked["score"] == "6.00" and asked["rank"] == 1
    steps = api(manager).get("/api/v1/approvals/", {"demand": made.json()["id"]}).json()["results"]
    assert [(s["kind"], s["state"], s["may_decide"]) for s in steps] == [("manager", "asked", True)]
    answer = api(manager).post(f"/api/v1/approvals/{steps[0]['id']}/approve/", {}, format="json")
    assert answer.status_code == 200 and answer.json()["state"] == "approved", answer.content
    done = do(ours, "schedule", starts_on="2027-01-11", finishes_on="2027-08-31")
    assert done["state"] == "scheduled"
    assert {"hand-over"} <= {v["name"] for v in done["verbs"]} or "verbs" in done
