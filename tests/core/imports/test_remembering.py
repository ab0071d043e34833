"""What a mapping keeps for the next file, and how it finds its columns and files again."""

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from changeoffice.core.imports.models import Import, SavedMapping
from tests.core.imports.sending import (
    BROKEN,
    FIRST,
    HEADER,
    MATCH,
    SECOND,
    carry,
    file_of,
    imported,
    upload,
)

pytestmark = pytest.mark.usefixtures("store")

ACTIVITY = (
    b"_uid,Actual_duration,Actual_start_delay,Id,Planned_Duration,Start_Date_Planned,name,status\n"
    b"900,,0 days,1,10 days,2011-06-07,Kick off,In-progress\n"
)
RELATIONS = b"from_uid,from_label,relationship,to_uid,to_label\n22,Project,has,900,Activity\n"


def test_the_matches_are_remembered_for_the_next_file(page, analyst):
    client = page(analyst)
    imported(client, FIRST)
    assert SavedMapping.objects.get().name == "Box"
    record = upload(client, SECOND, name="box 2.csv")
    assert record.mapping_name == "Box" and record.source == "suggestion box"
    assert "Remembered" in client.get(f"/imports/{record.reference}/columns").content.decode()


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
