r"""Records out of delimited text whose quotes are broken.

Exports exist that put texts between quotes but leave the quotes inside them alone. A CSV reader
then loses its place and finds more, shorter records. Here the records are found by what sound
lines teach: how wide a record is, and what each of its columns looks like. A record begins where a
line starts like the first column and the line before ends like the last ones. A record is cut into
its cells where that is possible in exactly one way; else it is refused, not guessed at.
"""

import csv
import io
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from changeoffice.core.imports.reading.table import LONGEST_CELL, Line, counted

LEARN_FROM = 2_000  # lines
ENOUGH = 3  # sound lines, to learn the columns from
DOMINANT, RARE = 0.6, 0.15  # shares of a column's values
TAIL = 4  # columns whose looks tell where a record ends
LONGEST_RECORD = 200  # lines looked through for a record that a torn one would swallow
MOST_CUTS = 3_000  # delimiters in one broken record
MOST_EFFORT = 20_000_000  # cuts times columns, over the whole file
MOST_REFUSED = 0.25  # of all records; above it the file taught the wrong thing
ANYTHING, NOTHING = ".*", "(?!)"

Step = dict[int, tuple[int, int]]  # start of a cell: ways to cut from there (2: more), next start


@dataclass
class Account:
    """What became of a broken file's records."""

    lines: list[Line] = field(default_factory=list)  # sound and repaired ones, and the header
    refused: list[tuple[int, str]] = field(default_factory=list)
    repaired: list[int] = field(default_factory=list)

    def sentences(self, seen_by_reader: int) -> list[str]:
        total = len(self.lines) - 1 + len(self.refused)
        sound = total - len(self.repaired) - len(self.refused)
        said = [
            f"The quotes in this file are broken: quotes inside texts are not doubled, so it reads "
            f"as {seen_by_reader:,} rows. It really holds {counted(total, 'record', 'records')}: "
            f"{sound:,} sound, {len(self.repaired):,} repaired, {len(self.refused):,} refused."
        ]
        if self.repaired:
            said.append(f"Repaired rows, worth a look: {_listed(self.repaired)}.")
        if self.refused:
            said.append(f"Refused rows: {_listed([row for row, _ in self.refused])}.")
        return said


def repaired(text: str, delimiter: str, header_row: int) -> Account | None:
    """The records of a broken file; None when they cannot be told apart."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) <= header_row:
        return None
    header = _parsed(lines[header_row - 1], delimiter)
    if header is None or len(header) < 2:
        return None
    columns = _learn(lines[header_row:], delimiter, len(header))
    if columns is None:
        return None
    account = Account([(header_row, header)])
    cutter = _Cutter(columns, delimiter)
    found = _records(lines, header_row, columns, delimiter)
    for number, (first, record) in enumerate(found, start=header_row + 1):
        cutter.take(account, number, first, record)
    records = len(account.lines) - 1 + len(account.refused)
    return account if len(account.refused) <= MOST_REFUSED * records else None


@dataclass(frozen=True)
class Column:
    """What sound records hold in one column."""

    strict: re.Pattern[str]  # what never holds a delimiter, with its quotes
    loose: bool  # quoted text of any kind: it may run over lines and hold anything


def _learn(lines: Sequence[str], delimiter: str, width: int) -> list[Column] | None:
    sound = [_raw_cells(line, delimiter) for line in lines[:LEARN_FROM]]
    sound = _alike([cells for cells in sound if len(cells) == width])
    if len(sound) < ENOUGH:
        return None
    return [_column([cells[place] for cells in sound], delimiter) for place in range(width)]


def _alike(records: list[list[str]]) -> list[list[str]]:
    """Without the lines of prose that happen to hold as many delimiters as a record."""
    kinds = [[_kind(cell) for cell in cells] for cells in records]
    rare = [_rarities(column) for column in zip(*kinds, strict=True)]
    return [
        cells
        for cells, row in zip(records, kinds, strict=True)
        if sum(kind in rare[place] for place, kind in enumerate(row)) < 2
    ]


def _rarities(kinds: Sequence[str]) -> set[str]:
    """What a column that mostly holds one kind of value holds seldom."""
    often = Counter(kinds)
    if often.most_common(1)[0][1] < DOMINANT * len(kinds):
        return set()
    return {kind for kind, number in often.items() if number < RARE * len(kinds)}


def _kind(cell: str) -> str:
    """A cell's kind of value: number, code of some length, word or text; quoted or not."""
    inside, quoted = cell.strip('"'), " quoted" if cell.startswith('"') else ""
    if re.fullmatch(r"-?[\d.]{1,15}", inside):
        return f"number{quoted}"
    if " " in inside and re.search(r"[^\W\d]", inside):
        return f"text{quoted}"
    return (f"code {len(inside)}" if re.search(r"\d", inside) else "word") + quoted


