"""Files made to take the office down, through the whole door: a clear answer, and nothing is kept."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from changeoffice.core.imports.models import Import
from changeoffice.core.imports.reading import archive
from tests.core.imports.test_workbooks import ROWS, book_of, repacked

pytestmark = pytest.mark.django_db
ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    b"<worksheet>&b;</worksheet>"
)


def unpacks_to_gigabytes() -> bytes:
    return repacked(book_of(ROWS), sheet=b"<worksheet>" + b" " * (archive.LARGE_PART + 1))


def holds_an_archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as outer:
        outer.writestr("inner.xlsx", book_of(ROWS))
    return file.getvalue()


BOMBS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "zip ratio": ("a.xlsx", unpacks_to_gigabytes, "far larger"),
    "zip in zip": ("a.xlsx", holds_an_archive, "not a workbook"),
    "entities": ("a.xlsx", lambda: repacked(book_of(ROWS), sheet=ENTITIES), "not opened"),
    "shared strings": ("a.xlsx", lambda: repacked(
        book_of(ROWS), **{"xl/sharedStrings.xml": ENTITIES}), "not opened"),
    "macros": ("a.xlsx", lambda: repacked(book_of(ROWS), **{"xl/vbaProject.bin": b"x"}), "macros"),
    "macro file": ("a.xlsm", lambda: book_of(ROWS), "macros"),
    "wide sheet": ("a.xlsx", lambda: book_of([["c"] * 10_000] * 2), "columns"),
    "wide text": ("a.csv", lambda: b"\n".join([b",".join([b"c"] * 10_000)] * 3), "columns"),
    "a million lines": ("a.csv", lambda: b"Ref,Title\n" + b"1,Tea\n" * 1_000_000, "rows"),
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_file_made_to_do_harm_is_refused_at_both_doors_and_not_kept(
    bomb, page, api, analyst, tmp_path, monkeypatch
):
    monkeypatch.setattr(settings, "MEDIA_ROOT", str(tmp_path))
    name, make, words = BOMBS[bomb]
    content = make()
    assert len(content) < 8 * 1024**2

    def sent() -> dict:
        return {"of": "ideas", "file": SimpleUploadedFile(name, content)}

    shown = page(analyst).post("/imports", sent())
    told = api(analyst).post("/api/v1/imports/", sent(), format="multipart")
    assert (shown.status_code, told.status_code) == (422, 400)
    assert words in shown.content.decode()
    assert words in told.json()["errors"][0]["message"]
    assert not Import.objects.exists()
    assert [path for path in Path(tmp_path).rglob("*") if path.is_file()] == []
