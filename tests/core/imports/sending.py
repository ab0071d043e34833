"""A box of suggestions as a file, and an analyst's way with it through the pages."""

from django.core.files.uploadedfile import SimpleUploadedFile

from changeoffice.core.imports import carrying
from changeoffice.core.imports.models import Import

HEADER = "Ref,Title,Description,Votes"
FIRST = "A-1,Show why a payment is held,Nobody tells them why it is held,12"
SECOND = "A-2,Print in both colours,The printers only know one of them,3"
BROKEN = "A-3,Open on Sundays,Some people only come then,many"
MATCH = {"to-0": "=", "to-1": "title", "to-2": "problem", "to-3": "votes_up",
         "source": "suggestion box", "remember_as": "Box", "remember": "1"}  # fmt: skip


def file_of(*rows: str, name: str = "box.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join([HEADER, *rows]).encode(), "text/csv")


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
