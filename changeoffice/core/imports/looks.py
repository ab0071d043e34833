"""What a cell's text looks like, cheaply: enough to tell names from values and dates from sums."""

import re
from collections import Counter
from collections.abc import Iterable

NUMBER = re.compile(
    r"[(+−-]?\s*[£$€¥]?\s*-?\d[\d.,' \xa0]*\s*(?:%|k|m|bn?|million)?\)?", re.IGNORECASE
)
DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b.*|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b.*"
    r"|\d{1,2}(?:st|nd|rd|th)?[ -][a-z]{3,9}[ ,-]+\d{2,4}|[a-z]{3,9}\.? \d{1,2},? \d{4}\b.*"
    r"|\d{4}[ -]?q[1-4]|q[1-4][ -]\d{4}(?:/\d{2,4})?",
    re.IGNORECASE,
)
LONG = 60  # characters; longer ones are prose
EMPTY, DAY, SUM, PROSE, WORDS = "empty", "date", "number", "prose", "words"


def look_of(text: str) -> str:
    """empty, date, number, prose or words."""
    said = text.strip()
    if not said:
        return EMPTY
    if len(said) > LONG or "\n" in said:
        return PROSE
    if DATE.fullmatch(said):
        return DAY
    return SUM if NUMBER.fullmatch(said) else WORDS


def purity(texts: Iterable[str]) -> tuple[str, float]:
    """The most frequent look of what is filled, and its share."""
    looks = Counter(look_of(text) for text in texts)
    del looks[EMPTY]
    if not looks:
        return EMPTY, 0.0
    look, often = looks.most_common(1)[0]
    return look, often / looks.total()
