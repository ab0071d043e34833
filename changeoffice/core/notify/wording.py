"""What leaves the office in words: what happened, why you, what to do, and where."""

import re
from collections.abc import Sequence

from django.conf import settings

from changeoffice.core.notify.grouping import grouped
from changeoffice.core.notify.models import Notification

MOST_LINES = 60
# Words by which a chat calls everybody in a room.
CALLS_ALL = re.compile(r"@(?=(?:channel|all|here|everyone|team)\b)", re.IGNORECASE)
AS_TEXT = str.maketrans("<>`", "‹›'")
LEAD = {True: "Answer it here", False: "Read it here"}


def letter_about(notice: Notification) -> tuple[str, str]:
    """Subject and body."""
    body = (
        f"{notice.text}.\n\nYou get this because {notice.because}.\n"
        f"{LEAD[notice.asks]}: {settings.SITE_URL}{notice.get_absolute_url()}\n\n"
        f"What you hear by e-mail is yours to choose: {settings.SITE_URL}/settings#hearing\n"
    )
    return notice.text[:200], body


def daily_letter(notices: Sequence[Notification]) -> tuple[str, str]:
    """Subject and body; what is about one item stands together, what was told again once."""
    shown = notices[:MOST_LINES]
    number = len(notices) if len(notices) <= MOST_LINES else f"more than {MOST_LINES}"
    parts = [_about_one(group) for group in grouped(shown)]
    return f"{number} new in your inbox", "\n\n".join([*parts, f"{settings.SITE_URL}/inbox\n"])


def chat_message(notice: Notification) -> str:
    said = f"{notice.text}.\nYou get this because {notice.because}.\n"
    plain = CALLS_ALL.sub("@\u200b", said).translate(AS_TEXT).replace("](", "]\u200b(")
    return f"{plain}{LEAD[notice.asks]}: {settings.SITE_URL}{notice.get_absolute_url()}"


def _about_one(group: dict) -> str:
    lines = [_line(row) for row in (*group["shown"], *group["folded"])]
    reference = f"{group['record'].reference} " if group["record"] else ""
    return "\n\n".join([f"{reference}{group['title']}", *lines])


def _line(row: dict) -> str:
    mark = "Asks you: " if row["asks"] else ""
    again = f" ({row['times']} times)" if row["times"] > 1 else ""
    return f"{mark}{row['title']}{again}. {row['why']}\n{settings.SITE_URL}{row['url']}"
