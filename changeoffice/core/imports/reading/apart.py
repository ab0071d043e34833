"""Reading a workbook in a process of its own, so that no file can take a worker down.

The child limits its own memory and processor time before it looks at the file; what it finds comes
back as JSON. Text is small enough to be read where one is.
"""

import logging
import resource
import subprocess
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from changeoffice.core.imports.reading import files
from changeoffice.core.imports.reading.formats import is_workbook
from changeoffice.core.imports.reading.table import Guess, Row, Shape, Sheet, Table
from changeoffice.core.record.errors import Invalid

log = logging.getLogger(__name__)

MEMORY = 1536 * 1024 * 1024  # bytes of address space
SECONDS = 90  # of processor time
PATIENCE = 300  # seconds of waiting, however busy the machine is
ROOT = Path(__file__).parents[4]
TOO_MUCH = (
    "Reading this workbook takes more memory or time than one file may have. "
    "Save only the sheet you need, or save it as CSV."
)


def guess(content: bytes, file_name: str = "", wanted: Sequence[str] = (), **fixed: Any) -> Guess:
    """The shape a file most likely has; see `files.guess`."""
    if not is_workbook(content):
        return files.guess(content, file_name, wanted, **fixed)
    found = _ask("guess", content, file_name=file_name, wanted=list(wanted), fixed=fixed)
    return Guess(Shape(**found["shape"]), found["notes"])


def sheets_of(content: bytes) -> list[Sheet]:
    """The sheets of a workbook; none for text."""
    if not is_workbook(content):
        return files.sheets_of(content)
    return [Sheet(**sheet) for sheet in _ask("sheets", content)["sheets"]]


def read(content: bytes, shape: Shape) -> Table:
    """The table of a file by its shape."""
    if not is_workbook(content):
        return files.read(content, shape)
    found = _ask("read", content, shape=shape.as_json())
    columns = found["columns"]
    rows = [Row(number, dict(zip(columns, cells, strict=True))) for number, cells in found["rows"]]
    misshapen = [(number, words) for number, words in found["misshapen"]]
    return Table(columns, found["letters"], rows, misshapen, found["notes"], shape)


def _ask(task: str, content: bytes, **asked: Any) -> dict[str, Any]:
    """What the child answers; Invalid when it refuses the file or the file is too much for it."""
    files.refuse_large(content)
    question = orjson.dumps({"task": task, "memory": MEMORY, "seconds": SECONDS, **asked})
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__],
            input=question + b"\n" + content, capture_output=True, timeout=PATIENCE, cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"},
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Invalid(file=TOO_MUCH) from None
    if done.returncode or not done.stdout:
        log.warning("a workbook ended its reader: %s", done.stderr[-300:].decode(errors="replace"))
        raise Invalid(file=TOO_MUCH)
    answer: dict[str, Any] = orjson.loads(done.stdout)
    if "refused" in answer:
        raise Invalid(**answer["refused"])
    return answer


def _guess(content: bytes, asked: dict[str, Any]) -> dict[str, Any]:
    found = files.guess(content, asked["file_name"], asked["wanted"], **asked["fixed"])
    return {"shape": found.shape.as_json(), "notes": found.notes}


def _sheets(content: bytes, asked: dict[str, Any]) -> dict[str, Any]:
    return {"sheets": [asdict(sheet) for sheet in files.sheets_of(content)]}


def _read(content: bytes, asked: dict[str, Any]) -> dict[str, Any]:
    table = files.read(content, Shape(**asked["shape"]))
    return {
        "columns": table.columns, "letters": table.letters, "misshapen": table.misshapen,
        "notes": table.notes, "rows": [(row.number, list(row.cells.values())) for row in table.rows],
    }  # fmt: skip


TASKS: dict[str, Callable[[bytes, dict[str, Any]], dict[str, Any]]] = {
    "guess": _guess, "sheets": _sheets, "read": _read,
}  # fmt: skip


def _limit(memory: int, seconds: int) -> None:
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _child() -> None:
    question = orjson.loads(sys.stdin.buffer.readline())
    _limit(question["memory"], question["seconds"])
    warnings.simplefilter("ignore")
    try:
        answer = TASKS[question["task"]](sys.stdin.buffer.read(), question)
    except Invalid as error:
        answer = {"refused": error.errors}
    sys.stdout.buffer.write(orjson.dumps(answer))


if __name__ == "__main__":
    _child()
