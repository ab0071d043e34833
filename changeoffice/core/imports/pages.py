"""Import, page by page: upload, match the columns, dry run, progress, and what came of it."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views import View
from django.views.decorators.http import require_GET, require_POST

from changeoffice.core import ports
from changeoffice.core.doors.pages.work import WorkListPage, seen
from changeoffice.core.imports import drafting, matching, showing, uploading
from changeoffice.core.imports.apostrophes import undone
from changeoffice.core.imports.filters import ImportFilterSet
from changeoffice.core.imports.kinds import NOT_YOURS, kinds_for, may_import
from changeoffice.core.imports.mapping import Mapping
from changeoffice.core.imports.models import TAKES_IN, Import, SavedMapping
from changeoffice.core.imports.reading import Shape, Table, read, sheets_of
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow, NotSeen

SMALL = 2 * 1024 * 1024
FIRST_ROWS = 5
HINTS = ("sheet", "header_row", "transposed")  # of the shape, worth keeping for the next file


class ImportList(WorkListPage):
    work, template, fragment = Import, "imports/list.html", "imports/_list.html"
    filterset, related = ImportFilterSet, ("owner",)

    def extra(self) -> dict[str, Any]:
        return {"upload": _upload_context(self.request)}

    def post(self, request: HttpRequest) -> HttpResponse:
        if not may_import(request.user):
            raise NotAllowed(NOT_YOURS)
        upload = request.FILES.get("file")
        asked = {name: request.POST.get(name, "")[:60] for name in ("of", "mapping")}
        try:
            if upload is None:
                raise Invalid(file="Choose a file first.")
            made = uploading.uploaded(by=request.user, of=asked["of"], upload=upload,
                                      mapping_name=asked["mapping"],
                                      others=request.FILES.getlist("others")[:5])  # fmt: skip
        except Invalid as error:
            self.look_up({}, {})
            context = self._context({}, {})
            context["upload"] = _upload_context(request, asked, error.errors)
            return render(request, self.template, context, status=422)
        return redirect(f"{made.get_absolute_url()}/columns")


def _upload_context(request: HttpRequest, asked=None, errors=None) -> dict[str, Any]:
    kinds = kinds_for(request.user)
    chosen = (asked or {}).get("of") or request.GET.get("of", "")
    return {
        "kinds": [(kind.name, kind.title, kind.name == chosen) for kind in kinds],
        "mappings": [(kind.title, [(name, found.title or name)
                                   for name, found in uploading.remembered_for(kind.name).items()])
                     for kind in kinds],
        "largest": settings.IMPORT_MAX_BYTES,
        "largest_mb": settings.IMPORT_MAX_BYTES // 1024**2, "errors": errors or {}, "mapping": (asked or {}).get("mapping", ""),
    }  # fmt: skip


class ImportPage(View):
    """Where it stands decides which page that is."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        record = seen(Import, reference, request.user, ("owner",))
        base = record.get_absolute_url()
        if record.at_work:
            return redirect(f"{base}/progress")
        if record.state == "done" or not TAKES_IN.holds(request.user, record):
            return render(request, "imports/result.html", showing.result(record, request))
        return redirect(f"{base}/{'dry-run' if record.checked_at else 'columns'}")


class ColumnsPage(View):
    template = "imports/columns.html"

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        record = own(request, reference)
        if request.htmx and "row" in request.GET:
            table = table_of(record)
            return render(request, "imports/_preview.html", _preview(record, table, request))
        return self.drawn(request, record)

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        record = own(request, reference)
        kind, table = ports.import_kinds[record.of], table_of(record)
        draft = drafting.draft_of(record.mapping)
        made, origins = matching.posted(kind, draft, table, request.POST)
        made = _named(record, made, request.POST)
        plain = made.as_json() | {"origins": record.mapping.get("origins", {}) | origins}
        record.match(by=request.user, mapping=plain)
        if "dry_run" not in request.POST:
            return redirect(f"{record.get_absolute_url()}/columns")
        try:
            matching.complete(kind, made)
        except Invalid as error:
            return self.drawn(request, record, error)
        _remember(record, made, table, request)
        record.dry_run(by=request.user)
        return redirect(f"{record.get_absolute_url()}/progress")

    def drawn(self, request: HttpRequest, record: Import, error: Invalid | None = None):
        context = showing.steps(record, "columns")
        try:
            table = table_of(record)
        except (Invalid, FileNotFoundError) as trouble:
            context |= {"unreadable": str(trouble) if isinstance(trouble, Invalid)
                        else "The file is no longer in the store. Upload it again."}  # fmt: skip
        else:
            context |= _matching_context(record, table, request)
        if error:
            context |= {"errors": error.errors}
        context |= _shape_context(record)
        return render(request, self.template, context, status=422 if error else 200)


