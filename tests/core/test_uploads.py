"""Files people attach: what is taken, under which name, how much, and how it is handed back."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from changeoffice.core.talk.models import Attachment
from ideation.models import Idea

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@pytest.fixture
def idea(author, settings, tmp_path) -> Idea:
    settings.MEDIA_ROOT = tmp_path
    made = Idea.propose(by=author, title="Tell customers why", problem="Customers call and wait.")
    return made.submit(by=author)


def send(client: Client, idea: Idea, name: str, content: bytes):
    file = SimpleUploadedFile("plain.bin", content)
    file.name = name  # as a client may send it, not as Django would tidy it
    return client.post(f"/ideas/{idea.reference}/attachments", {"file": file})


@pytest.mark.parametrize(("name", "content"), [
    ("drawing.svg", SVG), ("page.html", b"<script>alert(1)</script>"), ("page.xhtml", b"<x/>"),
    ("picture.png", SVG), ("picture.png.html", PNG), ("report.pdf.exe", b"%PDF-1.7"),
    ("report.pdf", b"MZ\x90\x00"), ("sheet.xlsx", b"%PDF-1.7"), ("empty.txt", b""),
    ("macro.xlsm", b"PK\x03\x04"), ("noending", PNG), (".htaccess", b"x"), ("run.sh", b"#!/bin/sh"),
    ("invoice\u202etxt.exe", b"MZ"),
])  # fmt: skip
def test_a_file_that_is_not_what_it_may_be_is_refused_in_words(page, author, idea, name, content):
    answer = send(page(author), idea, name, content)
    assert answer.status_code < 500 and Attachment.objects.count() == 0
    assert not list(idea.record.events.filter(verb="attach"))


@pytest.mark.parametrize(("name", "kept"), [
    ("../../etc/passwd.txt", "passwd.txt"), ("..\\..\\boot.txt", "boot.txt"),
    ("photo\u202egnp.txt", "photognp.txt"), ("a\u200bb\u2066c.txt", "abc.txt"),
    ("x" * 300 + ".txt", None), ("名前 – résumé.txt", "名前 – résumé.txt"),
    ('"><img src=x onerror=alert(1)>.txt', None),
])  # fmt: skip
def test_a_name_is_only_a_label(page, author, idea, name, kept, settings):
    client = page(author)
    send(client, idea, name, b"plain words")
    held = Attachment.objects.get()
    assert (kept is None or held.name == kept) and held.name.endswith(".txt")
    assert held.name.isprintable() and len(held.name) <= 160
    stored = held.file.name.rpartition("/")[2]
    assert len(stored) == 32 and stored.isalnum()  # of our own making, inside our own folder
    text = client.get(f"/ideas/{idea.reference}").content.decode()
    assert "<img src=x" not in text
    answer = client.get(f"/attachments/{held.pk}")
    assert "\n" not in answer["Content-Disposition"] and "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("name", "content"), [("p.png", PNG), ("p.txt", SVG), ("p.json", b"{}"), ("p.pdf", b"%PDF-1")]
)
def test_whatever_it_is_a_file_is_saved_and_can_run_nothing(page, author, idea, name, content):
    client = page(author)
    send(client, idea, name, content)
    answer = client.get(f"/attachments/{Attachment.objects.get().pk}")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox;")


def test_one_person_fills_only_their_own_share(page, author, analyst, idea, settings):
    settings.ATTACHMENTS_MAX_BYTES_A_PERSON = 100
    client = page(author)
    send(client, idea, "first.txt", b"x" * 90)
    send(client, idea, "second.txt", b"x" * 11)
    assert Attachment.objects.filter(by=author).count() == 1
    assert b"together" in client.get(f"/ideas/{idea.reference}").content
    send(page(analyst), idea, "third.txt", b"x" * 90)
    assert Attachment.objects.count() == 2
