"""A backup is worth what its restore is: dump and files into a new server, and the office there."""

import hashlib
import shutil

import pytest

from changeoffice.runtime.embedded import Servers
from changeoffice.runtime.place import prepare
from tests.faults.office import Office

pytestmark = pytest.mark.faults
ATTACH = """
from django.core.files.uploadedfile import SimpleUploadedFile
from changeoffice.core.people.models import Person
from changeoffice.core.talk.files import attach
from ideation.models import Idea
attach(Idea.objects.first(), by=Person.objects.get(username="author"),
       upload=SimpleUploadedFile("plan.txt", b"What we plan" * 1000))
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
CHECKSUM = "SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t"
TRIGGERS = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"


def contents(office: Office) -> dict:
    found = {table: office.sql(CHECKSUM.format(table))[0] for (table,) in office.sql(TABLES)}
    return found | {"triggers": office.one(TRIGGERS)}


def tool(office: Office, name: str, *options: str) -> None:
    server = office.servers.postgres
    done = office.servers.place.run(
        [str(server._bin / name), "--dbname", server.owner_url, *options]
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def elsewhere(office: Office):
    """Another server on another machine, so to speak: only what a backup holds is there."""
    folder = office.folder.with_name("elsewhere")
    new = Office(folder, Servers(prepare(folder), durable=False))
    new.cast, new.post = office.cast, office.post
    new.servers.attach()
    yield new
    new.kill_all()
    new.servers.detach()
    shutil.rmtree(folder, ignore_errors=True)


def test_a_dump_and_its_files_make_the_same_office_on_a_new_server(office, elsewhere):
    office.run("manage.py", "shell", "--verbosity", "0", "-c", ATTACH)
    office.sql("SELECT txid_current() FROM generate_series(1, 3)")
    dump = office.servers.place.servers / "office.dump"
    tool(office, "pg_dump", "--format=custom", "--file", str(dump))
    before = contents(office)
    copy = elsewhere.servers.place.servers / "office.dump"
    shutil.copyfile(dump, copy)
    elsewhere.servers.place.give(copy)
    shutil.copytree(office.folder / "attachments", elsewhere.folder / "attachments")

    tool(elsewhere, "pg_restore", "--no-owner", "--exit-on-error", str(copy))
    assert contents(elsewhere) == before and before["triggers"] > 50
    owner = {"DATABASE_URL": elsewhere.servers.postgres.owner_url}
    elsewhere.run("manage.py", "migrate", "--no-input", "--verbosity", "0", **owner)
    elsewhere.start_web()
    elsewhere.sign_in("author")
    check_files(elsewhere)
    check_feed(elsewhere)


def check_files(office: Office) -> None:
    rows = office.sql("SELECT file, sha256 FROM talk_attachment")
    assert rows
    for name, digest in rows:
        content = (office.folder / "attachments" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest


def check_feed(office: Office) -> None:
    """Readers go on from the cursor they held before."""
    last = office.sql(
        "SELECT transaction || '-' || id FROM record_event ORDER BY transaction DESC, id DESC"
    )
    assert office.comment("The first word at the new place") == 201
    status, body = office.get(f"/api/v1/events/?since={last[0][0]}", "manager")
    assert status == 200 and body.count(b'"verb":"comment"') == 1, body
