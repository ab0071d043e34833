"""The API of any kind of work: list, read, write, verbs, history, comments; nothing kind-specific."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from changeoffice.core import ports
from changeoffice.core.doors import export
from changeoffice.core.doors.api import reading
from changeoffice.core.doors.api.cursors import cursor_page
from changeoffice.core.doors.api.fields import PersonField, body_of
from changeoffice.core.doors.api.idempotency import AnswersOnce
from changeoffice.core.doors.api.problems import etag_of
from changeoffice.core.doors.api.renderers import CsvRenderer
from changeoffice.core.doors.api.schema import TrimmedPages
from changeoffice.core.doors.api.telling import Telling
from changeoffice.core.doors.lists import (
    NEWEST,
    Orderings,
    WorkFilterSet,
    narrowed,
    whole,
)
from changeoffice.core.doors.perform import asks_of, perform
from changeoffice.core.record import inputs as shapes
from changeoffice.core.record.errors import Invalid, NotSeen, Stale
from changeoffice.core.record.models import Work

LIST_PARAMETERS = {"page_size", "cursor", "ordering", "count", "fields", "include", "format"}
HIGHEST_VERSION = 2**31 - 1


class WorkSerializer(serializers.Serializer):
    """What every record carries; a kind adds its own fields below it.

    Fields in `figures` (money, estimates, scores) are shown only with a role on the item or unit.
    """

    figures: tuple[str, ...] = ()

    id = serializers.CharField(source="reference", read_only=True)
    title = serializers.CharField(read_only=True)
    state = serializers.CharField(read_only=True)
    state_label = serializers.CharField(read_only=True)
    unit = serializers.CharField(source="unit.code", default=None, allow_null=True, read_only=True)
    owner = PersonField(allow_null=True)
    version = serializers.IntegerField(read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)

    @cached_property
    def columns(self) -> list[reading.Column]:
        """The fields, looked through once for all rows of a list."""
        return reading.columns_of(self)

    def to_representation(self, work) -> dict[str, Any]:
        found = reading.read(self.columns, work)
        context = self.context
        if self.figures and not context["sees_figures"](work):
            for name in self.figures:
                found.pop(name, None)
        if context.get("verbs"):
            found["verbs"] = verbs_for(work, context["request"].user)
        return found


def verbs_for(work: Work, person) -> list[dict[str, Any]]:
    return [
        {"name": offer.verb.slug, "label": offer.verb.label, "open": offer.is_open,
         "reasons": list(offer.reasons)}
        for offer in work.offers(person)
    ]  # fmt: skip


class WorkViewSet(Telling, AnswersOnce, viewsets.GenericViewSet):
    work: type[Work]
    area: str
    serializer_class: type[WorkSerializer]
    filterset_class: type[WorkFilterSet] = WorkFilterSet
    orderings: Orderings = {"newest": NEWEST}
    default_ordering = "newest"
    birth: Callable[..., Work] | None = None
    birth_inputs: shapes.Inputs = {}
    related: tuple[str, ...] = ("unit", "owner")
    pagination_class = TrimmedPages
    lookup_field = "reference"
    lookup_url_kwarg = "id"
    lookup_value_regex = r"[A-Za-z]{2,4}-[0-9]{1,12}"
    http_method_names = ("get", "post", "patch", "delete", "head", "options")

    def get_queryset(self) -> QuerySet:
        if getattr(self, "swagger_fake_view", False):
            return self.work.objects.none()
        rows = self.work.objects.visible_to(self.request.user)
        return self.enrich(rows.select_related(*self.related))

    def enrich(self, rows: QuerySet) -> QuerySet:
        """Where a kind adds annotations and prefetches."""
        return rows

    def gather(self, records: list[Work]) -> None:
        """Where a kind reads, at once, what it shows beside the columns of these records."""

    def get_renderers(self) -> list:
        more = [CsvRenderer()] if getattr(self, "action", "") == "list" else []
        return [*super().get_renderers(), *more]

    def get_object(self) -> Work:
        found = self.get_queryset().by_reference(self.kwargs["id"]).first()
        if found is None:
            raise NotSeen("There is no such item, or you may not see it.")
        return found

    def get_serializer_context(self) -> dict[str, Any]:
        from changeoffice.core.access.rules import SEES_FIGURES

        person = self.request.user if self.request else None
        return super().get_serializer_context() | {
            "sees_figures": lambda work: SEES_FIGURES.holds(person, work)
        }

    def one(self, record: Work, status: int = 200) -> Response:
        """A record just written, as this caller sees it now."""
        fresh = self.get_queryset().filter(pk=record.pk).first()
        if fresh is None:
            return Response({"id": record.reference, "state": record.state}, status=status)
        return self.answer(fresh, status)

    def answer(self, fresh: Work, status: int = 200) -> Response:
        """The record with its ETag and what this caller may do now."""
        self.gather([fresh])
        context = self.get_serializer_context() | {"verbs": True}
        body = self.serializer_class(fresh, context=context).data
        return Response(body, status=status, headers={"ETag": etag_of(fresh)})

    def expected_version(self) -> int | None:
        """The version in If-Match; a tag of another record or form is stale."""
        tag = self.request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
        if not tag or tag == "*":
            return None
        kind, _, version = tag.rpartition("-")
        record = self.get_object()
        known = whole(version, HIGHEST_VERSION)
        if kind != f"{record.kind}-{record.pk}" or known is None:
            raise Stale(record)
        return known

    # collection ----------------------------------------------------------------------------------
    def list(self, request) -> HttpResponse:
        """Those the caller may see, a page at a time; as CSV, all of them."""
        params = {name: request.query_params[name] for name in request.query_params}
        rows = narrowed(
            self.filterset_class, params, self.get_queryset(), request.user, LIST_PARAMETERS
        )
        if request.accepted_renderer.format == "csv":
            return self.exported(rows)
        filters = {k: v for k, v in params.items() if k not in LIST_PARAMETERS}
        return cursor_page(request, rows, self.orderings, ordering=self.default_ordering,
                           filters=filters, draw=lambda page: self._results(page, params))  # fmt: skip

    def _results(self, rows: list, params: dict[str, str]) -> list[dict]:
        self.gather(rows)
        context = self.get_serializer_context() | {"verbs": params.get("include") == "verbs"}
        found = self.serializer_class(rows, many=True, context=context).data
        wanted = [name for name in params.get("fields", "").split(",") if name]
        if not wanted:
            return found
        known = set(self.serializer_class().fields) | {"verbs"}
        if unknown := sorted(set(wanted) - known):
            raise Invalid(fields=f"Not known here: {', '.join(unknown)[:200]}.")
        return [{name: row[name] for name in wanted if name in row} for row in found]

    def exported(self, rows: QuerySet) -> HttpResponse:
        found = list(rows[: export.MOST_ROWS])
        self.gather(found)
        serializer = self.serializer_class(context=self.get_serializer_context())
        made = (serializer.to_representation(row) for row in found)
        return export.csv(f"{self.area}.csv", list(serializer.fields), made)

    def make(self, request) -> Response:
        """Begin one."""
        given = shapes.clean(type(self).birth_inputs, request.user, body_of(request))
        return self.one(type(self).birth(by=request.user, **given), 201)

    # one record ----------------------------------------------------------------------------------
    def retrieve(self, request, id: str) -> Response:
        """One with its ETag and what the caller may do with it now."""
        return self.answer(self.get_object())

    def edit(self, request, id: str) -> Response:
        """Change the fields that are sent; with If-Match, only if nobody else did meanwhile."""
        record, body = self.get_object(), body_of(request)
        version = self.expected_version()
        if not body:
            return self.answer(record)
        given = shapes.clean(self.work.profile, request.user, body, partial=True)
        record.revise(by=request.user, at_version=version, **given)
        return self.one(record)


def work_api(base: type[WorkViewSet]) -> type[WorkViewSet]:
    """Class decorator: give the viewset one action, and so one OpenAPI operation, per verb."""
    work = base.work
    for name, verb in work.verbs().items():
        if name == "revise" or not (verb.door or (work.kind, name) in ports.next_steps):
            continue
        if not hasattr(base, name):
            setattr(base, f"verb_{name}", _verb_action(base, name))
    _describe(base)
    return base


def _verb_action(base: type[WorkViewSet], name: str):
    work = base.work
    verb = work.verbs()[name]
    asks = asks_of(work, verb)

    def act(self, request, id: str) -> Response:
        record = self.get_object()
        version = self.expected_version()
        answer = perform(record, name, by=request.user, data=body_of(request), at_version=version)
        response = self.one(record)
        if isinstance(answer, Work) and answer.pk != record.pk:
            response.data["made"] = {"kind": answer.kind, "id": answer.reference,
                                     "url": answer.get_absolute_url()}  # fmt: skip
        return response

    act.__name__ = f"verb_{name}"
    act.__doc__ = verb.body.__doc__ or verb.label
    made = action(detail=True, methods=["post"], url_path=verb.slug, url_name=verb.slug)(act)
    return extend_schema(
        operation_id=f"{base.area.replace('-', '_')}_{name}",
        request=shapes.serializer_for(f"{work.__name__}{_camel(name)}In", asks) if asks else None,
        responses=base.serializer_class,
        parameters=[OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=False)],
    )(made)


def _describe(base: type[WorkViewSet]) -> None:
    name, prefix = base.work.__name__, base.area.replace("-", "_")
    listed = extend_schema(
        operation_id=f"{prefix}_list",
        parameters=[
            OpenApiParameter("ordering", str, enum=list(base.orderings)),
            OpenApiParameter("fields", str, description="Names of fields, with commas."),
            OpenApiParameter("include", str, enum=["verbs"]),
        ],
    )  # fmt: skip
    base.list = listed(_own(base.list))
    # Only what a kind offers becomes a method: the router would map a None to an address.
    if base.birth is not None:
        base.create = extend_schema(
            operation_id=f"{prefix}_create", responses={201: base.serializer_class},
            request=shapes.serializer_for(f"{name}CreateIn", base.birth_inputs),
        )(_own(base.make))  # fmt: skip
    if base.work.profile:
        base.partial_update = extend_schema(
            operation_id=f"{prefix}_update", responses=base.serializer_class,
            request=shapes.serializer_for(f"{name}UpdateIn", base.work.profile, partial=True),
        )(_own(base.edit))  # fmt: skip


def _own(method):
    """A copy of an inherited method, so one kind's description does not reach another's."""
    import functools

    @functools.wraps(method)
    def copy(self, *args, **kwargs):
        return method(self, *args, **kwargs)

    return copy


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
