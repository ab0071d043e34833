"""Tags: free words people give an idea, written one way so that they meet."""

import re
from collections.abc import Iterable

LONGEST, MOST = 30, 8
NEITHER_WORD_NOR_LINK = re.compile(r"[^\w&+./-]+")


def normalised(words: str) -> str:
    """ "#Call  Reduction! " is "call reduction"."""
    return " ".join(NEITHER_WORD_NOR_LINK.sub(" ", words.lower()).split()).strip(" -./")


def of(typed: str | Iterable[str]) -> list[str]:
    """Each once, in the order given; a text is parted at its commas."""
    parts = re.split(r"[,;\n]", typed) if isinstance(typed, str) else typed
    return list(dict.fromkeys(filter(None, map(normalised, parts))))
