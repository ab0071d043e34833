"""The mailbox of the office, read by IMAP: each unseen message is taken in, then marked as seen."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from imaplib import IMAP4, IMAP4_SSL
from urllib.parse import unquote, urlsplit

from celery.schedules import crontab
from django.conf import settings
from django.db import InterfaceError, OperationalError

from changeoffice.core.jobs.registry import job
from changeoffice.core.record import acting
from demand.letters.taking import take

log = logging.getLogger(__name__)
LARGEST = 25 * 1024 * 1024
MOST_AT_ONCE = 100
PATIENCE = 30  # seconds for an answer of the mail server


class MailboxAway(Exception):
    """The mailbox cannot be read now; the next run tries again."""


@contextmanager
def opened(url: str) -> Iterator[IMAP4]:
    """`imaps://user:password@host:993/INBOX`; `imap://` is for a server on the same machine."""
    parts = urlsplit(url)
    kind = IMAP4_SSL if parts.scheme == "imaps" else IMAP4
    try:
        server = kind(
            parts.hostname or "",
            parts.port or (993 if parts.scheme == "imaps" else 143),
            timeout=PATIENCE,
        )
        try:
            server.login(unquote(parts.username or ""), unquote(parts.password or ""))
            answer, _ = server.select(unquote(parts.path.strip("/")) or "INBOX")
            if answer != "OK":
                raise MailboxAway("There is no such folder in the mailbox.")
            yield server
        finally:
            server.shutdown()
    except (OSError, IMAP4.error) as error:
        raise MailboxAway(f"{type(error).__name__} at {parts.hostname}") from error


def letters(server: IMAP4) -> Iterator[tuple[str, bytes | None]]:
    """Unseen messages by their UID, oldest first; None for one that is too large to fetch."""
    _, found = server.uid("SEARCH", "UNSEEN")
    for uid in (found[0] or b"").decode().split()[:MOST_AT_ONCE]:
        _, told = server.uid("FETCH", uid, "(RFC822.SIZE)")
        size = _number_in(told)
        if size is None or size > LARGEST:
            yield uid, None
            continue
        _, parts = server.uid("FETCH", uid, "(BODY.PEEK[])")
        yield uid, next((part[1] for part in parts if isinstance(part, tuple)), None)


def _number_in(told) -> int | None:
    words = b" ".join(part for part in told if isinstance(part, bytes)).split(b"RFC822.SIZE ")
    digits = words[1].split(b")")[0].split()[0] if len(words) > 1 else b""
    return int(digits) if digits.isdigit() else None


@job("demand_mail", title="Demands by e-mail", every=crontab(minute="*/5"),
     does="Takes in what came to the office's mailbox; does nothing where none is set.")  # fmt: skip
def fetch(now: datetime) -> dict[str, int]:
    """A message is marked as seen after its letter is stored: one met twice is known by its id."""
    counts = {"taken": 0, "known": 0, "too_large": 0, "failed": 0}
    if not settings.DEMAND_MAILBOX:
        return counts
    with opened(settings.DEMAND_MAILBOX) as server:
        for uid, raw in letters(server):
            if raw is None:
                counts["too_large"] += 1
            else:
                counts[_outcome(raw)] += 1
            server.uid("STORE", uid, "+FLAGS", r"(\Seen)")
    return counts


def _outcome(raw: bytes) -> str:
    """One message nobody foresaw must not keep the others from being read."""
    try:
        with acting.through("mail"):
            return "taken" if take(raw) else "known"
    except (OperationalError, InterfaceError):  # not the message's fault: it is read again
        raise
    except Exception:
        log.exception("a letter could not be taken in")
        return "failed"
