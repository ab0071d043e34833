"""A spreadsheet from the desk into the office: upload, match, dry run, conflict, import, correct."""

import pytest
from playwright.sync_api import expect

from changeoffice.core.imports import carrying
from changeoffice.core.imports.models import Import
from ideation.models import Idea

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HEADER = "Ref,Idea,Body,Votes"
FIRST = "A-1,Show why a payment is held,Nobody tells them why it is held,12"
NEWER = "A-1,Show them why a payment is held,Nobody tells them why it is held,15"
BROKEN = "A-2,Open on Sundays,Some people only come then,many"


def carry() -> None:
    record = Import.objects.latest("pk")
    carrying.carry(record.pk, record.attempt)


def upload(page, path) -> None:
    page.goto("/imports")
    page.get_by_label("What its rows are").select_option(label="Ideas")
    page.get_by_label("Choose a file").set_input_files(path)
    page.get_by_role("button", name="Upload and look").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Import ideas: match the columns")


def dry_run(page) -> None:
    page.get_by_role("button", name="Dry run").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Dry run of")
    carry()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dry run: nothing is saved yet")


def run(page) -> None:
    page.get_by_role("button", name="Import 1 row").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Importing 1 row")
    carry()
    expect(page.get_by_role("heading", level=1)).to_contain_text("imported")


def test_a_file_is_taken_in_corrected_and_sent_again(
    transactional_db, office, enter, analyst, tmp_path, settings
):
    settings.MEDIA_ROOT = str(tmp_path / "store")
    path = tmp_path / "box.csv"
    path.write_text("\n".join([HEADER, FIRST]))
    page = enter(analyst)
    upload(page, path)
    page.get_by_label("Ref goes to").select_option(label="External ID")
    page.get_by_label("Votes goes to").select_option(label="Votes for")
    page.get_by_label("The source is called").fill("box")
    dry_run(page)
    run(page)
    idea = Idea.objects.get()
    page.get_by_role("link", name=idea.title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(idea.title)

    idea.revise(by=analyst, title="Say why it is held")
    path.write_text("\n".join([HEADER, NEWER, BROKEN]))
    upload(page, path)
    dry_run(page)
    expect(page.get_by_text("1 choice left")).to_be_visible()
    expect(page.get_by_role("button", name="Import 1 row")).to_have_attribute(
        "aria-disabled", "true"
    )
    page.get_by_label("Show them why a payment is held").check()
    expect(page.get_by_text("1 choice left")).to_have_count(0)
    run(page)
    idea.refresh_from_db()
    assert idea.title == "Show them why a payment is held"

    with page.expect_download() as download:
        page.get_by_role("link", name="1 refused row").click()
    refused = tmp_path / "corrected.csv"
    text = download.value.path().read_text("utf-8-sig")
    assert "Row 3" in text
    refused.write_text(text.replace(",many,", ",4,"))
    upload(page, refused)
    dry_run(page)
    run(page)
    assert Idea.objects.get(title="Open on Sundays").imported_votes == 4
