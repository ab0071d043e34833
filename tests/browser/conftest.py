"""A real browser in front of a real server: people who sign in, and a worker that does its round.

Whatever the browser complains of (an error in its console, a refused style, a request that failed)
fails the test at its end, wherever in the story it happened.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from email.message import EmailMessage

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect, sync_playwright

from changeoffice.calendar.office import office_days
from changeoffice.core.jobs import registry
from changeoffice.core.outbox.relay import relay
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from demand.letters import taking

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage",
    "--no-first-run", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PASSWORD = "correct horse battery staple"
PATIENCE = 15_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a module, gone with it: Playwright keeps an event loop running in this
    thread, in which Django refuses its database unless told that nothing else runs there."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        path = os.environ["CHANGEOFFICE_CHROMIUM"]
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What any of this test's pages complained of; there must be nothing."""
    found: list[str] = []
    yield found
    assert not found, "The browser complained:\n" + "\n".join(found)


@pytest.fixture
def look(browser, live_server, complaints) -> Iterator[Callable[..., Page]]:
    """look(viewport=…): an empty page of its own session, watched for complaints."""
    contexts = []

    def open_page(*, refusals: bool = False, **options) -> Page:
        options = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"} | options
        context = browser.new_context(base_url=live_server.url, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        listen(page, complaints, refusals)
        return page

    yield open_page
    for context in contexts:
        context.close()
    at_rest(live_server.thread.httpd)


def at_rest(server) -> None:
    """Wait until the server has answered everybody. What a page asked for last may still be read
    from the database when its window has closed, and the tables are emptied next: a deadlock."""
    until = time.monotonic() + PATIENCE / 1000
    answering = f"({server.process_request_thread.__name__})"
    while busy := [one.name for one in threading.enumerate() if one.name.endswith(answering)]:
        assert time.monotonic() < until, f"The server still answers: {busy}"
        time.sleep(0.01)


def listen(page: Page, complaints: list[str], refusals: bool) -> None:
    """A breach of the content policy is an error in the console, and so a complaint as well.

    `refusals`: the portal is expected to answer no (409, 422), which is no failure."""

    def on_console(message) -> None:
        expected = refusals and "Failed to load resource" in message.text
        if message.type == "error" and not expected:
            complaints.append(f"{page.url}: console: {message.text}")

    def on_response(response) -> None:
        if response.status >= (500 if refusals else 400):
            complaints.append(f"{page.url}: {response.status} for {response.url}")

    def on_failure(request) -> None:
        # A page that is left cancels what it still waited for; that is no failure.
        if request.failure != "net::ERR_ABORTED":
            complaints.append(f"{page.url}: {request.failure} for {request.url}")

    def on_dialog(dialog) -> None:
        complaints.append(f"{page.url}: a dialog said {dialog.message}")
        dialog.dismiss()

    page.on("dialog", on_dialog)
    page.on("console", on_console)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("response", on_response)
    page.on("requestfailed", on_failure)


@pytest.fixture
def enter(look) -> Callable[..., Page]:
    """enter(person): a page signed in as that person, through the form everybody uses."""

    def sign_in(person: Person, **options) -> Page:
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
        page = look(**options)
        page.goto("/sign-in")
        page.get_by_label("User name or work e-mail").fill(person.username)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("My work")
        page.wait_for_load_state("load")  # keys work once the scripts have run
        return page

    return sign_in


@pytest.fixture
def worker() -> Callable[..., None]:
    """worker("kpi_rollup"): carry out what waits in the outbox, then run these jobs once."""
    rounds = iter(range(1000))

    def go_round(*jobs: str) -> None:
        while relay()["done"]:
            pass
        for name in jobs:
            run = registry.start(name, slot=f"{timezone.now().isoformat()} {next(rounds)}")
            assert not run.error, run.error

    return go_round


@pytest.fixture
def working_day(office) -> Callable[[int], date]:
    """working_day(20): the twentieth working day from the first one in sixty days' time."""
    return lambda n: office_days().add(clock.today() + timedelta(days=60), n)


@pytest.fixture
def letter(db):
    """An e-mail of somebody nobody here knows."""
    made = EmailMessage()
    made["Message-ID"], made["From"] = "<held@elsewhere.example>", "Ana <ana@elsewhere.example>"
    made["Subject"] = "Say on the statement whom a fee went to"
    made.set_content("Merchants ask us each month whom the fee on their statement went to.")
    return taking.take(made.as_bytes())
