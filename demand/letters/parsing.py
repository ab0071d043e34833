"""From the bytes of a message (RFC 5322, MIME) to what the office needs of it. Never raises: what
cannot be read comes out empty."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import EmailPolicy
from hashlib import sha256
from html import unescape

REFERENCE = re.compile(r"\bDMD-\d{4,8}\b", re.IGNORECASE)
ANSWER = re.compile(r"^\s*((re|aw|fwd?|wg)\s*:\s*)+", re.IGNORECASE)
QUOTE = re.compile(r"^(>|On .{10,120} wrote:$|-----\s?Original Message|_{20,}$|From: .+@)")
# Words in quotes or brackets are anybody's, also inside what our own server writes.
ASIDE = re.compile(r'"(?:[^"\\]|\\.)*+"?|\([^()]*\)', re.DOTALL)
ADDRESS = r"[^\s<>@,;:()]+@[^\s<>@,;:()]+"
SENDER = re.compile(rf"(?:[^<>@,;:]*<\s*({ADDRESS})\s*>|\s*({ADDRESS}))\s*")
RESULT = re.compile(r"\s*(dmarc|spf|dkim)(?:\s*/\s*\d+)?\s*=\s*(\w+)", re.IGNORECASE)
SPACE = re.compile(r"[ \t\u00a0]+")
MOST_TEXT, MOST_FILES, MOST_PARTS = 8000, 10, 60
LONGEST_SUBJECT, LONGEST_HEADER = 200, 4000
BLOCKS = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "blockquote", "table", "ul", "ol"}
# In one pass whatever comes: what never ends goes to the end, and no tag is looked for twice.
MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|head|title)\b.*?(?:</\1\b[^<>]*+>|\Z)"
    r"|<(/?)([a-z][a-z0-9]*+)[^<>]*+>|<[!?][^<>]*+>",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class File:
    name: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """`sender` is an address in lower case, `key` the same for the same message, always."""

    key: str
    sender: str
    subject: str
    text: str
    files: tuple[File, ...] = ()
    reference: str = ""  # of the demand it answers
    is_automatic: bool = False
    verdicts: dict[str, str] = field(
        default_factory=dict
    )  # of one's own mail server: dmarc, spf, dkim


class _AsFarAsItGoes(EmailPolicy):
    """A header is parsed anew at every look, slowly, and some cannot be: it is read as far as any
    honest one goes, and as it stands where it makes no sense. So is what every part says of its
    type, since no message has too many parts to be looked at."""

    def header_fetch_parse(self, name: str, value: str):
        known = str(value)[:LONGEST_HEADER]
        if name.lower() != "content-type":
            with suppress(Exception):
                return super().header_fetch_parse(name, known)
        return _clean(known)


def read(raw: bytes, authority: str = "") -> Letter:
    """`authority` is the name of the mail server whose check of the sender is believed."""
    try:
        message = message_from_bytes(raw, policy=_AsFarAsItGoes())
    except Exception:
        message = EmailMessage()
    subject = _header(message, "Subject")[:LONGEST_SUBJECT]
    found = REFERENCE.search(subject)
    return Letter(
        key=(_header(message, "Message-ID") or sha256(raw).hexdigest())[:250],
        sender=_sender(message), subject=ANSWER.sub("", subject).strip(), text=_text(message)[:MOST_TEXT],
        files=tuple(_files(message)), reference=found[0].upper() if found else "",
        is_automatic=_is_automatic(message), verdicts=_verdicts(message, authority),
    )  # fmt: skip


def own_words(text: str) -> str:
    """What somebody wrote above the message they answer."""
    kept: list[str] = []
    for line in text.splitlines():
        if QUOTE.match(line.strip()):
            break
        kept.append(line)
    return "\n".join(kept).strip()


def _header(message, name: str) -> str:
    try:
        value = str(message.get(name, ""))
    except Exception:
        return ""
    return SPACE.sub(" ", _clean(value).replace("\n", " ")).strip()


def _clean(text: str) -> str:
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return plain.encode("utf-8", "replace").decode()  # lone surrogates cannot be stored


def _sender(message) -> str:
    """The one address it says it is from. Where two programs could read two senders out of it there
    is none: the one that was checked need not be the one read here."""
    said = [str(value) for name, value in message.raw_items() if name.lower() == "from"]
    if len(said) != 1 or len(said[0]) > LONGEST_HEADER:
        return ""
    found = SENDER.fullmatch(_without_asides(_clean(said[0])))
    return (found[1] or found[2]).lower() if found else ""


def _without_asides(text: str) -> str:
    while (plain := ASIDE.sub(" ", text)) != text:
        text = plain
    return text


def _is_automatic(message) -> bool:
    """Out-of-office answers, lists and reports of what could not be delivered (RFC 3834)."""
    auto = _header(message, "Auto-Submitted").lower()
    bulk = _header(message, "Precedence").lower() in ("bulk", "list", "junk", "auto_reply")
    bounced = (
        _header(message, "Return-Path") == "<>" or message.get_content_type() == "multipart/report"
    )
    return bulk or bounced or bool(auto and auto != "no") or "X-Auto-Response-Suppress" in message


def _verdicts(message, authority: str) -> dict[str, str]:
    """What that server found (RFC 8601). Others' headers could be the sender's own, and so could a
    second one that bears its name: only the topmost counts, which is the last one added."""
    if not authority:
        return {}
    for value in message.get_all("Authentication-Results", []):
        server, *results = _without_asides(_clean(str(value))).split(";")
        if server.split()[:1] == [authority]:
            return _worst(filter(None, map(RESULT.match, results)))
    return {}


def _worst(results: Iterable[re.Match]) -> dict[str, str]:
    """By method; the sender writes part of the words behind a verdict, but never one before it."""
    found: dict[str, str] = {}
    for name, verdict in (result.groups() for result in results):
        if found.get(name.lower(), "pass") == "pass":
            found[name.lower()] = verdict.lower()
    return found


def _parts(message) -> Iterator[EmailMessage]:
    for n, part in enumerate(message.walk()):
        if n > MOST_PARTS:  # nested without end
            return
        if not part.is_multipart():
            yield part


def _text(message) -> str:
    """The plain text, or what an HTML message says without its markup."""
    plain, html = "", ""
    for part in _parts(message):
        if part.get_content_disposition() == "attachment":
            continue
        kind = part.get_content_type()
        if kind == "text/plain" and not plain:
            plain = _content(part)
        elif kind == "text/html" and not html:
            html = _content(part)
    words = plain if plain.strip() else _without_markup(html)
    return re.sub(
        r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in words.splitlines())
    ).strip()


def _content(part) -> str:
    try:
        found = part.get_content()
        return _clean(found) if isinstance(found, str) else ""
    except Exception:
        raw = part.get_payload(decode=True)
        return _clean(raw.decode("utf-8", "replace")) if isinstance(raw, bytes) else ""


def _files(message) -> Iterator[File]:
    n = 0
    for part in _parts(message):
        name = _clean(part.get_filename() or "") if part.get_content_disposition() else ""
        if not name:
            continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and n < MOST_FILES:
            n += 1
            yield File(name[:160], content)


def _without_markup(html: str) -> str:
    def instead(found: re.Match) -> str:
        tag, ends = (found[3] or "").lower(), bool(found[2])
        return "\n" if tag in BLOCKS and not (ends and tag == "br") else ""

    plain = MARKUP.sub(instead, html.replace("\n", " "))
    with suppress(ValueError):  # a number too long for a character
        plain = unescape(plain)
    return SPACE.sub(" ", _clean(plain))
