"""Approval policies and delegates by API: what their pages do, for the same people."""

from datetime import timedelta

import pytest

from changeoffice.core.administration.models import AdminEvent
from changeoffice.core.approvals.models import ApprovalPolicy, Delegation, Patience
from changeoffice.core.record import clock
from tests.demand.conftest import make_demand, policies  # noqa: F401

pytestmark = pytest.mark.django_db
URL = "/api/v1/approval-policies/"
NEW = {"name": "Risky ones", "cost_above": 1000, "risks": ["high"],
       "steps": [["manager"], ["sponsor", "compliance"]], "reason": "The audit asks for it"}  # fmt: skip


def test_a_policy_is_added_changed_moved_and_switched_with_a_reason(
    policies, api, manager, auditor
):
    client = api(manager)
    made = client.post(URL, NEW, format="json")
    assert made.status_code == 201, made.content
    told = made.json()
    assert told["steps"] == NEW["steps"] and told["is_active"]
    assert (told["when"], told["who"]) == (
        "Cost above £1,000 and risk High", "Manager, then Sponsor and Compliance",
    )  # fmt: skip
    at = f"{URL}{told['id']}/"
    sent = NEW | {"steps": [["finance"]], "seen": told["seen"]}
    changed = client.patch(at, sent, format="json")
    assert changed.status_code == 200 and changed.json()["steps"] == [["finance"]]
    stale = client.patch(at, NEW | {"seen": told["seen"]}, format="json")
    assert stale.status_code == 409 and "since you opened it" in stale.json()["detail"]
    assert client.post(f"{at}move/", {"to": "up"}, format="json").status_code == 200
    off = client.post(f"{at}switch/", {"on": False, "reason": "Not now"}, format="json")
    assert off.json()["is_active"] is False
    assert client.post(f"{at}switch/", {"on": False, "reason": "Not now"}).status_code == 409
    names = [row["name"] for row in api(auditor).get(f"{URL}?kind=demand").json()["results"]]
    assert len(names) == ApprovalPolicy.objects.count() and "Risky ones" in names[:-1]
    assert set(AdminEvent.objects.values_list("verb", flat=True)) >= {
        "add_policy", "edit_policy", "move_policy", "switch_policy",
    }  # fmt: skip


@pytest.mark.parametrize("wrong, field", [
    ({"steps": []}, "steps"), ({"steps": "manager"}, "steps"), ({"steps": [["king"]]}, "steps"),
    ({"steps": [["manager"], ["manager"]]}, "steps"), ({"steps": [[{"a": 1}]]}, "steps"),
    ({"risks": ["wild"]}, "risks"), ({"risks": [["high"]]}, "risks"), ({"cost_above": -1}, "cost_above"),
    ({"cost_up_to": 5}, "cost_up_to"), ({"reason": ""}, "reason"), ({"kind": "dragon"}, "kind"),
    ({"name": "a\x00b"}, "name"), ({"surprise": 1}, "surprise"),
])  # fmt: skip
def test_what_could_never_apply_is_refused_beside_its_field(policies, api, manager, wrong, field):
    answer = api(manager).post(URL, NEW | wrong, format="json")
    assert answer.status_code == 400 and field in str(answer.json()["errors"])
    assert not AdminEvent.objects.filter(verb="add_policy").exists()


def test_policies_are_written_by_managers_and_read_by_who_keeps_watch(
    policies, api, stranger, analyst, auditor, outsider
):
    pk = ApprovalPolicy.objects.first().pk
    for person in (stranger, analyst, outsider):
        for path in ("", f"{pk}/", "who/", "patience/"):
            assert api(person).get(f"{URL}{path}").status_code == 403
    client = api(auditor)
    assert client.get(f"{URL}{pk}/").status_code == client.get(f"{URL}patience/").status_code == 200
    assert client.get(f"{URL}999999/").status_code == 404
    for path in ("", "effect/", f"{pk}/effect/"):
        sent = {name: NEW[name] for name in NEW if "effect" not in path or name != "reason"}
        assert client.post(f"{URL}{path}", sent, format="json").status_code == 403
    assert client.patch(f"{URL}{pk}/", NEW, format="json").status_code == 403
    assert client.get(f"{URL}?wild=1").status_code == client.get(f"{URL}?kind=x").status_code == 400


