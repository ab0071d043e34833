"""Who and what the organisation is made of, to read: people, units, teams, skills."""

from typing import Any

import django_filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.response import Response

from changeoffice.core.access.grants import grants_of
from changeoffice.core.doors.api.cursors import cursor_page
from changeoffice.core.doors.api.fields import PersonField
from changeoffice.core.doors.api.schema import CursorPages
from changeoffice.core.doors.lists import Ordering, narrowed
from changeoffice.core.people.models import BusinessUnit, Person
from changeoffice.core.record.errors import NotAllowed, NotSeen
from changeoffice.organisation.models import Skill, Team

BY_NAME = {"name": Ordering("Name", "name", descending=False)}
LIST_PARAMETERS = {"page_size", "cursor", "ordering", "count", "format"}


class Directory(viewsets.GenericViewSet):
    """A read-only list with cursor pages. Staff read it; suppliers' people do not."""

    area: str
    key = "pk"
    filterset_class: type[django_filters.FilterSet]
    lookup_url_kwarg = "id"
    pagination_class = CursorPages

    def rows(self):
        raise NotImplementedError

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return self.filterset_class._meta.model.objects.none()
        if not grants_of(self.request.user).is_staff:
            raise NotAllowed("This is for members of staff.")
        return self.rows()

    def list(self, request) -> Response:
        """All entries by name, a page at a time."""
        params = {name: request.query_params[name] for name in request.query_params}
        rows = narrowed(
            self.filterset_class, params, self.get_queryset(), request.user, LIST_PARAMETERS
        )
        filters = {k: v for k, v in params.items() if k not in LIST_PARAMETERS}
        return cursor_page(request, rows, BY_NAME, ordering="name", filters=filters,
                           draw=lambda page: self.get_serializer(page, many=True).data)  # fmt: skip

    def retrieve(self, request, id: str) -> Response:
        """One entry."""
        try:
            found = self.get_queryset().filter(**{self.key: id[:64]}).first()
        except ValueError:
            found = None
        if found is None:
            raise NotSeen("There is no such entry.")
        return Response(self.get_serializer(found).data)


class SearchByName(django_filters.FilterSet):
    search = django_filters.CharFilter(field_name="name", lookup_expr="icontains", max_length=120)


class PersonFilterSet(SearchByName):
    unit = django_filters.CharFilter(field_name="unit__code")

    class Meta:
        model = Person
        fields: list[str] = []


class UnitFilterSet(SearchByName):
    parent = django_filters.CharFilter(field_name="parent__code")

    class Meta:
        model = BusinessUnit
        fields: list[str] = []


class TeamFilterSet(SearchByName):
    unit = django_filters.CharFilter(field_name="unit__code")
    skill = django_filters.CharFilter(field_name="skill__name")

    class Meta:
        model = Team
        fields: list[str] = []


class SkillFilterSet(SearchByName):
    class Meta:
        model = Skill
        fields: list[str] = []


class PersonSerializer(serializers.Serializer):
    id = serializers.CharField(source="username")
    name = serializers.CharField()
    job_title = serializers.CharField()
    unit = serializers.CharField(source="unit.code", default=None, allow_null=True)
    email = serializers.EmailField(required=False, help_text="Told to administrators only.")

    def to_representation(self, person) -> dict[str, Any]:
        found = super().to_representation(person)
        if not grants_of(self.context["request"].user).has("administrator"):
            found.pop("email")
        return found


class UnitSerializer(serializers.Serializer):
    id = serializers.CharField(source="code")
    name = serializers.CharField()
    parent = serializers.CharField(source="parent.code", default=None, allow_null=True)
    is_active = serializers.BooleanField()


class TeamSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    unit = serializers.CharField(source="unit.code", default=None, allow_null=True)
    skill = serializers.CharField(source="skill.name")
    lead = PersonField(allow_null=True)
    members = PersonField(many=True)
    monthly_capacity = serializers.DecimalField(7, 1)
    is_active = serializers.BooleanField()


class SkillSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


def directory_api(base: type[Directory]) -> type[Directory]:
    """Class decorator: describe the list and the single entry for OpenAPI."""
    name = base.area.replace("-", "_")
    parameters = [OpenApiParameter("ordering", str, enum=list(BY_NAME))]
    base.list = extend_schema(operation_id=f"{name}_list", parameters=parameters,
                              responses=base.serializer_class(many=True))(_own(base.list))  # fmt: skip
    base.retrieve = extend_schema(operation_id=f"{name}_retrieve")(_own(base.retrieve))
    return base


def _own(method):
    import functools

    @functools.wraps(method)
    def copy(self, *args, **kwargs):
        return method(self, *args, **kwargs)

    return copy


@directory_api
class PersonApi(Directory):
    area, key, serializer_class = "people", "username__iexact", PersonSerializer
    filterset_class = PersonFilterSet
    lookup_value_regex = r"[A-Za-z0-9._-]{1,64}"

    def rows(self):
        return Person.objects.staff().select_related("unit")


@directory_api
class UnitApi(Directory):
    area, key, serializer_class = "business-units", "code", UnitSerializer
    filterset_class = UnitFilterSet
    lookup_value_regex = r"[A-Za-z0-9_-]{1,32}"

    def rows(self):
        return BusinessUnit.objects.select_related("parent")


@directory_api
class TeamApi(Directory):
    area, serializer_class, filterset_class = "teams", TeamSerializer, TeamFilterSet
    lookup_value_regex = r"[0-9]{1,15}"

    def rows(self):
        return Team.objects.select_related("unit", "skill", "lead").prefetch_related("members")


@directory_api
class SkillApi(Directory):
    area, serializer_class, filterset_class = "skills", SkillSerializer, SkillFilterSet
    lookup_value_regex = r"[0-9]{1,15}"

    def rows(self):
        return Skill.objects.all()


DIRECTORIES = [PersonApi, UnitApi, TeamApi, SkillApi]