def _column(samples: Sequence[str], delimiter: str) -> Column:
    """The narrowest pattern that fits all samples: quoted or not, and of which signs."""
    quoted = _signs([sample[1:-1] for sample in samples if sample.startswith('"')])
    bare = _signs([sample for sample in samples if not sample.startswith('"')])
    loose = quoted == ANYTHING
    options = [f'"(?:{quoted})"'] if quoted is not None and not loose else []
    if bare is not None:
        options.append(f'[^"{re.escape(delimiter)}\n]*' if bare == ANYTHING else bare)
    pattern = "|".join(f"(?:{option})" for option in options) or NOTHING
    return Column(re.compile(pattern), loose)


def _signs(samples: Sequence[str]) -> str | None:
    """A pattern of the samples' signs; ANYTHING for text, None where there is no sample."""
    joined = "".join(samples)
    if not samples:
        return None
    if re.search(r"[^\w ./:+-]", joined) or _kind_of_most(samples) == "text":
        return ANYTHING
    ranges = (("0-9", r"\d"), ("a-f", "[a-f]"), ("g-z", "[g-z]"), ("A-Z", "[A-Z]"))
    found = "".join(name for name, pattern in ranges if re.search(pattern, joined))
    found += "".join(re.escape(sign) for sign in sorted(set(joined)) if not sign.isalnum())
    if not found or not joined.isascii():
        return ANYTHING if joined else ""
    lengths = {len(sample) for sample in samples}
    fixed = len(lengths) == 1 and _kind_of_most(samples).startswith("code")
    return f"[{found}]{{{lengths.pop()}}}" if fixed else f"[{found}]*"


def _kind_of_most(samples: Sequence[str]) -> str:
    return Counter(_kind(sample) for sample in samples).most_common(1)[0][0]


def _records(
    lines: Sequence[str], header_row: int, columns: list[Column], delimiter: str
) -> Iterator[tuple[int, str]]:
    """Line number and text of each record."""
    first = header_row
    for place in range(header_row + 1, len(lines)):
        if _begins(lines[place], columns[0], delimiter) and _ends(
            lines[place - 1], columns, delimiter
        ):
            yield from _parts(lines, first, place, columns, delimiter)
            first = place
    yield from _parts(lines, first, len(lines), columns, delimiter)


def _parts(
    lines: Sequence[str], first: int, end: int, columns: list[Column], delimiter: str
) -> Iterator[tuple[int, str]]:
    """A record, but for a sound one at its end that the torn one before it would swallow."""
    record = "\n".join(lines[first:end]).rstrip("\n")
    if _is_sound(record, delimiter, len(columns)):
        yield first + 1, record
        return
    for place in range(first + 1, min(end, first + LONGEST_RECORD)):
        if _begins(lines[place], columns[0], delimiter):
            rest = "\n".join(lines[place:end]).rstrip("\n")
            if _is_sound(rest, delimiter, len(columns)):
                yield first + 1, "\n".join(lines[first:place])
                yield place + 1, rest
                return
    yield first + 1, record


def _is_sound(record: str, delimiter: str, width: int) -> bool:
    found = _parsed(record, delimiter)
    return found is not None and len(found) == width


def _begins(line: str, column: Column, delimiter: str) -> bool:
    """Whether the line starts like a record."""
    cell, cut, _ = line.partition(delimiter)
    named = bool(cut and cell and column.strict.fullmatch(cell))
    return named or (column.loose and line.startswith('"'))


def _ends(line: str, columns: Sequence[Column], delimiter: str) -> bool:
    """Whether the line ends like a record: the last columns one by one, up to the first free text."""
    rest = line.rstrip()
    for column in reversed(columns[1:][-TAIL:]):
        before, cut, cell = rest.rpartition(delimiter)
        if column.loose and rest.endswith('"'):
            return True
        if not cut or not column.strict.fullmatch(cell):
            return False
        if column.loose:
            return True
        rest = before
    return True