def test_what_a_policy_would_change_and_who_would_approve_is_told_before_anything_is_saved(
    make_demand, api, manager, analyst, author, sponsor, finance
):
    demand = make_demand("ready")
    client = api(manager)
    draft = {name: NEW[name] for name in ("name", "steps")} | {"steps": [["finance"]]}
    found = client.post(f"{URL}effect/", draft, format="json").json()
    assert found["count"] == 1 and found["results"][0]["record"]["id"] == demand.reference
    assert "Finance" in found["results"][0]["after"]
    pk = ApprovalPolicy.objects.first().pk
    assert client.post(f"{URL}{pk}/effect/", draft, format="json").status_code == 200
    assert not ApprovalPolicy.objects.filter(name="Risky ones").exists()
    who = client.get(f"{URL}who/?reference={demand.reference}&asker={analyst.username}").json()
    assert [[seat["person"]["username"] for seat in lane] for lane in who["steps"]] == [
        [manager.username]
    ]
    assert {person["username"] for person in who["left_out"]} == {author.username, analyst.username}
    might = client.get(
        f"{URL}who/?cost=90000&sponsor={sponsor.username}&requester={finance.username}"
    )
    assert might.json()["missing"] == [
        "Finance approval: Nobody else owns the finance practice for this unit."
    ]
    for wrong in ("reference=DMD-9999", "cost=wild", "unit=nowhere", "wild=1"):
        assert client.get(f"{URL}who/?{wrong}").status_code == 400, wrong


def test_how_long_late_approvals_wait_is_set_with_a_reason(api, manager, analyst):
    sent = {"working_days": 5, "reason": "Holidays"}
    assert api(manager).post(f"{URL}patience/", sent, format="json").json() == {"working_days": 5}
    assert Patience.current().working_days == 5
    assert api(manager).post(f"{URL}patience/", sent, format="json").status_code == 400


# Delegates -------------------------------------------------------------------------------------------
def days(n: int = 3) -> dict:
    today = clock.today()
    return {"from_on": today.isoformat(), "until_on": (today + timedelta(days=n)).isoformat()}


def test_somebody_names_lists_and_ends_their_own_delegate(api, manager, analyst, colleague):
    given = {"delegate": analyst.username, "kinds": ["manager"], "reason": "Leave"} | days()
    made = api(manager).post("/api/v1/delegates/", given, format="json")
    assert made.status_code == 201 and made.json()["person"]["username"] == manager.username
    pk = made.json()["id"]
    for person, count in ((manager, 1), (analyst, 1), (colleague, 0)):
        assert len(api(person).get("/api/v1/delegates/").json()["results"]) == count
    assert api(colleague).post(f"/api/v1/delegates/{pk}/end/").status_code == 404
    assert api(analyst).post(f"/api/v1/delegates/{pk}/end/").status_code == 404
    assert api(manager).post(f"/api/v1/delegates/{pk}/end/").json()["ended_at"]
    assert api(manager).post(f"/api/v1/delegates/{pk}/end/").status_code == 409
    assert not api(manager).get("/api/v1/delegates/").json()["results"]


def test_an_administrator_names_a_delegate_for_somebody_who_cannot_and_nobody_else_does(
    api, manager, analyst, administrator, colleague
):
    given = {"person": manager.username, "delegate": analyst.username, "reason": "Ill"} | days()
    assert api(colleague).post("/api/v1/delegates/", given, format="json").status_code == 403
    own = given | {"delegate": administrator.username}
    assert api(administrator).post("/api/v1/delegates/", own, format="json").status_code == 403
    assert api(administrator).post("/api/v1/delegates/", given, format="json").status_code == 201
    listed = f"/api/v1/delegates/?person={manager.username}"
    assert len(api(administrator).get(listed).json()["results"]) == 1
    assert api(colleague).get(listed).status_code == 403
    assert Delegation.objects.get().set_by == administrator


@pytest.mark.parametrize("wrong", [
    {"delegate": "nobody"}, {"from_on": "2020-01-01"}, {"until_on": "soon"}, {"kinds": ["king"]},
    {"reason": ""}, {"delegate": ["a"]}, {"surprise": 1},
])  # fmt: skip
def test_a_wrong_delegation_is_refused_in_words(api, manager, analyst, wrong):
    given = {"delegate": analyst.username, "reason": "Leave"} | days() | wrong
    assert api(manager).post("/api/v1/delegates/", given, format="json").status_code == 400
    assert not Delegation.objects.exists()


def test_an_outsider_has_no_delegates(api, outsider):
    assert api(outsider).get("/api/v1/delegates/").status_code == 403
