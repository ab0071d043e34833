"""Who may take a file in, by page and API, and what is refused at the door."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from changeoffice.core.imports import uploading
from changeoffice.core.imports.models import Import
from tests.core.imports.sending import BROKEN, FIRST, carry, checked, file_of, imported

pytestmark = pytest.mark.usefixtures("store")


def checked_name(sent: SimpleUploadedFile, name: str) -> str:
    sent._name = name  # as a client of its own making sends it
    return uploading.checked(sent)[1]


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


@pytest.mark.parametrize(("name", "kept"), [
    ("../../x.csv", "x.csv"), ("a\u202egpj.csv", "agpj.csv"), ("y" * 200 + ".csv", "y" * 150 + ".csv"),
])  # fmt: skip
def test_a_file_keeps_a_plain_name_and_its_ending(name, kept):
    assert checked_name(file_of(FIRST, name=name), name) == kept