class _Cutter:
    """Cuts one record at a time into the columns that were learned."""

    def __init__(self, columns: list[Column], delimiter: str) -> None:
        self.columns, self.delimiter, self.effort = columns, delimiter, 0

    def take(self, account: Account, number: int, line: int, record: str) -> None:
        if not record.strip():
            return
        sound = _parsed(record, self.delimiter)
        if sound is not None and len(sound) == len(self.columns):
            account.lines.append((number, sound))
            return
        ways, cells = self._ways(record)
        if ways == 1 and self._holds_another(record):
            ways = 2
        if ways == 1:
            account.lines.append((number, [_inside(cell) for cell in cells]))
            account.repaired.append(number)
            return
        why = "in more than one way" if ways else f"into {len(self.columns)} cells in no way"
        account.refused.append(
            (number, f"Line {line:,} of the file: broken quotes; the record can be cut {why}.")
        )

    def _holds_another(self, record: str) -> bool:
        """Whether a later line of it starts like a record of its own."""
        first = self.columns[0]
        return not first.loose and any(
            _begins(line, first, self.delimiter) for line in record.split("\n")[1:]
        )

    def _ways(self, record: str) -> tuple[int, list[str]]:
        """In how many ways the record can be cut (2 stands for more), and the cells of the only one.

        Works from the right: what follows each cut is counted once, whatever stands before it.
        """
        cuts = [at for at, sign in enumerate(record) if sign == self.delimiter]
        self.effort += len(cuts) * len(self.columns)
        if len(cuts) > MOST_CUTS or len(record) > LONGEST_CELL or self.effort > MOST_EFFORT:
            return 0, []
        ends = [*cuts, len(record)]
        after: Step = {len(record) + 1: (1, 0)}
        plan: list[Step] = []
        for place in range(len(self.columns) - 1, -1, -1):
            starts = [at + 1 for at in cuts] if place else [0]
            after = self._fitting(record, self.columns[place], starts, ends, after)
            plan.insert(0, after)
        ways = after.get(0, (0, 0))[0]
        return ways, self._cells(record, plan) if ways == 1 else []

    def _fitting(
        self, record: str, column: Column, starts: list[int], ends: list[int], after: Step
    ) -> Step:
        """From which starts the column fits, in how many ways, and where the next one starts."""
        possible = [end for end in ends if end + 1 in after]
        closing = [end for end in possible if record[end - 1 : end] == '"']
        found: Step = {}
        for start in starts:
            ways, following = 0, 0
            place = bisect_left(ends, start)
            if (end := ends[place]) + 1 in after and column.strict.fullmatch(record, start, end):
                ways, following = after[end + 1][0], end + 1
            elif column.loose and record[start : start + 1] == '"':
                for end in closing[bisect_left(closing, start + 2) :]:
                    ways, following = min(2, ways + after[end + 1][0]), end + 1
                    if ways > 1:
                        break
            if ways:
                found[start] = (ways, following)
        return found

    def _cells(self, record: str, plan: list[Step]) -> list[str]:
        cells, start = [], 0
        for step in plan:
            end = step[start][1] - 1
            cells.append(record[start:end])
            start = end + 1
        return cells


def _parsed(record: str, delimiter: str) -> list[str] | None:
    """The cells of one sound record, or None."""
    try:
        found = list(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return found[0] if len(found) == 1 else None


def _raw_cells(line: str, delimiter: str) -> list[str]:
    """The cells of one line with their quotes, where no quote stands inside."""
    if '""' in line.replace(f'{delimiter}""', delimiter):
        return []
    return re.findall(
        rf'(?:^|(?<={re.escape(delimiter)}))("[^"]*"|[^"{re.escape(delimiter)}]*)(?={re.escape(delimiter)}|$)',
        line,
    )


def _inside(cell: str) -> str:
    """A cell without its quotes; quotes inside stay as they are unless all of them are doubled."""
    if not (len(cell) > 1 and cell.startswith('"')):
        return cell
    text = cell[1:-1]
    return text.replace('""', '"') if '"' not in text.replace('""', "") else text


def _listed(numbers: list[int]) -> str:
    shown = ", ".join(f"{number:,}" for number in numbers[:20])
    return shown + (f" and {len(numbers) - 20:,} more" if len(numbers) > 20 else "")
