"""What a file really is, by its first bytes; what is not read here is refused in plain words."""

import re

from changeoffice.core.record.errors import Invalid

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SAVE_AS = "Save it as XLSX or CSV."
KNOWN = (
    (OLD_OFFICE, f"This is an old Excel file (XLS) or one with a password. {SAVE_AS}"),
    (b"%PDF", f"This is a PDF, not a table. {SAVE_AS}"),
    (b"\x89PNG", "This is a picture, not a table."),
    (b"\xff\xd8\xff", "This is a picture, not a table."),
    (b"GIF8", "This is a picture, not a table."),
    (b"\x1f\x8b", "This is a packed file. Unpack it first."),
    (b"7z\xbc\xaf", "This is a packed file. Unpack it first."),
    (b"Rar!", "This is a packed file. Unpack it first."),
    (b"PK\x05\x06", "This is an empty archive."),
    (b"{\\rtf", f"This is a text document, not a table. {SAVE_AS}"),
)
MARKUP = re.compile(
    rb"\s*<(?:!doctype\s+html|html|head|body|table|meta|\?xml|\w+:workbook|workbook)\b", re.I
)


def is_workbook(content: bytes) -> bool:
    return content.startswith(b"PK\x03\x04")


def refuse_other_formats(content: bytes, file_name: str = "") -> None:
    """Raises Invalid for a file that is neither text nor a workbook."""
    for start, words in KNOWN:
        if content.startswith(start):
            raise Invalid(file=words)
    if MARKUP.match(content[:1024].removeprefix(b"\xef\xbb\xbf")):
        raise Invalid(file=_markup(file_name))


def _markup(file_name: str) -> str:
    if file_name.lower().endswith((".xls", ".xlsx")):
        return f"This is a web page with the name of an Excel file. Open it in Excel. {SAVE_AS}"
    return f"This is a web page or XML, not a table. {SAVE_AS}"
