"""Forms without their token, links to elsewhere, words and files that would run: all held off."""

import pytest
from django.test import Client

from tests.core.attacks.conftest import NEED

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/ideas/new", "/demands/bulk/screen", "/undo", "/settings/theme", "/inbox/read",
                                     "/settings/tokens/new", "/sign-out", "/settings/sessions"])  # fmt: skip
def test_every_post_needs_the_token_of_its_form(author, address):
    client = Client(enforce_csrf_checks=True)
    client.force_login(author, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(address, {}).status_code == 403
    assert client.post(address, {}, HTTP_HX_REQUEST="true").status_code == 403


def test_a_session_writes_to_the_api_with_the_token_of_a_form_only(author):
    client = Client(enforce_csrf_checks=True)
    client.force_login(author, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.post(
        "/api/v1/ideas/", {"title": "A good idea"}, content_type="application/json"
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "where", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"]
)
def test_signing_in_leads_nowhere_else(make_person, where):
    person = make_person("Mia Member", username="mia")
    person.set_password("four quiet horses")
    person.save()
    form = {"login": "mia", "password": "four quiet horses", "next": where}
    assert Client().post("/sign-in", form)["Location"] == "/"


def test_one_key_is_one_persons(api, author, colleague):
    given = {"title": "A good idea it is", "problem": NEED}
    first = api(author).post("/api/v1/ideas/", given, HTTP_IDEMPOTENCY_KEY="k1").json()
    second = api(colleague).post("/api/v1/ideas/", given, HTTP_IDEMPOTENCY_KEY="k1").json()
    assert first["id"] != second["id"]
    answer = api(author, "ideas:read").post("/api/v1/ideas/", given, HTTP_IDEMPOTENCY_KEY="k1")
    assert answer.status_code == 403


def test_what_people_write_cannot_run(page, author, idea, stranger):
    from changeoffice.core.talk.models import comment

    comment(idea, by=author, body='<script>alert(1)</script> <img src=x onerror=alert(1)> '
                                  '[x](javascript:alert(1)) [y](data:text/html,1) <svg onload=a>')  # fmt: skip
    text = page(stranger).get(f"/ideas/{idea.reference}").content.decode()
    assert "<script>alert" not in text and "<img src=x" not in text and "<svg onload" not in text
    assert 'href="javascript:' not in text and 'href="data:' not in text


def test_a_file_is_served_to_be_saved_and_never_shown(page, author, idea, settings, tmp_path):
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.MEDIA_ROOT = tmp_path
    client = page(author)
    name = "x;filename=evil.html.txt"
    client.post(f"/ideas/{idea.reference}/attachments",
                {"file": SimpleUploadedFile(name, b"<script>alert(1)</script>")})  # fmt: skip
    answer = client.get(f"/attachments/{idea.record.attachments.get().pk}")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    for wrong in ("a.html", "a.svg", "a.txt.exe", "a.png"):
        client.post(f"/ideas/{idea.reference}/attachments",
                    {"file": SimpleUploadedFile(wrong, b"<svg onload=alert(1)>")})  # fmt: skip
    assert idea.record.attachments.count() == 1
