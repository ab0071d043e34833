"""Imports through the API: the same steps and verbs as the pages."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.response import Response

from changeoffice.core import ports
from changeoffice.core.doors.api.cursors import cursor_page
from changeoffice.core.doors.api.views import WorkSerializer, WorkViewSet, work_api
from changeoffice.core.doors.lists import Ordering, need_known
from changeoffice.core.imports import carrying, matching, showing, uploading
from changeoffice.core.imports.filters import ImportFilterSet
from changeoffice.core.imports.kinds import NOT_YOURS, may_import
from changeoffice.core.imports.models import OUTCOMES, TAKES_IN, Import, ImportLine
from changeoffice.core.imports.reading import Shape
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow, NotSeen

EDITS = ("shape", "mapping", "decisions", "complete", "confirmed")
CODES = [code for code, _ in OUTCOMES]
BY_ROW = {"row": Ordering("Row", "row", descending=False)}
LINES_TAKE = {"outcome", "cursor", "page_size", "ordering", "count"}


class ImportSerializer(WorkSerializer):
    of = serializers.CharField(read_only=True)
    source = serializers.CharField(read_only=True)
    mapping_name = serializers.CharField(read_only=True)
    file_name = serializers.CharField(read_only=True)
    size = serializers.IntegerField(read_only=True)
    sha256 = serializers.CharField(read_only=True)
    shape = serializers.JSONField(read_only=True)
    notes = serializers.ListField(child=serializers.CharField(), read_only=True)
    rows = serializers.IntegerField(read_only=True)
    created = serializers.IntegerField(read_only=True)
    updated = serializers.IntegerField(read_only=True)
    unchanged = serializers.IntegerField(read_only=True)
    refused = serializers.IntegerField(read_only=True)
    conflicts = serializers.IntegerField(read_only=True)
    open_conflicts = serializers.IntegerField(read_only=True)
    absent = serializers.IntegerField(read_only=True)
    complete = serializers.BooleanField(read_only=True)
    confirmed = serializers.BooleanField(read_only=True)
    checked_at = serializers.DateTimeField(read_only=True, allow_null=True)
    trouble = serializers.CharField(read_only=True)


class UploadIn(serializers.Serializer):
    file = serializers.FileField()
    of = serializers.CharField(help_text="What its rows are, for example projects.")
    mapping = serializers.CharField(required=False, help_text="A mapping by its name.")
    source = serializers.CharField(required=False)
    others = serializers.ListField(child=serializers.FileField(), required=False,
                                   help_text="Files the mapping reads as well.")  # fmt: skip


class ImportEditIn(serializers.Serializer):
    shape = serializers.JSONField(required=False)
    mapping = serializers.JSONField(required=False)
    decisions = serializers.DictField(child=serializers.ChoiceField(["file", "hand"]),
                                      required=False, help_text="By “row:field”.")  # fmt: skip
    complete = serializers.BooleanField(required=False)
    confirmed = serializers.BooleanField(required=False)


class ImportLineOut(serializers.Serializer):
    row = serializers.IntegerField()
    outcome = serializers.ChoiceField(CODES)
    reference = serializers.CharField()
    title = serializers.CharField()
    changes = serializers.JSONField()
    errors = serializers.JSONField()
    mark_before = serializers.CharField()
    mark_after = serializers.CharField()


@work_api
class ImportApi(WorkViewSet):
    """Upload a file, match it, check it, decide, run it; and read what became of each row."""

    work, area, serializer_class = Import, "imports", ImportSerializer
    filterset_class, related = ImportFilterSet, ("unit", "owner")
    parser_classes = (JSONParser, MultiPartParser)

    @extend_schema(operation_id="imports_create", request={"multipart/form-data": UploadIn},
                   responses={201: ImportSerializer})  # fmt: skip
    def create(self, request) -> Response:
        """Keep a file; its shape and columns are guessed, and can be corrected with PATCH."""
        if not may_import(request.user):
            raise NotAllowed(NOT_YOURS)
        upload = request.data.get("file")
        if not hasattr(upload, "chunks"):
            raise Invalid(file="Send the file as multipart/form-data.")
        texts = {k: str(request.data.get(k, ""))[:60] for k in ("of", "mapping", "source")}
        made = uploading.uploaded(by=request.user, of=texts["of"], upload=upload,
                                  mapping_name=texts["mapping"], source=texts["source"],
                                  others=request.FILES.getlist("others")[:5])  # fmt: skip
        return self.one(made, 201)

    @extend_schema(operation_id="imports_update", request=ImportEditIn, responses=ImportSerializer)
    def partial_update(self, request, id: str) -> Response:
        """Correct how the file is read, match its columns, or decide its conflicts."""
        record, data = self._own(), request.data
        version = self.expected_version()
        if not hasattr(data, "keys") or (unknown := sorted(set(data) - set(EDITS))):
            unknown = unknown if hasattr(data, "keys") else ["__all__"]
            raise Invalid(**{str(name)[:80]: "This field is not known here." for name in unknown})
        if "shape" in data:
            self._read_as(record, data["shape"], version)
        if "mapping" in data:
            kind = ports.import_kinds[record.of]
            made = matching.checked(kind, data["mapping"], carrying.table_of(record))
            record.match(by=request.user, mapping=made.as_json(), at_version=version)
        if set(data) & {"decisions", "complete", "confirmed"}:
            record.decide(by=request.user, at_version=version, **_choices(data))
        return self.one(record)

    def _read_as(self, record: Import, plain: Any, version: int | None) -> None:
        shape = Shape.from_json(plain)
        with record.file.open("rb") as content:
            made = uploading.read_again(record, shape, content.read())
        record.read_as(by=self.request.user, at_version=version, **made)

    @extend_schema(
        operation_id="imports_lines", responses=ImportLineOut(many=True),
        parameters=[OpenApiParameter("outcome", str, enum=CODES)],
    )  # fmt: skip
    @action(detail=True, methods=["get"])
    def lines(self, request, id: str) -> Response:
        """What came, or would come, of each row, in the order of the file."""
        record, asked = self.get_object(), request.query_params.dict()
        need_known(asked, LINES_TAKE)
        rows = ImportLine.objects.filter(of=record).visible_to(request.user)
        outcome = asked.get("outcome", "")
        if outcome and outcome not in CODES:
            raise Invalid(outcome=f"One of {', '.join(CODES)}.")
        rows = rows.filter(outcome=outcome) if outcome else rows
        return cursor_page(request, rows, BY_ROW, ordering="row",
                           filters={"of": record.reference, "outcome": outcome},
                           draw=lambda page: ImportLineOut(page, many=True).data)  # fmt: skip

    @extend_schema(operation_id="imports_progress", responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["get"])
    def progress(self, request, id: str) -> Response:
        """How far the worker has come."""
        record = self.get_object()
        told = record.progress
        begun = told.attempt == record.attempt
        return Response({
            "state": record.state, "started_at": told.started_at if begun else None,
            "steps": told.steps if begun else [],
        })  # fmt: skip

    @extend_schema(operation_id="imports_refused", responses={(200, "text/csv"): str})
    @action(detail=True, methods=["get"], url_path="refused")
    def refused(self, request, id: str):
        """The refused rows as CSV with their reasons, to be corrected and sent again."""
        return showing.refused_file(self._own())

    def _own(self) -> Import:
        record = self.get_object()
        if not TAKES_IN.holds(self.request.user, record):
            raise NotAllowed(f"This needs {TAKES_IN.words}.")
        if not record.file:
            raise NotSeen("The file of this import was not kept.")
        if record.at_work:
            raise NotNow(f"{record.reference} is {record.state_label.lower()}.", record=record)
        return record


def _choices(data) -> dict[str, Any]:
    decisions = data.get("decisions", {})
    if not isinstance(decisions, dict):
        raise Invalid(decisions="Send an object: “row:field” to “file” or “hand”.")
    for name in ("complete", "confirmed"):
        if name in data and not isinstance(data[name], bool):
            raise Invalid(**{name: "Send true or false."})
    return {"decisions": {str(k): v for k, v in decisions.items()},
            "complete": data.get("complete"), "confirmed": data.get("confirmed")}  # fmt: skip
