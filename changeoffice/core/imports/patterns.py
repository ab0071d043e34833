"""Texts that people write a little differently each time: compared without case, space and dashes."""

import re


def bare(text: str) -> str:
    """A name without case, spaces, hyphens and underscores."""
    return re.sub(r"[\s_\-]+", "", text).casefold()


def fits(text: str, pattern: str) -> bool:
    """Whether the text is the pattern, in any case and spacing; a * or … stands for any text."""
    said, parts = bare(text), [bare(part) for part in re.split(r"[*…]", pattern)]
    if len(parts) == 1:
        return said == parts[0]
    place = len(parts[0])
    if not said.startswith(parts[0]):
        return False
    for part in parts[1:-1]:
        if (at := said.find(part, place)) < 0:
            return False
        place = at + len(part)
    return len(said) - len(parts[-1]) >= place and said.endswith(parts[-1])


def captured(text: str, pattern: str) -> str:
    """What the first * of the pattern stands for in the text; "" where they do not fit."""
    if not fits(text, pattern):
        return ""
    before, _, after = pattern.partition("*")
    form = r"\s*".join(map(re.escape, bare(before))) + r"(.*?)"
    form += r"[\s_\-]*".join(map(re.escape, bare(after).split("*", 1)[0]))
    found = re.search(form, text, re.IGNORECASE | re.DOTALL)
    return found[1].strip() if found else ""
