"""From an upload to an import: what is kept, under which name, and what it is believed to be."""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile

from changeoffice.core import ports
from changeoffice.core.imports import drafting
from changeoffice.core.imports.apostrophes import undone
from changeoffice.core.imports.joining import files_of, joined
from changeoffice.core.imports.mapping import Mapping, mappings
from changeoffice.core.imports.models import Import, SavedMapping
from changeoffice.core.imports.reading import Shape, Table, guess, read
from changeoffice.core.record.errors import Invalid

ENDINGS = {"csv": "csv", "txt": "csv", "tsv": "csv", "xlsx": "xlsx"}
NAMES = {"xls": "an old Excel file", "ods": "an OpenDocument sheet", "xlsm": "a workbook with macros",
         "xlsb": "a binary workbook", "pdf": "a PDF", "docx": "a Word document"}  # fmt: skip
ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Look:
    """A file as it is read, what there is to say of that, and the mapping that fits it."""

    shape: Shape
    notes: list[str]
    table: Table
    mapping: Mapping | None = None

    def noting(self, sentence: str) -> "Look":
        return replace(self, notes=[sentence, *self.notes])


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
    look = first_look(of, content, name, mapping_name)
    draft, origins = drafting.suggested(kind, look.table, look.mapping)
    draft = replace(draft, source=draft.source or source_of(source or name),
                    name=draft.name or PurePath(name).stem[:60])  # fmt: skip
    upload.seek(0)
    return Import.upload(
        by=by, of=of, file_name=name, format=look.shape.format, file=upload, size=len(content),
        sha256=hashlib.sha256(content).hexdigest(), shape=look.shape.as_json(), notes=look.notes,
        mapping=draft.as_json() | {"origins": origins}, mapping_name=draft.name[:60],
        source=draft.source, rows=len(look.table.rows) + len(look.table.misshapen),
    )  # fmt: skip


def checked(upload) -> tuple[bytes, str]:
    """The content and a name that is only a name; raises Invalid for what is not taken."""
    name = PurePath(upload.name.replace("\\", "/")).name
    name = "".join(sign for sign in name if sign.isprintable()) or "file"
    stem, _, ending = name.rpartition(".")
    name, ending = f"{stem[:150]}.{ending[:9]}" if stem else name[:160], ending.lower()
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
            if wanted.lower().removesuffix("s") in other_name.lower():
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


def first_look(of: str, content: bytes, name: str, wanted: str) -> Look:
    """How the file is best read, and the mapping that fits its columns best: one that fits where
    its last file had its table or where this one seems to, else where its column names stand."""
    known = remembered_for(of)
    if wanted and wanted not in known:
        raise Invalid(mapping=f"There is no mapping {wanted[:60]} for this.")
    candidates = [known[wanted]] if wanted else list(known.values())
    plain, complaint = None, Invalid(file="This file cannot be read.")
    try:
        plain = _looked(content, name)
    except Invalid as error:
        complaint = error
    found = _as_before(candidates, content, name, plain, bool(wanted))
    if found is None and plain is not None:
        found = _by_names(candidates, content, name, plain)
        found = found or (plain.noting(_unfit(known[wanted], plain.table)) if wanted else plain)
    if found is None:
        raise complaint
    return found


def _as_before(candidates, content: bytes, name: str, plain: Look | None, asked: bool):
    for mapping in candidates:
        if mapping.shape or asked:
            try:
                found = _looked(content, name, mapping, **mapping.shape)
                mapping.prepare(found.table)
                return found
            except (Invalid, TypeError):
                pass
        if plain is not None and _fits(mapping, plain.table):
            return replace(plain, mapping=mapping)
    return None


def _by_names(candidates, content: bytes, name: str, plain: Look) -> Look | None:
    for mapping in candidates:
        try:
            if guess(content, name, mapping.wanted).shape == plain.shape:
                continue
            found = _looked(content, name, mapping)
        except Invalid:
            continue
        if _fits(mapping, found.table):
            return found
    return None


def _looked(content: bytes, name: str, mapping: Mapping | None = None, **hints: Any) -> Look:
    found = guess(content, name, mapping.wanted if mapping else (), **hints)
    table = undone(read(content, found.shape))
    return Look(found.shape, [*found.notes, *table.notes], table, mapping)


def _unfit(mapping: Mapping, table: Table) -> str:
    why = "Most of their columns are not in it."
    try:
        mapping.prepare(table)
    except Invalid as error:
        why = str(error)
    return f"“{mapping.title or mapping.name}” does not fit this file. {why}"


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
    found |= {k: m for k, m in mappings().items() if m.kind == of and k not in found}
    return {name: replace(m, join=[]) for name, m in found.items()} if alone else found


def read_again(record: Import, shape: Shape, content: bytes) -> dict[str, Any]:
    """What reading the file another way makes of it, as `read_as` wants it."""
    kind, table = ports.import_kinds[record.of], undone(read(content, shape))
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
