"""An import from the upload to the result, by page and API: who may, what is asked, what is kept."""

import csv
import io
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from changeoffice.core.imports import carrying, uploading
from changeoffice.core.imports.models import Import, ImportLine, SavedMapping
from changeoffice.core.notify.models import Notification
from changeoffice.core.outbox.relay import relay
from changeoffice.core.record.models import Alias
from ideation.models import Idea

HEADER = "Ref,Title,Description,Votes"
FIRST = "A-1,Show why a payment is held,Nobody tells them why it is held,12"
SECOND = "A-2,Print in both colours,The printers only know one of them,3"
BROKEN = "A-3,Open on Sundays,Some people only come then,many"
MATCH = {"to-0": "=", "to-1": "title", "to-2": "problem", "to-3": "votes_up",
         "source": "suggestion box", "remember_as": "Box", "remember": "1"}  # fmt: skip

ACTIVITY = (
    b"_uid,Actual_duration,Actual_start_delay,Id,Planned_Duration,Start_Date_Planned,name,status\n"
    b"900,,0 days,1,10 days,2011-06-07,Kick off,In-progress\n"
)
RELATIONS = b"from_uid,from_label,relationship,to_uid,to_label\n22,Project,has,900,Activity\n"


@pytest.fixture(autouse=True)
def store(settings, tmp_path, office):
    settings.MEDIA_ROOT = str(tmp_path)


