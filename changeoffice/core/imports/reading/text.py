"""Bytes as text: which encoding, and what could not be read."""

import codecs

from changeoffice.core.imports.reading.table import counted
from changeoffice.core.record.errors import Invalid

ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1", "cp1250",
    "mac-roman",
)  # fmt: skip
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SAMPLE = 64 * 1024
UNREADABLE = "\ufffd"
NO_TEXT = "This is not a text file. Save it as CSV or XLSX first."


def encoding_of(content: bytes) -> str:
    """The encoding these bytes are most likely written in; raises Invalid when they are no text."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return encoding
    if found := _wide(content[:SAMPLE]):
        return found
    _must_be_text(content[:SAMPLE])
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "utf-8" if _mostly_utf8(content) else "cp1252"
    return "utf-8"


def decoded(content: bytes, encoding: str) -> tuple[str, list[str]]:
    """The text and what to say about it; an unreadable byte becomes “\ufffd”."""
    if encoding not in ENCODINGS:
        raise Invalid(encoding=f"Encodings read here: {', '.join(ENCODINGS)}.")
    try:
        return content.decode(encoding), []
    except UnicodeDecodeError:
        text = content.decode(encoding, errors="replace")
    bad = text.count(UNREADABLE)
    return text, [f"{counted(bad, 'byte', 'bytes')} could not be read as {encoding}."]


def _wide(sample: bytes) -> str:
    """UTF-16 without its mark: nearly every second byte of Western text is zero."""
    pairs = len(sample) // 2
    if pairs < 2:
        return ""
    if sample[1::2].count(0) > 0.7 * pairs and sample[::2].count(0) == 0:
        return "utf-16-le"
    if sample[::2].count(0) > 0.7 * pairs and sample[1::2].count(0) == 0:
        return "utf-16-be"
    return ""


def _must_be_text(sample: bytes) -> None:
    control = sum(sample.count(bytes([sign])) for sign in (*range(1, 9), *range(14, 27), 28))
    if b"\x00" in sample[:4096] or control > len(sample) // 100:
        raise Invalid(file=NO_TEXT)


def _mostly_utf8(content: bytes) -> bool:
    """A few broken bytes in a text whose other signs are valid UTF-8."""
    text = content.decode("utf-8", errors="replace")
    bad = text.count(UNREADABLE)
    good = sum(1 for sign in text[: SAMPLE * 8] if sign > "\x7f") - bad
    return good > 5 * bad
