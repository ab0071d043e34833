"""Files on a record: type and size checked on the way in, always a download on the way out."""

import hashlib
import mimetypes
import unicodedata
from pathlib import PurePath

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404

from changeoffice.core.record.errors import Invalid, NotSeen
from changeoffice.core.record.workflow import lock
from changeoffice.core.talk.models import Attachment

ALLOWED = {
    "pdf", "png", "jpg", "jpeg", "gif", "webp", "txt", "csv", "md", "docx", "xlsx", "pptx",
    "odt", "ods", "odp", "msg", "eml", "zip", "json", "drawio", "vsdx",
}  # fmt: skip
MAGIC = {
    "pdf": (b"%PDF",), "png": (b"\x89PNG",), "jpg": (b"\xff\xd8\xff",), "jpeg": (b"\xff\xd8\xff",),
    "gif": (b"GIF8",), "webp": (b"RIFF",), "docx": (b"PK",), "xlsx": (b"PK",), "pptx": (b"PK",),
    "odt": (b"PK",), "ods": (b"PK",), "odp": (b"PK",), "zip": (b"PK",), "vsdx": (b"PK",),
}  # fmt: skip


def attach(work, *, by, upload) -> Attachment:
    """Keep one uploaded file on a record the person may see."""
    name = _plain(PurePath(upload.name.replace("\\", "/")).name)[-160:] or "file"
    ending = name.rpartition(".")[2].lower()
    _check(name, ending, upload)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    with transaction.atomic():
        lock(work)
        if not work.is_visible_to(by):
            raise NotSeen(f"{work.reference} does not exist.")
        _check_share(by, upload.size)
        made = Attachment.objects.create(
            record_id=work.pk, name=name, size=upload.size, sha256=digest.hexdigest(), by=by,
            content_type=mimetypes.guess_type(name)[0] or "application/octet-stream", file=upload,
        )  # fmt: skip
        work.note("attach", by=by, before=work.state, words=f"attached {name[:80]} to")
    return made


def _plain(name: str) -> str:
    """Without marks that cannot be seen: one that turns the direction of writing hides an ending."""
    return "".join(sign for sign in name if unicodedata.category(sign) not in {"Cc", "Cf"})


def _check_share(by, size: int) -> None:
    held = Attachment.objects.filter(by=by).aggregate(bytes=Sum("size"))["bytes"] or 0
    if held + size > settings.ATTACHMENTS_MAX_BYTES_A_PERSON:
        limit = settings.ATTACHMENTS_MAX_BYTES_A_PERSON // (1024 * 1024)
        raise Invalid(file=f"All files you attached would be more than {limit:,} MB together.")


def _check(name: str, ending: str, upload) -> None:
    if ending not in ALLOWED:
        raise Invalid(file=f"{name}: files of this type are not taken. "
                           f"Use one of {', '.join(sorted(ALLOWED))}.")  # fmt: skip
    if upload.size > settings.ATTACHMENT_MAX_BYTES:
        limit = settings.ATTACHMENT_MAX_BYTES // (1024 * 1024)
        raise Invalid(file=f"{name} is larger than {limit} MB.")
    if not upload.size:
        raise Invalid(file=f"{name} is empty.")
    start = upload.read(8)
    upload.seek(0)
    if ending in MAGIC and not start.startswith(MAGIC[ending]):
        raise Invalid(file=f"{name} is not a {ending.upper()} file, whatever its name says.")


def download(request: HttpRequest, pk: int) -> FileResponse:
    found = get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)
    try:
        content = found.file.open("rb")
    except FileNotFoundError:
        raise NotSeen(f"The file {found.name} is no longer in the store.") from None
    answer = FileResponse(content, as_attachment=True, filename=found.name,
                          content_type="application/octet-stream")  # fmt: skip
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    return answer
