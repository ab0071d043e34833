"""One row for one story: an idea, the demand it became and the project of that are told once."""

from collections.abc import Iterable, Sequence
from typing import Any


def folded(
    found: Iterable[Any], lines: Iterable[Sequence[int | None]], kinds: Sequence[str]
) -> list[Any]:
    """Of each story the row furthest along (`kinds` names the furthest first), where the closest
    stood, as close as that, and naming the others it came from.

    `lines` tell what a row came from: its key and the keys before it, nearest first.
    """
    first = {line[0]: [key for key in line if key is not None][-1] for line in lines}
    stories: dict[int, list[Any]] = {}
    for row in found:
        stories.setdefault(first.get(row.pk, row.pk), []).append(row)
    return [_told_once(rows, kinds) for rows in stories.values()]


def _told_once(rows: list[Any], kinds: Sequence[str]) -> Any:
    furthest, *before = sorted(rows, key=lambda row: kinds.index(row.kind))
    furthest.closeness = max(row.closeness for row in rows)
    furthest.story = {row.pk for row in rows}
    furthest.came_from = [row.reference for row in before]
    return furthest
