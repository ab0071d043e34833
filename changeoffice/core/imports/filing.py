"""A file taken in at once from the command line: the same record, without the pages."""

import hashlib
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from changeoffice.core import ports
from changeoffice.core.imports import carrying
from changeoffice.core.imports.joining import joined
from changeoffice.core.imports.mapping import Mapping, mapping_named
from changeoffice.core.imports.models import Import
from changeoffice.core.imports.outcomes import Outcome
from changeoffice.core.imports.reading import guess, read
from changeoffice.core.imports.running import take_in
from changeoffice.core.record import acting
from changeoffice.core.record.errors import Invalid, NotAllowed


def import_file(
    kind_name: str, content: bytes, *, file_name: str, mapping_name: str, by, dry_run: bool = False,
    others: dict[str, bytes] | None = None,
) -> Outcome:  # fmt: skip
    """Read, match and take in one file; answers what happened to every row. A conflict with an
    edit made by hand keeps the edit and is told.

    Raises Invalid when the file as a whole cannot be used; then nothing was changed.
    """
    kind = ports.import_kinds.get(kind_name)
    if kind is None:
        raise Invalid(
            kind=f"Files of {kind_name} are not taken. Known: {', '.join(ports.import_kinds)}."
        )
    if by is not None and not kind.may(by):
        raise NotAllowed(f"Taking in {kind_name.replace('_', ' ')} needs another role than yours.")
    mapping = mapping_named(mapping_name, kind_name)
    shape = guess(content, file_name, mapping.wanted, **mapping.shape).shape
    beside = {name: read(other, guess(other, name).shape) for name, other in (others or {}).items()}
    table = joined(read(content, shape), mapping.join, beside)
    with transaction.atomic(), acting.through("import", f"{mapping_name}: {file_name}"):
        outcome = take_in(kind, mapping, table, by=by)
        if dry_run:
            transaction.set_rollback(True)
        else:
            _file(kind_name, content, file_name, mapping, shape.as_json(), by, outcome)
    return outcome


def _file(
    of: str, content: bytes, file_name: str, mapping: Mapping, shape: dict[str, Any], by,
    outcome: Outcome,
) -> None:  # fmt: skip
    """Leave the record that an import on the pages leaves."""
    record = Import.upload(
        by=by, of=of, file_name=file_name, format=shape["format"], shape=shape, size=len(content),
        sha256=hashlib.sha256(content).hexdigest(), file=ContentFile(content, name=file_name),
        mapping=mapping.as_json(), mapping_name=mapping.name, source=mapping.source,
    )  # fmt: skip
    carrying.finish(record, outcome)
