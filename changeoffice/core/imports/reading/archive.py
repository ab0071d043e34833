"""A workbook is a ZIP archive of XML: looked at from outside before anything in it is opened."""

import io
import lzma
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError

from changeoffice.core.record.errors import Invalid

MOST_PARTS = 2_000
MOST_UNPACKED = 500 * 1024 * 1024
LARGE_PART = 8 * 1024 * 1024
STEEPEST = 250  # times smaller packed; spreadsheets reach 50
PROLOG = 64 * 1024
CHUNK = 1024 * 1024
OVERLAP = 512
MOST_MERGED = 20_000

BOMB = (
    "Unpacked, this workbook would be far larger than a file may be. Save only the sheet you need."
)
BROKEN = "This workbook is damaged and cannot be opened. Save it as XLSX or CSV again."
# What the parts of a damaged archive raise, from its table of contents to its last number.
DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, ParseError, LookupError, ValueError, TypeError,
    AttributeError, AssertionError, ArithmeticError, RuntimeError, EOFError, OSError,
)  # fmt: skip
OTHERS = (
    ("xl/vbaProject.bin", "This workbook holds macros (XLSM). Save it as XLSX, without macros."),
    ("xl/workbook.bin", "This is a binary workbook (XLSB). Save it as XLSX or CSV."),
    ("content.xml", "This is an OpenDocument file. Save it as XLSX or CSV."),
    ("word/document.xml", "This is a Word document, not a table. Save its table as XLSX or CSV."),
    ("ppt/presentation.xml", "This is a presentation, not a table. Save its table as XLSX or CSV."),
)
A_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
A_MERGE = re.compile(
    rb'<(?:\w+:)?mergeCell\s[^<>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"'
)


@dataclass
class Marks:
    """What a sheet's XML says beside its values."""

    formulas: bool = False
    # first column, first row, last column, last row
    merged: list[tuple[str, int, str, int]] = field(default_factory=list)


def examine(content: bytes) -> None:
    """Raises Invalid for an archive that is no workbook, or one that no one should unpack."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            _small_enough(parts)
            _of_the_right_kind(parts)
            for part in parts:
                if part.filename.endswith((".xml", ".rels", ".vml")):
                    _without_entities(archive, part)
    except DAMAGE:
        raise Invalid(file=BROKEN) from None


def marks_of(content: bytes, path: str) -> Marks:
    """One pass over a sheet's XML for its formulas and merged cells."""
    marks, left = Marks(), b""
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(path) as part:
        while chunk := part.read(CHUNK):
            text = left + chunk
            marks.formulas = marks.formulas or A_FORMULA.search(text) is not None
            for found in A_MERGE.finditer(text):
                area = (found[1].decode(), int(found[2]), found[3].decode(), int(found[4]))
                if len(marks.merged) < MOST_MERGED and area not in marks.merged[-20:]:
                    marks.merged.append(area)
            left = text[-OVERLAP:]
    return marks


def _small_enough(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Invalid(file=BOMB)
    for part in parts:
        if part.file_size > LARGE_PART and part.file_size > STEEPEST * max(1, part.compress_size):
            raise Invalid(file=BOMB)


def _of_the_right_kind(parts: list[zipfile.ZipInfo]) -> None:
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        raise Invalid(file="This file has a password. Save it without one.")
    for name, words in OTHERS:
        if name in names:
            raise Invalid(file=words)
    if "[Content_Types].xml" not in names or not any(n.startswith("xl/") for n in names):
        raise Invalid(file="This is a packed file, not a workbook. Unpack it first.")


def _without_entities(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """A document type can stand only before the first element; no spreadsheet writes one."""
    with archive.open(part) as stream:
        head = stream.read(PROLOG)
    root = re.search(rb"<[A-Za-z_]", head)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or (head and root is None):
        raise Invalid(file=BROKEN)
    if root and b"<!DOCTYPE" in head[: root.start()]:
        raise Invalid(
            file="This workbook holds definitions no spreadsheet writes; it is not opened."
        )
