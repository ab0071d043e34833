"""What an e-mail says: whatever comes is read, and only our own server's word on its sender counts."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demand.letters import parsing
from tests.demand.conftest import AUTHORITY


def faults(found: parsing.Letter) -> list[str]:
    """What of it could not be stored: all is bounded, without NUL or lone surrogates, one sender or none."""
    names = [file.name for file in found.files]
    bounded = {
        "key": 0 < len(found.key) <= 250, "subject": len(found.subject) <= parsing.LONGEST_SUBJECT,
        "text": len(found.text) <= parsing.MOST_TEXT, "files": len(names) <= parsing.MOST_FILES,
        "sender": found.sender == found.sender.lower() and found.sender.count("@") in (0, 1),
    }  # fmt: skip
    texts = (found.key, found.subject, found.text, found.sender, *names)
    wrong = [name for name, holds in bounded.items() if not holds]
    return wrong + [words for words in texts if words != storable(words)]


def storable(words: str) -> str:
    return words.encode(errors="ignore").decode().replace("\x00", "")


UNREADABLE = b"Content-Disposition: attachment; filename*0*\n\nWords"


def test_a_header_nobody_can_parse_does_not_keep_the_letter_from_being_read():
    assert parsing.read(b"Subject: Of some use\n" + UNREADABLE).subject == "Of some use"


# Reading ---------------------------------------------------------------------------------------------
def test_an_html_letter_is_read_without_its_markup(letter):
    found = parsing.read(letter("html"))
    assert found.subject == "Scan identity documents – once"
    assert found.text == "Café staff copy passports by hand.\n\nIt takes ten minutes each."


def test_only_the_topmost_check_of_our_own_server_is_believed(letter):
    assert parsing.read(letter("forged"), AUTHORITY).verdicts == {"spf": "fail", "dmarc": "fail"}
    assert parsing.read(letter("plain"), AUTHORITY).verdicts["dmarc"] == "pass"
    assert parsing.read(letter("plain"), "").verdicts == {}


@pytest.mark.parametrize(
    "written",
    ["smtp.mailfrom=dmarc=pass@evil.example", 'smtp.mailfrom="x; dmarc=pass"@evil.example',
     "(as said (by dmarc=pass; dmarc=pass)) smtp.mailfrom=a@evil.example"],
)  # fmt: skip
def test_what_the_sender_put_into_the_words_of_a_verdict_is_no_verdict(written):
    head = f"Authentication-Results: {AUTHORITY}; dmarc=fail; spf=pass {written}\n\nx"
    assert parsing.read(head.encode(), AUTHORITY).verdicts == {"dmarc": "fail", "spf": "pass"}


def test_of_two_verdicts_on_one_method_the_worse_counts():
    head = f"Authentication-Results: {AUTHORITY}; dmarc=pass; dmarc=fail; dmarc=pass\n\nx"
    assert parsing.read(head.encode(), AUTHORITY).verdicts == {"dmarc": "fail"}


@pytest.mark.parametrize(
    "written",
    ["boss@office.example <me@evil.example>", "<boss@office.example> <me@evil.example>",
     "boss@office.example <me@evil.example", "boss@office.example me@evil.example",
     "boss@office.example\nFrom: me@evil.example", "<@evil.example:boss@office.example>",
     "=?utf-8?q?boss=40office.example?= me@evil.example", "=?utf-8?q?boss=40office.example?=",
     "boss@office.example, me@evil.example", "staff: boss@office.example;"],
)  # fmt: skip
def test_a_sender_two_programs_could_read_differently_is_none(written):
    assert parsing.read(f"From: {written}\n\nx".encode()).sender == ""


@pytest.mark.parametrize(
    "written",
    ["Boss@Office.example", "The Boss <boss@office.example>", '"Boss, the" <boss@office.example>',
     "=?utf-8?q?Bo=C3=9F?= <boss@office.example>", "boss@office.example (The \"Boss\")",
     '"me@evil.example" <boss@office.example>'],
)  # fmt: skip
def test_a_sender_is_read_beside_any_name(written):
    assert parsing.read(f"From: {written}\n\nx".encode()).sender == "boss@office.example"


@pytest.mark.parametrize(
    "raw",
    [b"Content-Type: text/html\n\n" + b"<a " * 100_000, b"Content-Type: text/html\n\n" + b"<!--" * 100_000,
     b"Content-Type: text/html\n\n<" + b"a" * 300_000, b"Content-Type: text/plain; " + b"a=b;" * 75_000 + b"\n\nx",
     b"Subject: " + b"a " * 150_000 + b"\n\nx", b"From: " + b"(" * 150_000 + b")" * 150_000 + b"\n\nx"],
    ids=["tags", "comments", "one tag", "parameters", "words", "brackets"],
)  # fmt: skip
def test_a_letter_made_to_keep_us_busy_is_read_at_once(raw):
    began = time.process_time()
    assert faults(parsing.read(raw, AUTHORITY)) == []
    assert time.process_time() - began < 5, "it took minutes, growing with the square of its length"


@pytest.mark.parametrize("name", ["broken", "plain", "attachment"])
def test_half_a_letter_is_read_as_far_as_it_goes(letter, name):
    whole = letter(name)
    for end in range(0, len(whole), 7):
        assert faults(parsing.read(whole[:end], AUTHORITY)) == []


@given(st.binary(max_size=600))
@settings(max_examples=300)
def test_no_bytes_stop_the_reading(raw):
    assert faults(parsing.read(raw, AUTHORITY)) == []


@given(st.lists(st.sampled_from([
    b"From: a@b.c\n", b"From: a@b.c, d@e.f\n", b"Subject: DMD-0001\n", b"Content-Type: multipart/mixed; boundary=x\n",
    b"Content-Type: text/html; charset=utf-7\n", b"Content-Transfer-Encoding: base64\n", b"\n", b"--x\n", b"--x--\n",
    b"<p>words", b"\xff\xfe", b"=?utf-8?b?////?=\n", b"Content-Disposition: attachment; filename*=utf-8''%ff\n",
]), max_size=30))  # fmt: skip
@settings(max_examples=300)
def test_no_mixture_of_headers_and_parts_stops_the_reading(parts):
    assert faults(parsing.read(b"".join(parts), AUTHORITY)) == []


def test_the_same_letter_has_the_same_key_also_without_an_id():
    raw = b"Subject: hello there\n\nwords"
    assert parsing.read(raw).key == parsing.read(raw).key != parsing.read(raw + b"!").key
