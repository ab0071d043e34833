"""From an upload to an import: what is kept, under which name, and what it is believed to be."""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile

from changeoffice.core import ports
from changeoffice.core.imports import drafting
from changeoffice.core.imports.joining import files_of, joined
from changeoffice.core.imports.mapping import Mapping, mappings
from changeoffice.core.imports.models import Import, SavedMapping
from changeoffice.core.imports.reading import Shape, Table, guess, read
from changeoffice.core.record.errors import Invalid

ENDINGS = {"csv": "csv", "txt": "csv", "tsv": "csv", "xlsx": "xlsx"}
NAMES = {"xls": "an old Excel file", "ods": "an OpenDocument sheet", "xlsm": "a workbook with macros",
         "xlsb": "a binary workbook", "pdf": "a PDF", "docx": "a Word document"}  # fmt: skip
ZIP = b"PK\x03\x04"


def uploaded(
    *, by, of: str, upload, mapping_name: str = "", source: str = "", others: Sequence[Any] = ()
) -> Import:
    """Keep the file with a first guess of its shape and columns; raises Invalid by field.

    A mapping may read `others` as well: then the table of all of them is kept.
    """
    kind = ports.import_kinds.get(of)
    if kind is None or not kind.may(by):
        raise Invalid(of="Choose what the rows of this file are.")
    content, name = checked(upload)
    if others:
        content, upload = beside(of, content, name, mapping_name, others)
    shape, notes, table, remembered = first_look(of, content, name, mapping_name)
    draft, origins = drafting.suggested(kind, table, remembered)
    draft = replace(draft, source=draft.source or source_of(source or name),
                    name=draft.name or PurePath(name).stem[:60])  # fmt: skip
    upload.seek(0)
    return Import.upload(
        by=by, of=of, file_name=name, format=shape.format, file=upload, size=len(content),
        sha256=hashlib.sha256(content).hexdigest(), shape=shape.as_json(), notes=notes,
        mapping=draft.as_json() | {"origins": origins}, mapping_name=draft.name[:60],
        source=draft.source, rows=len(table.rows) + len(table.misshapen),
    )  # fmt: skip


def checked(upload) -> tuple[bytes, str]:
    """The content and a name that is only a name; raises Invalid for what is not taken."""
    name = PurePath(upload.name.replace("\\", "/")).name
    name = "".join(sign for sign in name if sign.isprintable())[:160] or "file"
    ending = name.rpartition(".")[2].lower()
    if ending not in ENDINGS:
        what = NAMES.get(ending, "not a table")
        raise Invalid(file=f"{name} is {what}. Save it as CSV or XLSX first.")
    if upload.size > settings.IMPORT_MAX_BYTES:
        raise Invalid(file=f"{name} is larger than {settings.IMPORT_MAX_BYTES // 1024**2} MB. "
                           "Split it, or leave out columns that nobody needs.")  # fmt: skip
    content = upload.read()
    if content.startswith(ZIP) != (ENDINGS[ending] == "xlsx"):
        raise Invalid(file=f"{name} is not a {ending.upper()} file, whatever its name says.")
    return content, name


def beside(of: str, content: bytes, name: str, mapping_name: str, others: Sequence[Any]):
    """One file out of several: the columns a mapping takes from the others stand in it."""
    mapping = remembered_for(of, alone=False).get(mapping_name)
    if mapping is None or not mapping.join:
        raise Invalid(others="Choose a mapping that reads other files as well, or send one file.")
    read_others = [checked(other) for other in others]
    found = {}
    for wanted in files_of(mapping.join):
        for other, other_name in read_others:
            if wanted.lower() in other_name.lower():
                found[wanted] = read(other, guess(other, other_name).shape)
    table = joined(
        read(content, guess(content, name, mapping.wanted, **mapping.shape).shape),
        mapping.join,
        found,
    )
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(table.columns)
    writer.writerows([row.cells[column] for column in table.columns] for row in table.rows)
    made = text.getvalue().encode()
    return made, ContentFile(made, name=name)


def first_look(
    of: str, content: bytes, name: str, wanted: str
) -> tuple[Shape, list[str], Table, Mapping | None]:
    """How the file is best read, and the mapping that fits its columns best."""
    known = remembered_for(of)
    if wanted and wanted not in known:
        raise Invalid(mapping=f"There is no mapping {wanted[:60]} for this.")
    plain, table, complaint = None, None, None
    try:
        plain = guess(content, name)
        table = read(content, plain.shape)
    except Invalid as error:
        complaint = error
    candidates = [known[wanted]] if wanted else list(known.values())
    for mapping in candidates:
        if mapping.shape or wanted:
            try:
                hinted = guess(content, name, mapping.wanted, **mapping.shape)
                other = read(content, hinted.shape)
                mapping.prepare(other)
                return hinted.shape, [*hinted.notes, *other.notes], other, mapping
            except (Invalid, TypeError):
                pass
        if table is not None and _fits(mapping, table):
            return plain.shape, [*plain.notes, *table.notes], table, mapping
    if table is None or plain is None:
        raise complaint or Invalid(file="This file cannot be read.")
    return plain.shape, [*plain.notes, *table.notes], table, None


def _fits(mapping: Mapping, table: Table) -> bool:
    try:
        found = mapping.prepare(table)
    except Invalid:
        return False
    return len(found.missing) <= len(mapping.fields) / 2


def remembered_for(of: str, *, alone: bool = True) -> dict[str, Mapping]:
    """Mappings by name: those people saved, latest first, then the shipped ones. `alone`: as they
    read a file in which the columns of others stand already."""
    saved = SavedMapping.objects.filter(of=of).order_by("-at")
    found = {row.name: drafting.draft_of(row.mapping) for row in saved}
    shipped = {k: m for k, m in mappings().items() if m.kind == of and k not in found}
    return found | ({k: replace(m, join=[]) for k, m in shipped.items()} if alone else shipped)


def read_again(record: Import, shape: Shape, content: bytes) -> dict[str, Any]:
    """What reading the file another way makes of it, as `read_as` wants it."""
    kind, table = ports.import_kinds[record.of], read(content, shape)
    draft, origins = drafting.suggested(kind, table, None)
    known = next((m for m in remembered_for(record.of).values() if _fits(m, table)), None)
    if known is not None:
        draft, origins = drafting.suggested(kind, table, known)
    draft = replace(draft, source=record.source or draft.source, name=record.mapping_name)
    return {"shape": shape.as_json(), "notes": table.notes,
            "mapping": draft.as_json() | {"origins": origins}}  # fmt: skip


def source_of(name: str) -> str:
    """What the source is called until somebody says otherwise: the file's name without figures."""
    stem = PurePath(name).stem
    plain = "".join(sign if sign.isalpha() else " " for sign in stem)
    return " ".join(plain.split())[:60].lower() or "file"
