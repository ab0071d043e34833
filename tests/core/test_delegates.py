"""Somebody is away and another decides for them: who may, what they see, and what is kept."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from changeoffice.core import ports
from changeoffice.core.administration import delegates
from changeoffice.core.administration.models import AdminEvent
from changeoffice.core.approvals.models import Approval, Delegation
from changeoffice.core.notify.models import Notification
from changeoffice.core.outbox.relay import relay
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow, NotSeen
from changeoffice.core.record.models import Event
from demand.models import Demand
from tests.crowd import Crowd
from tests.demand.conftest import make_demand, policies  # noqa: F401

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def fresh(person: Person) -> Person:
    """The same person on their next request: rights are read anew."""
    return Person.objects.get(pk=person.pk)


def hide(demand: Demand) -> Demand:
    demand.restrict(by=demand.owner)
    return demand


@pytest.fixture
def away(manager, colleague):
    """away(): the manager is away from today for a week, and a colleague decides."""

    def name(person=manager, delegate=colleague, start=0, days=6, by=None, kinds=()):
        today = clock.today()
        return delegates.set_delegate(
            by=by or person, person=person, delegate=delegate, from_on=today + start * DAY,
            until_on=today + (start + days) * DAY, kinds=kinds, reason="On leave.",
        )  # fmt: skip

    return name


def test_a_delegate_decides_and_both_names_are_kept(
    make_demand, away, manager, colleague, author, page
):
    demand = make_demand("approval")
    step = demand.record.approvals.get()
    with pytest.raises(NotAllowed, match="asked of Marek Manager"):
        step.approve(by=fresh(colleague))
    away()
    html = page(colleague).get(f"{demand.get_absolute_url()}/decide").content.decode()
    assert "Your decision" in html and "for Marek Manager" in html
    assert (
        page(colleague).post(f"/approvals/{step.pk}/approve", {"comment": "Fine."}).status_code
        == 302
    )
    step.refresh_from_db()
    assert (step.decided_by, step.on_behalf_of, step.approver) == (colleague, manager, manager)
    events = Event.objects.filter(record_id=demand.pk, verb__in=("approve", "grant"))
    assert {(e.actor, e.on_behalf_of) for e in events} == {(colleague, manager)}
    assert Demand.objects.get().state == "approved"
    relay()
    told = Notification.objects.get(person=manager, because="it was decided for you")
    assert told.text.startswith("Nadia Colleague, for Marek Manager, completed the approval")
    html = page(author).get(demand.get_absolute_url()).content.decode()
    assert "decided by Nadia Colleague" in html and "for Marek Manager" in html


def test_it_waits_in_my_work_inbox_and_lists_of_the_delegate(
    make_demand, away, manager, colleague, page, api
):
    away()
    demand = make_demand("ready")
    relay()
    demand.request_approval(by=demand.owner)
    relay()
    assert (
        Notification.objects.filter(person=colleague, asks=True, record_id=demand.pk).count() == 1
    )
    (ask,) = ports.waiting["approvals"](fresh(colleague))
    assert [ask.tell(row).because for row in ask.rows] == [
        "you decide as manager for Marek Manager"
    ]
    assert demand.reference in page(colleague).get("/demands?view=approvals").content.decode()
    (row,) = api(colleague).get("/api/v1/approvals/", {"mine": "true"}).json()["results"]
    assert row["may_decide"] and row["approver"]["username"] == manager.username


def test_a_confidential_demand_exists_for_the_delegate_only_while_it_is_asked(
    make_demand, away, manager, colleague, page
):
    demand = hide(make_demand("ready"))
    demand.request_approval(by=demand.owner)
    given = away()
    url = demand.get_absolute_url()
    html = page(colleague).get(f"{url}/decide").content.decode()
    assert "What you would sign" in html
    tomorrow_week = clock.now() + 8 * DAY
    with clock.set_clock(tomorrow_week):
        assert not demand.is_visible_to(fresh(colleague))
        assert not Demand.objects.visible_to(fresh(colleague)).exists()
    step = demand.record.approvals.get()
    assert page(colleague).post(f"/approvals/{step.pk}/approve").status_code == 302
    assert page(colleague).get(url).status_code == 404
    assert given.ended_at is None


def test_figures_are_lent_with_the_step_and_go_with_it(make_demand, away, colleague, api):
    demand, other = make_demand("approval"), make_demand("ready", title="Another demand of ours")
    away()
    url = f"/api/v1/demands/{demand.reference}/"
    assert api(colleague).get(url).json()["cost_likely"] == "12000.00"
    assert "cost_likely" not in api(colleague).get(f"/api/v1/demands/{other.reference}/").json()
    demand.record.approvals.get().approve(by=fresh(colleague))
    assert "cost_likely" not in api(colleague).get(url).json()


@pytest.mark.parametrize(("start", "kinds"), [(1, ()), (0, ("finance",))])
def test_other_days_and_other_kinds_lend_nothing(make_demand, away, colleague, start, kinds):
    step = make_demand("approval").record.approvals.get()
    away(start=start, kinds=kinds)
    assert not step.may_decide(fresh(colleague))
    with pytest.raises(NotAllowed):
        step.approve(by=fresh(colleague))


def test_four_eyes_hold_for_the_delegate(make_demand, away, manager, author, analyst):
    demand = make_demand("approval")
    step = demand.record.approvals.get()
    for person in (author, analyst):
        given = away(delegate=person)
        assert not step.may_decide(fresh(person))
        with pytest.raises(NotAllowed, match="raised it or asked"):
            step.approve(by=fresh(person))
        with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
            Approval.objects.filter(pk=step.pk).update(
                state="approved", decided_by=person, on_behalf_of=manager, delegation=given,
                decided_at=clock.now(),
            )  # fmt: skip
        delegates.end(given, by=manager)


def test_nobody_signs_twice_in_one_round(
    make_demand, away, manager, finance, sponsor, analyst, skill
):
    demand = make_demand("ready")
    demand.estimate(by=analyst, skill=skill, low_days=100, likely_days=200, high_days=300)
    demand.request_approval(by=analyst)
    of_finance = demand.record.approvals.get(kind="finance")
    of_sponsor = demand.record.approvals.get(kind="sponsor")
    given = away(person=finance, delegate=sponsor)
    assert not of_finance.may_decide(fresh(sponsor))
    with pytest.raises(NotAllowed, match="a part in this round"):
        of_finance.approve(by=fresh(sponsor))
    of_sponsor.approve(by=sponsor)
    with pytest.raises(IntegrityError, match="one_part_in_a_round"), transaction.atomic():
        Approval.objects.filter(pk=of_finance.pk).update(
            state="approved", decided_by=sponsor, on_behalf_of=finance, delegation=given,
            decided_at=clock.now(),
        )  # fmt: skip


def test_the_database_lets_nobody_stand_in_without_a_delegation(
    make_demand, away, manager, colleague
):
    step = make_demand("approval").record.approvals.get()
    given = away(start=1)
    for delegation, rule in ((None, "stand"), (given, "delegation")):
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            Approval.objects.filter(pk=step.pk).update(
                state="approved", decided_by=colleague, on_behalf_of=manager, delegation=delegation,
                decided_at=clock.now(),
            )  # fmt: skip


def test_delegates_are_never_in_a_chain_nor_overlap_nor_oneself(
    away, manager, colleague, finance, sponsor
):
    away()
    for wrong in (
        {"delegate": finance, "start": 3},  # two for the same days and kinds
        {"delegate": finance, "kinds": ("finance",)},
        {"person": colleague, "delegate": finance, "start": 6},  # the delegate goes away as well
        {"person": finance, "delegate": manager, "start": 2},  # somebody away would be a delegate
        {"person": finance, "delegate": finance},
        {"person": finance, "delegate": sponsor, "start": -1},
        {"person": finance, "delegate": sponsor, "days": -1},
    ):
        with pytest.raises(Invalid):
            away(**wrong)
    assert away(delegate=finance, start=7) and away(person=finance, delegate=colleague)
    split = away(person=sponsor, delegate=colleague, kinds=("sponsor",))
    assert away(person=sponsor, delegate=finance, kinds=("manager",), start=20) and split
    assert away(person=sponsor, delegate=colleague, kinds=("finance",))


def test_the_database_itself_refuses_chains_and_overlaps(away, manager, colleague, finance):
    given, today = away(), clock.today()
    days = {"from_on": today, "until_on": today + DAY, "reason": "x", "set_by": manager}
    for person, delegate, rule in (
        (manager, finance, "one_delegate_"), (colleague, finance, "away on the same days"),
        (finance, manager, "away on the same days"), (finance, finance, "delegate_is_another"),
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            Delegation.objects.create(person=person, delegate=delegate, **days)
    assert list(Delegation.objects.all()) == [given]


def test_an_administrator_names_one_for_somebody_absent_on_the_trail(
    administrator, manager, colleague, analyst, make_person, other_unit, page
):
    url, today = f"/admin/people/{manager.username}/delegates", clock.today()
    sent = {
        "delegate": colleague.username,
        "from_on": today,
        "until_on": today + DAY,
        "reason": "Ill since Monday.",
    }
    elsewhere = make_person("Ella Elsewhere", "administrator", scope=other_unit)
    for other in (analyst, manager, elsewhere):
        assert page(other).post(url, sent).status_code == 403
    own = sent | {"delegate": administrator.username}
    assert page(administrator).post(url, own).status_code == 422
    assert page(administrator).post(url, sent | {"reason": ""}).status_code == 422
    assert page(administrator).post(url, sent).status_code == 302
    event = AdminEvent.objects.get(verb="set_delegate")
    assert (event.actor, event.person, event.reason) == (
        administrator,
        manager,
        "Ill since Monday.",
    )
    assert set(Notification.objects.values_list("person__name", flat=True)) == {
        manager.name,
        colleague.name,
    }
    html = page(manager).get("/settings/delegates").content.decode()
    assert "Nadia Colleague" in html and "set by Dana Administrator" in html
    given = Delegation.objects.get()
    assert page(colleague).post(f"/settings/delegates/{given.pk}/end").status_code == 404
    assert page(manager).post(f"/settings/delegates/{given.pk}/end").status_code == 302
    with pytest.raises(NotNow):
        delegates.end(given, by=manager)


@pytest.mark.parametrize("wrong", [
    {"delegate": "nobody"}, {"from_on": "31-31-2026"}, {"until_on": "2020-01-01"}, {"kinds": ["king"]},
    {"reason": "a\x00b"}, {"until_on": "9999-01-01"}, {"from_on": ""},
])  # fmt: skip
def test_broken_input_is_told_beside_its_field(manager, colleague, page, wrong):
    today = clock.today()
    sent = {
        "delegate": colleague.username,
        "from_on": today,
        "until_on": today + DAY,
        "reason": "On leave.",
    }
    answer = page(manager).post("/settings/delegates", sent | wrong)
    assert answer.status_code == 422 and not Delegation.objects.exists()


def test_outsiders_have_no_delegates_and_are_none(outsider, manager, away, page):
    assert page(outsider).get("/settings/delegates").status_code == 403
    with pytest.raises(Invalid):
        away(delegate=outsider)


@pytest.mark.django_db(transaction=True)
def test_of_delegate_and_approver_at_once_exactly_one_decides(
    make_demand, away, manager, colleague
):
    away()
    with Crowd(24) as crowd:
        for confidential in (False, True):
            demand = make_demand("ready")
            if confidential:
                hide(demand)
            demand.request_approval(by=demand.owner)
            step = demand.record.approvals.get()

            def act(n, pk=step.pk):
                by = fresh(colleague if n % 2 else manager)
                return Approval.objects.get(pk=pk).approve(by=by)

            answers = crowd.at_once([lambda n=n: act(n) for n in range(24)])
            late = [a for a in answers if isinstance(a, Exception)]
            assert len(late) == 23 and all(isinstance(a, (NotNow, NotSeen)) for a in late), late
            step.refresh_from_db()
            assert step.on_behalf_of_id == (
                manager.pk if step.decided_by_id == colleague.pk else None
            )
            assert Demand.objects.get(pk=demand.pk).state == "approved"


@pytest.mark.django_db(transaction=True)
def test_two_who_name_each_other_at_once_make_no_chain(away, make_person):
    people = [make_person(f"Pat {n}") for n in range(24)]

    def name(n):
        return away(person=fresh(people[n]), delegate=fresh(people[(n + 1) % 24]))

    with Crowd(24) as crowd:
        answers = crowd.at_once([lambda n=n: name(n) for n in range(24)])
    refused = [a for a in answers if isinstance(a, Exception)]
    assert refused and all(isinstance(a, Invalid) for a in refused), refused
    rows = Delegation.objects.all()
    assert not {row.person_id for row in rows} & {row.delegate_id for row in rows}