def _matching_context(record: Import, table: Table, request: HttpRequest) -> dict[str, Any]:
    kind, mapping = ports.import_kinds[record.of], drafting.draft_of(record.mapping)
    columns = drafting.columns_for(kind, mapping, table, record.mapping.get("origins", {}))
    need = [column for column in columns if column.needs_you]
    only = request.GET.get("view") == "need"
    fed = set(mapping.fields)
    return {
        "kind": kind, "columns": columns, "shown": need if only else columns, "need": need,
        "only_need": only, "matched": sum(column.origin != "left_out" for column in columns),
        "remembered": sum(column.origin == "remembered" for column in columns),
        "fields": [(spec.name, spec.label, spec.required) for spec in kind.fields
                   if spec.type in drafting.RULE_OF or spec.name in fed],
        "identity": drafting.IDENTITY, "scales": drafting.SCALES.items(), "lacks": matching.lacks(kind, mapping), "mapping": mapping, "table": table,
        "first_rows": [[row.cells[name][:80] for name in table.columns]
                       for row in table.rows[:FIRST_ROWS]],
        "choices": {spec.name: spec.choices for spec in kind.fields},
        "maps": [(column, next(s for s in kind.fields if s.name == column.goes_to))
                 for column in columns if column.values],
        **_preview(record, table, request),
    }  # fmt: skip


def _preview(record: Import, table: Table, request: HttpRequest) -> dict[str, Any]:
    asked = request.GET.get("row", "1")
    place = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    place = min(max(place, 1), max(len(table.rows), 1))
    context = {"record": record, "place": place, "of_rows": len(table.rows), "preview": None,
               "before": place - 1, "after": place + 1 if place < len(table.rows) else 0}  # fmt: skip
    kind, mapping = ports.import_kinds[record.of], drafting.draft_of(record.mapping)
    if table.rows:
        try:
            context["preview"] = matching.preview(kind, mapping, table, table.rows[place - 1],
                                                  request.user)  # fmt: skip
        except Invalid as error:
            context["preview_error"] = str(error)
    return context


def _shape_context(record: Import) -> dict[str, Any]:
    shape = Shape.from_json(record.shape) if record.shape else Shape(record.format or "csv")
    sheets = []
    if shape.format == "xlsx":
        with record.file.open("rb") as content:
            sheets = [sheet.name for sheet in sheets_of(content.read())]
    return {"shape": shape, "sheets": sheets, "encodings": showing.ENCODINGS,
            "delimiters": showing.DELIMITERS}  # fmt: skip


def _named(record: Import, made: Mapping, data) -> Mapping:
    source = " ".join(data.get("source", made.source).split())[:60]
    name = " ".join(data.get("remember_as", made.name).split())[:60]
    shape = {part: value for part, value in record.shape.items()
             if part in HINTS and value not in ("", False, 1)}  # fmt: skip
    return replace(made, source=source, name=name, shape=shape)


def _remember(record: Import, made: Mapping, table: Table, request: HttpRequest) -> None:
    """The next file of this source begins where this one ends."""
    if not request.POST.get("remember") or not made.name:
        return
    if before := uploading.remembered_for(record.of, alone=False).get(made.name):
        made = drafting.widened(made, before, table)
    SavedMapping.objects.update_or_create(
        of=record.of, name=made.name,
        defaults={"source": made.source, "mapping": made.as_json(), "by": request.user,
                  "at": clock.now()},
    )  # fmt: skip


