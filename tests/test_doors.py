"""What holds at every address, whatever stands behind it: headers, forgery, methods, absurd input."""

import gc
import json
import time

import pytest
from django.test import Client

from tests.test_permissions import concrete, methods, routes, scene  # noqa: F401

pytestmark = pytest.mark.django_db
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
EVIL = "https://evil.example"
HUGE = "9" * 40


def addresses(scene) -> list[tuple[str, list[str]]]:
    return [
        (one, methods(item)) for route, item in routes() for one in concrete(route, item, scene)
    ]


def sign_in(person, **options) -> Client:
    client = Client(**options)
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_every_answer_carries_the_headers_that_protect_it(scene, manager, settings):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    signed_in, nobody = sign_in(manager), Client()
    for address, _ in [*addresses(scene), ("/nothing/here", []), ("/api/v1/nothing/", [])]:
        for client in (signed_in, nobody):
            if "sign-out" in address and client is signed_in:
                continue
            answer = client.get(address, secure=True, headers={"origin": EVIL})
            parts = answer["Content-Security-Policy"].split("; ")
            policy = dict(part.partition(" ")[::2] for part in parts)
            assert policy["frame-ancestors"] == "'none'", address
            if "sandbox" in policy:  # a file that is handed back
                assert policy["default-src"] == "'none'", address
            else:
                assert policy["object-src"] == "'none'" and policy["script-src"] == "'self'", (
                    address
                )
            assert answer["X-Content-Type-Options"] == "nosniff", address
            assert answer["Referrer-Policy"] == "same-origin", address
            assert answer["Cross-Origin-Opener-Policy"] == "same-origin", address
            assert "camera=()" in answer["Permissions-Policy"], address
            assert answer["Strict-Transport-Security"].startswith("max-age=31536000"), address
            assert not [name for name in answer.headers if name.startswith("Access-Control")], (
                address
            )


def test_no_unsafe_request_is_taken_without_the_token_of_a_form(scene, manager):
    client = sign_in(manager, enforce_csrf_checks=True)
    tried = 0
    for address, offered in addresses(scene):
        for method in UNSAFE.intersection(offered):
            for headers in ({}, {"HX-Request": "true"}, {"Origin": EVIL, "X-CSRFToken": "guess"}):
                answer = client.generic(method, address, b"", "application/x-www-form-urlencoded",
                                        headers=headers)  # fmt: skip
                assert answer.status_code in (403, 405), f"{method} {address}: {answer.status_code}"
                tried += answer.status_code == 403
    assert tried > 300


def test_signing_in_needs_the_token_of_its_form_too():
    answer = Client(enforce_csrf_checks=True).post("/sign-in", {"login": "a", "password": "b"})
    assert answer.status_code == 403


def test_methods_nobody_offers_are_refused_everywhere(scene, manager, settings):
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    client = sign_in(manager)
    for address, offered in addresses(scene):
        if address == "/sign-out":
            continue
        for method in ("TRACE", "CONNECT", "PROPFIND", *(UNSAFE - {"POST"} - set(offered))):
            answer = client.generic(method, address)
            assert answer.status_code in (403, 404, 405, 501), (
                f"{method} {address}: {answer.status_code}"
            )


@pytest.fixture
def own_time():
    """The collector passes over what a thousand tests before left in this process: it is not ours."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def collections(scene, own_time) -> list[str]:
    """Every list of the API."""
    return [
        one for route, item in routes() for one in concrete(route, item, scene)
        if one.startswith("/api/v1/") and getattr(item.callback, "actions", {}).get("get") == "list"
    ]  # fmt: skip


def filters_of(address: str) -> list[str]:
    from tests.contract import document

    return [p["name"] for p in document()["paths"][address]["get"].get("parameters", [])
            if p.get("in") == "query"]  # fmt: skip


def test_no_list_breaks_on_values_nobody_types(api, manager, collections, settings):
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    client = api(manager)
    assert len(collections) > 20
    for address in collections:
        known = filters_of(address)
        for name in known:
            for value in (HUGE, "-1", "\x00", "'\"\\", "٣", "[]"):
                begun = time.process_time()
                answer = client.get(address, {name: value})
                assert answer.status_code < 500, f"{address}?{name}={value!r}"
                assert time.process_time() - begun < 1, f"{address}?{name}={value!r}"
        for absurd in ({"page_size": HUGE}, {"search": "\x00"}):
            if known:  # the policy of ideas is one thing, and takes no parameter
                assert client.get(address, absurd).status_code == 400, address


DEEP = b'{"title":' * 1000 + b"1" + b"}" * 1000
BODIES = [
    (DEEP, "application/json", {400}), (b"[" * 100_000, "application/json", {400}),
    (json.dumps({"title": "x" * 10_000_000}).encode(), "application/json", {413}),
    (b'{"title": ' + b"9" * 5000 + b"}", "application/json", {400}),
    (b'{"title": "\\u0000"}', "application/json", {400}), (b'{"title": NaN}', "application/json", {400}),
    (b"<x/>", "application/xml", {415}), (b"title=x", "application/x-www-form-urlencoded", {415}),
    (b"\xff\xfe", "application/json; charset=utf-16", {400}),
]  # fmt: skip


@pytest.mark.parametrize("body", range(len(BODIES)))
def test_no_collection_chokes_on_a_body_nobody_writes(
    api, administrator, manager, collections, body
):
    content, kind, expected = BODIES[body]
    for address in collections:
        begun = time.process_time()
        codes = {api(person).generic("POST", address, content, content_type=kind).status_code
                 for person in (administrator, manager)}  # fmt: skip
        # Some doors are closed to one of the two before they look at what is brought.
        assert codes - {403} and codes <= expected | {403, 405}, f"{address}: {codes}"
        assert time.process_time() - begun < 2, address
