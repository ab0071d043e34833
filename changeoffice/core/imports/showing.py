"""What the pages of an import show, put together for their templates."""

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from changeoffice.core import ports
from changeoffice.core.doors.export import csv
from changeoffice.core.doors.lists import whole
from changeoffice.core.imports.models import OUTCOMES, TAKES_IN, Import, ImportLine
from changeoffice.core.imports.reading import Shape
from changeoffice.core.imports.reading.delimited import DELIMITERS as SIGNS
from changeoffice.core.imports.reading.text import ENCODINGS as READABLE
from changeoffice.core.record.models import Record, visible

ENCODINGS = READABLE
DELIMITERS = [("tab" if sign == "\t" else sign, words) for sign, words in SIGNS.items()]
PAGE = 25
REASON = "Refused because"
LOOKS = {
    "conflict": ("git-compare", "text-amber", "your choice first"),
    "refused": ("circle-x", "text-red", "row, column and reason"),
    "updated": ("pencil", "", "old and new"),
    "created": ("plus", "text-green", "new here"),
    "unchanged": ("equal", "text-3", "nothing to do"),
}  # fmt: skip
STEPS = [
    ("wait", "Wait for another import of this source", ""),
    ("read", "Read the file", "Every cell by its rule"),
    ("write", "Write the rows", "Nobody else sees any of it until the last one is in"),
    ("end", "End what the file no longer has", ""),
    ("settle", "Work out what follows", "Dates, colours and what waits for whom"),
    ("compare", "Compare with the dry run", "Nothing is saved if the office moved in between"),
]  # fmt: skip
SEEN_STEPS = {"checking": ("read", "write", "settle"), "running": ("read", "write", "settle",
                                                                    "compare")}  # fmt: skip


def steps(record: Import, now: str) -> dict[str, Any]:
    """The four steps above every page of an import."""
    base, order = record.get_absolute_url(), ["upload", "columns", "dry-run", "progress"]
    words = {"upload": "Upload", "columns": "Match columns", "dry-run": "Dry run",
             "progress": "Import"}  # fmt: skip
    at = order.index(now) if now in order else len(order)
    links = {
        "columns": f"{base}/columns" if record.state != "done" else "",
        "dry-run": f"{base}/dry-run" if record.checked_at and record.state != "done" else "",
    }
    return {
        "record": record, "kind": ports.import_kinds.get(record.of),
        "steps": [
            {"label": words[name], "url": links.get(name, "") if place < at else "",
             "state": "done" if place < at else "current" if place == at else "future"}
            for place, name in enumerate(order)
        ],
    }  # fmt: skip


def dry_run(record: Import, request: HttpRequest) -> dict[str, Any]:
    person = request.user
    counts = {"conflict": record.conflicts, "refused": record.refused, "updated": record.updated,
              "created": record.created, "unchanged": record.unchanged}  # fmt: skip
    offer = next((o for o in record.offers(person) if o.verb.name == "run"), None)
    return steps(record, "dry-run") | {
        "tiles": [
            {"code": code, "label": label, "count": counts[code], "icon": LOOKS[code][0],
             "tone": LOOKS[code][1], "note": _note(record, code)}
            for code, label in OUTCOMES
        ],
        "groups": [
            {"code": code, "label": label.split(" with ")[0], "icon": LOOKS[code][0],
             "tone": LOOKS[code][1], "page": _page(record, code, request)}
            for code, label in OUTCOMES if counts[code]
        ],
        "choices_left": record.open_conflicts,
        "offer": offer, "absent": absent_for(record, person), "told": record.told,
        "moved": record.told.get("moved", []),
    }  # fmt: skip


def _note(record: Import, code: str) -> str:
    if code == "updated" and record.updated:
        fields = record.told.get("fields", 0)
        return f"{fields:,} {'field' if fields == 1 else 'fields'}, old and new"
    return LOOKS[code][2]


def _page(record: Import, code: str, request: HttpRequest):
    rows = ImportLine.objects.filter(of=record, outcome=code).visible_to(request.user)
    page = _turned(rows.select_related("record"), code, request)
    for line in page.object_list:
        keyed = [(f"{line.row}:{c['field']}", c) for c in line.changes if c["conflict"]]
        line.keys = [(key, c, record.decisions.get(key, "")) for key, c in keyed]
    return page


def _turned(rows, code: str, request: HttpRequest):
    number = whole(request.GET.get(code), 100_000) or 1
    return Paginator(rows.order_by("row"), PAGE).get_page(number)


def absent_for(record: Import, person) -> list[Record]:
    """What the file no longer has, as far as this person may see it."""
    ids = record.told.get("absent_ids", [])
    return list(Record.objects.filter(visible(person), pk__in=ids).order_by("title")[:50])


