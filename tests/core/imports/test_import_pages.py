"""An import from the upload to the result by its pages: what is asked, decided, kept and told."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from changeoffice.core.imports import carrying
from changeoffice.core.imports.models import Import, ImportLine
from changeoffice.core.notify.models import Notification
from changeoffice.core.outbox.relay import relay
from changeoffice.core.record.models import Alias
from ideation.models import Idea
from tests.core.imports.sending import (
    BROKEN,
    FIRST,
    MATCH,
    SECOND,
    carry,
    checked,
    imported,
    upload,
)

pytestmark = pytest.mark.usefixtures("store")


def test_a_file_is_uploaded_matched_checked_and_taken_in(page, analyst):
    client = page(analyst)
    record = upload(client, FIRST, SECOND, BROKEN)
    assert record.state == "uploaded" and record.owner == analyst
    columns = client.get(f"/imports/{record.reference}/columns").content.decode()
    assert "Suggested" in columns and "Show why a payment is held" in columns
    client.post(f"/imports/{record.reference}/columns", MATCH | {"dry_run": "1"})
    assert "Waiting for a worker" in client.get(
        f"/imports/{record.reference}/progress").content.decode()  # fmt: skip
    record = carry(record)
    assert (record.state, record.created, record.refused) == ("checked", 2, 1)
    assert Idea.objects.count() == 0
    dry = client.get(f"/imports/{record.reference}/dry-run").content.decode()
    assert "nothing is saved yet" in dry and "many" in dry
    client.post(f"/imports/{record.reference}/run")
    record = carry(record)
    assert record.state == "done" and record.trouble == ""
    assert sorted(Idea.objects.values_list("imported_votes", flat=True)) == [3, 12]
    result = client.get(f"/imports/{record.reference}").content.decode()
    assert Idea.objects.first().get_absolute_url() in result
    assert Alias.objects.filter(external_id="A-1").exists()


def test_refused_rows_come_back_as_a_file_that_can_be_corrected_and_sent_again(page, analyst):
    client = page(analyst)
    record = imported(client, FIRST, BROKEN, "A-4,=HYPERLINK(1),Somebody tries it on,x")
    answer = client.get(f"/imports/{record.reference}/refused.csv")
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert rows[0] == ["Ref", "Title", "Description", "Votes", "Refused because"]
    assert rows[1][:4] == BROKEN.split(",") and "Votes" in rows[1][4]
    assert rows[2][1] == "'=HYPERLINK(1)"
    rows[1][3], rows[2][3] = "7", "-0"
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    again = client.post("/imports", {"of": "ideas", "file": SimpleUploadedFile(
        "corrected.csv", text.getvalue().encode(), "text/csv")})  # fmt: skip
    assert again.status_code == 302
    record = Import.objects.latest("pk")
    record.dry_run(by=analyst)
    record = carry(record)
    record.run(by=analyst)
    record = carry(record)
    assert (record.created, record.refused) == (2, 0)
    assert Idea.objects.filter(title="=HYPERLINK(1)").exists()


@pytest.mark.parametrize("side", ["file", "hand"])
def test_an_edit_made_by_hand_is_asked_about_and_decided(page, analyst, side):
    client = page(analyst)
    imported(client, FIRST)
    idea = Idea.objects.get()
    idea.revise(by=idea.owner or analyst, title="Say why it is held")
    record = checked(client, FIRST.replace("Show why a payment", "Show them why a payment"))
    assert record.conflicts == 1 and record.open_conflicts == 1
    refusal = client.post(f"/imports/{record.reference}/choices", {"run": "1"})
    assert refusal.status_code == 409 and "Decide each conflict" in refusal.content.decode()
    row = ImportLine.objects.get(of=record).row
    client.post(f"/imports/{record.reference}/choices", {f"c:{row}:title": side, "run": "1"})
    record = carry(record)
    assert record.state == "done", record.trouble
    idea.refresh_from_db()
    wanted = "Show them why a payment is held" if side == "file" else "Say why it is held"
    assert idea.title == wanted
    again = checked(client, FIRST.replace("Show why a payment", "Show them why a payment"))
    assert again.conflicts == 0


def test_an_office_that_moved_since_the_dry_run_is_looked_at_again(page, analyst):
    client = page(analyst)
    imported(client, FIRST)
    record = checked(client, FIRST.replace("12", "20"))
    idea = Idea.objects.get()
    Idea.objects.filter(pk=idea.pk).update(imported_votes=15)
    record.run(by=analyst)
    record = carry(record)
    assert record.state == "checked" and record.told["moved"] == [2]
    idea.refresh_from_db()
    assert idea.imported_votes == 15
    assert "The office changed" in client.get(
        f"/imports/{record.reference}/dry-run").content.decode()  # fmt: skip


def test_a_message_delivered_twice_imports_once(page, analyst):
    record = checked(page(analyst), FIRST)
    record.run(by=analyst)
    record = carry(record)
    attempt, version = record.attempt, record.version
    carrying.carry(record.pk, attempt)
    carrying.carry(record.pk, attempt - 1)
    record.refresh_from_db()
    assert record.version == version and Idea.objects.count() == 1


def test_a_worker_that_died_is_told_and_the_import_starts_again(page, analyst):
    client = page(analyst)
    record = checked(client, FIRST)
    record.run(by=analyst)
    record.progress.attempt = record.attempt  # a worker began, and is gone
    record.progress.save()
    record = carry(record)
    assert record.state == "failed" and "Nothing was saved" in record.trouble
    assert Idea.objects.count() == 0
    assert "Nothing was saved" in client.get(
        f"/imports/{record.reference}/dry-run").content.decode()  # fmt: skip
    record.run(by=analyst)
    assert carry(record).state == "done"


def test_stopping_saves_nothing(page, analyst, monkeypatch):
    client = page(analyst)
    record = checked(client, FIRST, SECOND)
    record.run(by=analyst)
    assert client.post(f"/imports/{record.reference}/stop").status_code == 302
    record = carry(record)
    assert record.state == "stopped" and Idea.objects.count() == 0


def test_absence_ends_only_what_a_complete_file_lacks_and_many_only_when_confirmed(page, analyst):
    client = page(analyst)
    imported(client, FIRST, SECOND)
    record = checked(client, FIRST)
    assert (record.absent, record.absent_of) == (1, 2)
    url = f"/imports/{record.reference}/choices"
    assert client.post(url, {"complete": "1", "run": "1"}).status_code == 409
    answer = client.post(url, {"complete": "1", "confirmed": "1", "run": "1"})
    assert answer.status_code == 302
    record = carry(record)
    assert record.state == "done", (record.trouble, record.told)
    states = dict(Idea.objects.values_list("title", "state"))
    assert states["Print in both colours"] == "declined"
    assert states["Show why a payment is held"] == "open"


def test_one_notice_tells_of_a_whole_import(page, analyst):
    record = imported(page(analyst), FIRST, SECOND)
    while relay()["done"]:
        pass
    notice = Notification.objects.get(person=analyst)
    assert notice.text == f"{record.reference} box.csv is imported: 2 created"


def test_what_is_lacking_is_said_before_a_dry_run_is_asked_for(page, analyst):
    content = b"Colour,Size\nred,1\nred,1\n"
    page(analyst).post("/imports", {"of": "ideas", "file": SimpleUploadedFile("d.csv", content)})
    record = Import.objects.latest("pk")
    shown = page(analyst).get(f"/imports/{record.reference}/columns").content.decode()
    assert "Match a column to Title" in shown and "External ID" in shown
    assert "Nothing needs you" not in shown


def test_what_an_import_wrote_is_turned_page_by_page_below_what_it_refused(page, analyst):
    rows = [f"A-{n},Idea number {n},As it is said {n},{n}" for n in range(10, 60)]
    record = imported(page(analyst), *rows, BROKEN)
    shown = page(analyst).get(f"/imports/{record.reference}").content.decode()
    assert "Showing 1 to 25 of 50" in shown and "Idea number 40" not in shown
    assert shown.index("Refused</h2>") < shown.index("What it wrote</h2>")
    second = page(analyst).get(f"/imports/{record.reference}?made=2").content.decode()
    assert "Idea number 40" in second


def test_an_amount_with_a_decimal_comma_in_thousands_is_read_as_a_person_says(page, manager):
    content = b'Ref,Name,Planned cost\nP-1,New tills,"4.800,5"\n'
    page(manager).post("/imports", {"of": "projects", "file": SimpleUploadedFile("e.csv", content)})
    record = Import.objects.latest("pk")
    form = {"to-0": "=", "to-1": "title", "to-2": "planned_cost", "source": "list",
            "decimal-2": ",", "scale-2": "1000", "save": "1"}  # fmt: skip
    page(manager).post(f"/imports/{record.reference}/columns", form)
    shown = page(manager).get(f"/imports/{record.reference}/columns").content.decode()
    assert "4,800,500" in shown and "will be refused" not in shown
    page(manager).post(f"/imports/{record.reference}/columns", form | {"scale-2": "7"})
    record.refresh_from_db()
    assert record.mapping["fields"]["planned_cost"]["scale"] == 1000
