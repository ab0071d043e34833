"""Why a verb refuses. Every door maps these once: 404, 403, 409, 412, 400."""

from django.db import InterfaceError, OperationalError


class Refused(Exception):
    """A verb said no; `str()` is a sentence for a person."""


class NotSeen(Refused):
    """The item does not exist for this person."""


class NotAllowed(Refused):
    """The person may see it but not do this."""


class NotNow(Refused):
    """The state, or an unmet guard, stands in the way."""

    def __init__(self, message: str, reasons: list[str] | None = None, record=None) -> None:
        super().__init__(message)
        self.reasons = reasons or [message]
        self.record = record


class TooOften(Refused):
    """Asked more often than one person may in so short a time; `wait` in seconds."""

    def __init__(self, message: str, wait: int) -> None:
        super().__init__(message)
        self.wait = wait


class Stale(Refused):
    """Changed since it was opened; nothing was overwritten."""

    def __init__(self, record, changes: list[dict] | None = None) -> None:
        super().__init__(f"{record.reference} changed since you opened it.")
        self.record = record
        self.changes = changes or []


class Invalid(Refused):
    """Input that cannot be used; `errors` maps field to messages."""

    def __init__(self, **errors: str | list[str]) -> None:
        self.errors = {
            field: [words] if isinstance(words, str) else words for field, words in errors.items()
        }
        super().__init__(" ".join(words for found in self.errors.values() for words in found))


def is_contention(error: Exception) -> bool:
    """Two writers met: PostgreSQL let one go on and sent this one back to try again."""
    return any(words in str(error) for words in ("lock timeout", "deadlock detected"))


def is_database_away(error: BaseException | None) -> bool:
    """It cannot be reached, is stopping, is full, or took too long: later it may well be done."""
    return isinstance(error, (OperationalError, InterfaceError))


def is_nul(error: Exception) -> bool:
    """Text with a NUL reached the database's driver, which cannot send it."""
    return isinstance(error, ValueError) and "NUL (0x00)" in str(error)