def progress(record: Import, person) -> dict[str, Any]:
    told = {item["step"]: item for item in record.progress.steps}
    begun = record.progress.attempt == record.attempt
    if not begun:
        told = {}
    now = next(reversed(told), "")
    write = told.get("write", {})
    done, total = write.get("done", 0), write.get("total", 0) or record.rows
    shown = [name for name, _, _ in STEPS
             if name in SEEN_STEPS.get(record.state, ()) or name in told]  # fmt: skip
    lines = [
        {"label": label, "note": note, "state": _step_state(name, now, told),
         **told.get(name, {})}
        for name, label, note in STEPS if name in shown
    ]  # fmt: skip
    return steps(record, "dry-run" if record.state == "checking" else "progress") | {
        "lines": lines, "done": done, "total": total, "begun": begun, "waits": now == "wait",
        "percent": min(100, round(100 * done / total)) if total else 0,
        "seconds": _seconds(record) if begun else 0, "left": _left(write),
        "may_stop": record.verbs()["stop"].rule(record).holds(person, record),
        "chosen": _chosen(record, person),
        "earlier": earlier(record, person),
        "silent": begun and _since(record.progress.beat_at) > 30,
    }  # fmt: skip


def _step_state(name: str, now: str, told: dict[str, Any]) -> str:
    if name == now:
        return "current"
    return "done" if name in told else "future"


def _seconds(record: Import) -> int:
    return max(0, round(_since(record.progress.started_at)))


def _since(moment: datetime | None) -> float:
    """Seconds; none at all when it has not begun."""
    return (timezone.now() - moment).total_seconds() if moment else 0.0


def _left(write: dict[str, Any]) -> str:
    """How long the rest of the rows will take, from how long the first ones took."""
    done, total, seconds = write.get("done", 0), write.get("total", 0), write.get("seconds", 0)
    if not done or done >= total or seconds < 1:
        return ""
    left = round(seconds / done * (total - done))
    return (
        f"About {left // 60 + 1} minutes left"
        if left > 90
        else f"About {max(left, 1)} seconds left"
    )


def _chosen(record: Import, person) -> list[dict[str, str]]:
    if not record.decisions:
        return []
    rows = ImportLine.objects.filter(of=record, outcome="conflict").visible_to(person)[:50]
    return [
        {"reference": line.reference, "label": c["label"], "side": side,
         "value": c["new"] if side == "file" else c["old"]}
        for line in rows for c in line.changes
        if (side := record.decisions.get(f"{line.row}:{c['field']}"))
    ]  # fmt: skip


def earlier(record: Import, person) -> list[Import]:
    rows = Import.objects.visible_to(person).filter(of=record.of).exclude(pk=record.pk)
    return list(rows.filter(state__in=("done", "stopped", "failed")).order_by("-pk")[:4])


def result(record: Import, request: HttpRequest) -> dict[str, Any]:
    person = request.user
    lines = ImportLine.objects.filter(of=record).visible_to(person).select_related("record")
    made = lines.filter(outcome__in=("created", "updated", "conflict"))
    may = TAKES_IN.holds(person, record)
    return steps(record, "done" if record.state == "done" else "progress") | {
        "made": _turned(made, "made", request), "may_correct": may and record.file,
        "refused": _turned(lines.filter(outcome="refused"), "refused", request),
        "told": record.told, "earlier": earlier(record, person),
    }  # fmt: skip


def refused_file(record: Import) -> StreamingHttpResponse:
    """The refused rows as they stood in the file, each with its reasons in a last column; made to
    be corrected and sent again with the same mapping."""
    lines = list(ImportLine.objects.filter(of=record, outcome="refused").order_by("row"))
    columns: dict[str, None] = {}
    for line in lines:
        columns |= dict.fromkeys(line.cells)
    rows = (line.cells | {REASON: _why(line, record)} for line in lines)
    return csv(f"{record.reference} refused rows.csv", [*_in_order(record, columns), REASON], rows)


def _in_order(record: Import, columns: dict[str, None]) -> list[str]:
    """Columns stand as in the file; a jsonb cell forgets their order."""
    order = {name: place for place, name in enumerate(record.told.get("columns", []))}
    return sorted(columns, key=lambda name: order.get(name, len(order)))


def _why(line: ImportLine, record: Import) -> str:
    place = "Column" if Shape.from_json(record.shape).transposed else "Row"
    told = "; ".join(f"{e['column']}: {e['message']}" if e["column"] else e["message"]
                     for e in line.errors)  # fmt: skip
    return f"{place} {line.row}. {told}"