@require_POST
def shape(request: HttpRequest, reference: str) -> HttpResponse:
    record, data = own(request, reference), request.POST
    header = data.get("header_row", "1")
    try:
        wanted = Shape.from_json({
            "format": record.format, "encoding": data.get("encoding", ""),
            "delimiter": data.get("delimiter", "").replace("tab", "\t"),
            "sheet": data.get("sheet", ""), "transposed": data.get("transposed") == "1",
            "header_row": int(header) if header.isascii() and header.isdigit() else 0,
        })  # fmt: skip
        with record.file.open("rb") as content:
            record.read_as(by=request.user,
                           **uploading.read_again(record, wanted, content.read()))  # fmt: skip
    except Invalid as error:
        messages.error(request, str(error))
    return redirect(f"{record.get_absolute_url()}/columns")


class DryRunPage(View):
    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        record = own(request, reference)
        if record.at_work:
            return redirect(f"{record.get_absolute_url()}/progress")
        if record.checked_at is None or record.state == "done":
            return redirect(record)
        return self.drawn(request, record)

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        record = own(request, reference)
        record.dry_run(by=request.user)
        return redirect(f"{record.get_absolute_url()}/progress")

    def drawn(self, request: HttpRequest, record: Import, status: int = 200, **more: Any):
        context = showing.dry_run(record, request) | more
        template = "imports/_dry_run.html" if request.htmx else "imports/dry_run.html"
        answer = render(request, template, context, status=status)
        patch_vary_headers(answer, ["HX-Request"])
        return answer


@require_POST
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Choices made on the dry run; with `run` they are followed by the import itself."""
    record, data = own(request, reference), request.POST
    chosen = {key.removeprefix("c:"): side for key, side in data.items() if key.startswith("c:")}
    if "keep_all" in data:
        chosen = dict.fromkeys(record.conflict_keys(), "hand")
    page = DryRunPage()
    try:
        record.decide(by=request.user, decisions=chosen, complete="complete" in data,
                      confirmed="confirmed" in data)  # fmt: skip
        if "run" in data:
            record.run(by=request.user)
            return redirect(f"{record.get_absolute_url()}/progress")
    except (Invalid, NotNow) as error:
        record.refresh_from_db()
        return page.drawn(request, record, 409, refusal=str(error))
    if request.htmx:
        return page.drawn(request, record)
    return redirect(f"{record.get_absolute_url()}/dry-run")


@require_GET
def progress(request: HttpRequest, reference: str) -> HttpResponse:
    record = seen(Import, reference, request.user, ("owner", "progress"))
    if not record.at_work:
        if request.htmx:
            return HttpResponse(status=204, headers={"HX-Redirect": record.get_absolute_url()})
        return redirect(record)
    template = "imports/_progress.html" if request.htmx else "imports/progress.html"
    answer = render(request, template, showing.progress(record, request.user))
    patch_vary_headers(answer, ["HX-Request"])
    return answer


@require_GET
def refused(request: HttpRequest, reference: str) -> HttpResponse:
    return showing.refused_file(own(request, reference))


def own(request: HttpRequest, reference: str) -> Import:
    """An import whose file this person may read: what stands in it is not for everybody."""
    record = seen(Import, reference, request.user, ("owner",))
    if not TAKES_IN.holds(request.user, record):
        raise NotAllowed(f"This needs {TAKES_IN.words}.")
    if not record.file:
        raise NotSeen("The file of this import was not kept.")
    return record


def table_of(record: Import) -> Table:
    if record.size > SMALL:
        return _read(record.file.name, Shape.from_json(record.shape))
    return _kept(record.file.name, Shape.from_json(record.shape))


def _read(name: str, wanted: Shape) -> Table:
    with Import._meta.get_field("file").storage.open(name, "rb") as content:
        return undone(read(content.read(), wanted))


_kept = lru_cache(maxsize=4)(_read)  # turning the pages of a small file reads it once
