"""History cannot be altered by the application's own role, whatever the code tries."""

import pytest
from django.conf import settings
from django.db import InternalError, ProgrammingError, connection, transaction

from changeoffice.core.administration.models import AdminEvent, note
from changeoffice.core.record.database import _grant, append_only_tables
from ideation.models import Idea

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_application(author):
    """Become the role the web and worker processes connect as."""
    idea = Idea.propose(
        by=author, title="Say why a payment is held", problem="People call and wait."
    )
    note(by=author, verb="look", subject=author, words="looked")
    role = settings.DATABASE_APP_ROLE or "history_test_app"
    with connection.cursor() as cursor:
        if not settings.DATABASE_APP_ROLE:  # somebody else's server: a role for this test alone
            cursor.execute(f"CREATE ROLE {role}")
            _grant(cursor, role)
        cursor.execute(f"SET LOCAL ROLE {role}")
        yield idea
        cursor.execute("RESET ROLE")


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except (ProgrammingError, InternalError) as error:
        return "permission denied" in str(error)
    return False


def test_every_history_table_refuses_update_delete_and_truncate(as_application):
    tables = append_only_tables()
    assert {"record_event", "administration_adminevent", "access_roleassignmenthistory",
            "people_personhistory", "ideation_ideahistory", "talk_earlierwords"} <= set(tables)  # fmt: skip
    with connection.cursor() as cursor:
        keys = {
            table: connection.introspection.get_primary_key_column(cursor, table)
            for table in tables
        }
    for table, column in keys.items():
        assert refused(f"UPDATE {table} SET {column} = {column}"), table  # noqa: S608
        assert refused(f"DELETE FROM {table}"), table  # noqa: S608
        assert refused(f"TRUNCATE {table} CASCADE"), table


@pytest.mark.parametrize("act", [
    "ALTER TABLE ideation_idea DISABLE TRIGGER ALL", "ALTER TABLE record_event DISABLE TRIGGER USER",
    "SET LOCAL session_replication_role = replica", "DROP TABLE record_event CASCADE",
    "DROP FUNCTION IF EXISTS office_now CASCADE", "ALTER TABLE record_event RENAME TO gone",
    "CREATE OR REPLACE FUNCTION office_now() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'",
])  # fmt: skip
def test_the_application_cannot_switch_off_what_writes_history(as_application, act):
    denied = pytest.raises(ProgrammingError, match=r"must be owner|permission denied")
    with denied, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act)


def test_the_application_still_works_as_its_role(as_application, author):
    as_application.submit(by=author)
    assert as_application.state == "open"


def test_a_trigger_refuses_even_the_owner_to_rewrite_the_trail(author):
    note(by=author, verb="look", subject=author, words="looked")
    for act in (
        lambda: AdminEvent.objects.update(words="never looked"),
        lambda: AdminEvent.objects.all().delete(),
    ):
        with pytest.raises(Exception, match=r"append_only|Cannot"), transaction.atomic():
            act()
    assert AdminEvent.objects.get().words == "looked"


def test_bulk_and_raw_writes_do_not_go_round_history(author):
    from changeoffice.core.record.history import history_of

    idea = Idea.propose(
        by=author, title="Say why a payment is held", problem="People call and wait."
    )
    before = history_of(Idea).objects.filter(pgh_obj_id=idea.pk).count()
    Idea.objects.filter(pk=idea.pk).update(benefit="Fewer calls")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ideation_idea SET proposal = 'Show it' WHERE id = %s", [idea.pk])
    assert history_of(Idea).objects.filter(pgh_obj_id=idea.pk).count() == before + 2
