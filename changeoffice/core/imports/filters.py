"""How the list of imports is narrowed, for the page and the API alike."""

import django_filters

from changeoffice.core.doors.lists import WorkFilterSet
from changeoffice.core.imports.models import Import


class ImportFilterSet(WorkFilterSet):
    of = django_filters.CharFilter(label="Kind of record")
    source = django_filters.CharFilter(label="Source")

    class Meta:
        model = Import
        fields: list[str] = []