def file_of(*rows: str, name: str = "box.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join([HEADER, *rows]).encode(), "text/csv")


def checked_name(sent: SimpleUploadedFile, name: str) -> str:
    sent._name = name  # as a client of its own making sends it
    return uploading.checked(sent)[1]


def upload(client, *rows: str, of: str = "ideas", name: str = "box.csv") -> Import:
    answer = client.post("/imports", {"of": of, "file": file_of(*rows, name=name)})
    assert answer.status_code == 302, answer.content[:3000]
    return Import.objects.latest("pk")


def carry(record: Import) -> Import:
    record.refresh_from_db()
    carrying.carry(record.pk, record.attempt)
    record.refresh_from_db()
    return record


def checked(client, *rows: str, **options) -> Import:
    record = upload(client, *rows, **options)
    answer = client.post(f"/imports/{record.reference}/columns", MATCH | {"dry_run": "1"})
    assert answer.status_code == 302 and answer.url.endswith("/progress"), answer.content[-3000:]
    return carry(record)


def imported(client, *rows: str, **choices) -> Import:
    record = checked(client, *rows)
    answer = client.post(f"/imports/{record.reference}/choices", {"run": "1", **choices})
    assert answer.status_code == 302, answer.content[-3000:]
    return carry(record)


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


def test_the_matches_are_remembered_for_the_next_file(page, analyst):
    client = page(analyst)
    imported(client, FIRST)
    assert SavedMapping.objects.get().name == "Box"
    record = upload(client, SECOND, name="box 2.csv")
    assert record.mapping_name == "Box" and record.source == "suggestion box"
    assert "Remembered" in client.get(f"/imports/{record.reference}/columns").content.decode()


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


def test_only_who_may_take_files_in_sees_the_door(page, stranger, analyst, manager):
    record = checked(page(analyst), FIRST)
    assert b"Upload a file" not in page(stranger).get("/imports").content
    for path in ("", "/columns", "/dry-run", "/progress", "/refused.csv"):
        assert page(stranger).get(f"/imports/{record.reference}{path}").status_code == 404
    for path in ("/columns", "/dry-run", "/refused.csv"):
        assert page(manager).get(f"/imports/{record.reference}{path}").status_code == 403
    assert page(manager).get(f"/imports/{record.reference}").status_code == 200
    assert (
        page(stranger).post("/imports", {"of": "ideas", "file": file_of(FIRST)}).status_code == 403
    )
    assert page(manager).post(f"/imports/{record.reference}/run").status_code == 403


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("box.xlsx", b"Ref,Title\n1,2", "is not a XLSX file"),
        ("box.csv", b"PK\x03\x04whatever", "is not a CSV file"),
        ("box.pdf", b"%PDF-1.7", "is a PDF"),
        ("box.csv", b"", "empty"),
        ("box.xlsx", b"PK\x03\x04whatever", "workbook"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_in_words(page, analyst, name, content, words):
    upload = SimpleUploadedFile(name, content, "text/csv")
    answer = page(analyst).post("/imports", {"of": "ideas", "file": upload})
    assert answer.status_code == 422 and words in answer.content.decode()
    assert Import.objects.count() == 0


def test_a_file_of_200_mb_is_refused_before_it_is_read(page, analyst):
    answer = page(analyst).generic("POST", "/imports", b"x", "multipart/form-data; boundary=b",
                                   CONTENT_LENGTH=str(200 * 1024**2))  # fmt: skip
    assert answer.status_code == 413 and "50 MB" in answer.content.decode()


def test_the_api_takes_a_file_the_same_way(api, analyst, stranger):
    client = api(analyst, "imports:read", "imports:write")
    answer = client.post("/api/v1/imports/", {"of": "ideas", "file": file_of(FIRST, BROKEN)},
                         format="multipart")  # fmt: skip
    assert answer.status_code == 201, answer.json()
    url = f"/api/v1/imports/{answer.json()['id']}/"
    assert api(stranger, "admin").get(url).status_code == 404
    mapping = {"source": "box", "identity": ["Ref"], "fields": {
        "title": {"rule": "text", "column": "Title", "required": True},
        "problem": {"rule": "long_text", "column": "Description", "required": True},
        "votes_up": {"rule": "number", "column": "Votes"}}}  # fmt: skip
    wrong = client.patch(url, {"mapping": {"fields": {"wings": {}}}}, format="json")
    assert wrong.status_code == 400
    assert client.patch(url, {"mapping": mapping}, format="json").json()["state"] == "matched"
    assert client.post(f"{url}run/").status_code == 409
    assert client.post(f"{url}dry-run/").json()["state"] == "checking"
    record = carry(Import.objects.get())
    assert client.get(f"{url}progress/").json()["state"] == "checked"
    lines = client.get(f"{url}lines/?outcome=refused").json()
    assert [line["row"] for line in lines["results"]] == [3]
    assert client.get(f"{url}lines/?outcome=odd").status_code == 400
    assert client.patch(url, {"decisions": {"9:title": "file"}}, format="json").status_code == 400
    assert client.post(f"{url}run/").json()["state"] == "running"
    assert carry(record).state == "done"
    assert b"A-3" in client.get(f"{url}refused/").getvalue()


def test_what_stands_in_a_file_is_for_whoever_uploaded_it(page, api, analyst, manager):
    record = imported(page(analyst), FIRST, "A-9,Salaries of the board,Secret for now,many")
    seen = page(manager).get(f"/imports/{record.reference}")
    assert seen.status_code == 200 and b"many" not in seen.content
    lines = api(manager, "imports:read").get(f"/api/v1/imports/{record.reference}/lines/").json()
    assert [line["outcome"] for line in lines["results"]] == ["created"]
    own = page(analyst).get(f"/imports/{record.reference}").content
    assert b"many" in own


def test_a_heading_a_spreadsheet_would_run_is_neutralised_and_found_again(page, analyst):
    heading, match = "Ref,=Title,Description,Votes", MATCH | {"dry_run": "1"}
    content = "\n".join([heading, FIRST, BROKEN]).encode()
    page(analyst).post("/imports", {"of": "ideas", "file": SimpleUploadedFile("a.csv", content)})
    record = Import.objects.latest("pk")
    page(analyst).post(f"/imports/{record.reference}/columns", match)
    record = carry(record)
    refused = page(analyst).get(f"/imports/{record.reference}/refused.csv").getvalue()
    assert b"Ref,'=Title,Description" in refused
    page(analyst).post("/imports", {"of": "ideas", "file": SimpleUploadedFile("b.csv", refused)})
    again = Import.objects.latest("pk")
    assert again.mapping_name == "Box" and again.mapping["fields"]["title"]["column"] == ["=Title"]


def test_names_a_mapping_wants_find_the_header_row_of_its_next_file(page, analyst):
    """Lines of words above the names look like names themselves."""
    imported(page(analyst), FIRST)
    above = "Suggestions,by staff,of all branches,autumn\n" * 3
    content = f"{above}{HEADER}\n{SECOND}".encode()
    page(analyst).post("/imports", {"of": "ideas", "file": SimpleUploadedFile("c.csv", content)})
    record = Import.objects.latest("pk")
    assert (record.shape["header_row"], record.mapping_name, record.rows) == (4, "Box", 1)


def test_a_mapping_that_was_asked_for_and_does_not_fit_says_so(page, analyst):
    asked = {"of": "ideas", "mapping": "ideas_decide_madrid", "file": file_of(FIRST)}
    page(analyst).post("/imports", asked)
    record = Import.objects.latest("pk")
    assert "does not fit this file" in record.notes[0]
    shown = page(analyst).get(f"/imports/{record.reference}/columns").content.decode()
    assert "does not fit this file" in shown


def test_a_rating_is_previewed_by_its_name(page, manager):
    """A row says one rating; the project keeps them by day."""
    content = (Path(__file__).parent / "data" / "uk_gmpp_2014_excerpt.csv").read_bytes()
    sent = SimpleUploadedFile("uk_2014.csv", content)
    answer = page(manager).post("/imports", {"of": "projects", "file": sent})
    shown = page(manager).get(f"{answer.url}?row=1")
    assert shown.status_code == 200
    assert "Delivery confidence" in shown.content.decode()
    record = Import.objects.latest("pk")
    assert record.mapping_name == "uk_gmpp"


def test_other_files_are_found_by_the_word_their_mapping_has_for_them(page, manager):
    """The mapping asks for projects; the source calls its file project.csv."""
    answer = page(manager).post("/imports", {
        "of": "milestones", "mapping": "us_it_dashboard_activities",
        "file": SimpleUploadedFile("activity.csv", ACTIVITY),
        "others": [SimpleUploadedFile("relationships.csv", RELATIONS),
                   SimpleUploadedFile("project.csv", b"_uid,Id,name\n22,7,Passports\n")],
    })  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()[-4000:]
    assert Import.objects.latest("pk").rows == 1


def remembered(client, of: str, name: str, content: bytes, **more) -> Import:
    sent = {"of": of, "file": SimpleUploadedFile(name, content), **more}
    answer = client.post("/imports", sent)
    assert answer.status_code == 302, answer.content.decode()[-4000:]
    record = Import.objects.latest("pk")
    page = client.get(f"/imports/{record.reference}/columns").content.decode()
    form = {"source": record.source, "remember_as": record.mapping_name, "remember": "1"}
    for place, options in re.findall(r'name="to-(\d+)"(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        form[f"to-{place}"] = chosen[1] if chosen else ""
    client.post(f"/imports/{record.reference}/columns", form | {"dry_run": "1"})
    record.refresh_from_db()
    return record


def test_a_shipped_mapping_that_is_remembered_still_reads_other_years(page, manager):
    """A year's file has its own names for some columns, and lacks others."""
    old = (Path(__file__).parent / "data" / "uk_gmpp_2014_excerpt.csv").read_bytes()
    remembered(page(manager), "projects", "uk_2014.csv", old)
    saved = SavedMapping.objects.get()
    assert saved.name == "uk_gmpp"
    assert saved.mapping["identity"] == [["project_number"], ["project_name"]]
    assert "*RAG rating*" in saved.mapping["fields"]["confidence"]["column"]
    for year in (2020, 2022):
        content = (Path(__file__).parents[2] / "data" / f"gmpp_{year}.csv").read_bytes()
        record = remembered(page(manager), "projects", f"uk_{year}.csv", content)
        assert record.mapping_name == "uk_gmpp"
        assert record.mapping["identity"] == [["project_number"], ["project_name"]]
        assert record.mapping["fields"]["confidence"]["column"][0] == "colour_rating"


def test_a_column_left_out_on_the_page_stays_left_out(page, analyst):
    imported(page(analyst), FIRST)
    record = upload(page(analyst), SECOND)
    form = MATCH | {"to-3": "", "dry_run": "1"}
    page(analyst).post(f"/imports/{record.reference}/columns", form)
    assert "votes_up" not in SavedMapping.objects.get().mapping["fields"]


def test_a_mapping_that_reads_other_files_does_so_again(page, manager):
    for _ in range(2):
        beside = [SimpleUploadedFile("relationships.csv", RELATIONS),
                  SimpleUploadedFile("project.csv", b"_uid,Id,name\n22,7,Passports\n")]  # fmt: skip
        record = remembered(page(manager), "milestones", "activity.csv", ACTIVITY, others=beside,
                            mapping="us_it_dashboard_activities")  # fmt: skip
        assert record.rows == 1


def test_the_sheet_of_an_earlier_workbook_says_nothing_of_a_text_file(page, analyst):
    imported(page(analyst), FIRST)
    saved = SavedMapping.objects.get()
    saved.mapping["shape"] = {"sheet": "Suggestions"}
    saved.save()
    record = upload(page(analyst), SECOND)
    assert record.mapping_name == "Box" and record.shape["sheet"] == ""


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


@pytest.mark.parametrize(("name", "kept"), [
    ("../../x.csv", "x.csv"), ("a\u202egpj.csv", "agpj.csv"), ("y" * 200 + ".csv", "y" * 150 + ".csv"),
])  # fmt: skip
def test_a_file_keeps_a_plain_name_and_its_ending(name, kept):
    assert checked_name(file_of(FIRST, name=name), name) == kept
