"""Products and epics for machines."""

from rest_framework import serializers

from changeoffice.core.doors.api.fields import ReferenceField
from changeoffice.core.doors.api.views import WorkSerializer, WorkViewSet, work_api
from changeoffice.core.record import at_once
from demand.handed import CarriesOutApi, CarriesOutSerializer
from portfolio import filters
from portfolio.models import Epic, Product
from portfolio.models.backlog import EPIC_INPUTS


class ProductSerializer(WorkSerializer):
    description = serializers.CharField()
    services = serializers.SerializerMethodField()

    def get_services(self, product) -> list[str]:
        return [service.reference for service in product.services.all()]


@work_api
class ProductApi(WorkViewSet):
    work, area, serializer_class = Product, "products", ProductSerializer
    filterset_class, orderings = filters.ProductFilterSet, filters.PRODUCT_ORDERINGS
    default_ordering = "title"
    birth, birth_inputs = Product.set_up, Product.profile

    def gather(self, records):
        at_once.gather(records, {"services": ()})


class EpicSerializer(CarriesOutSerializer):
    product = ReferenceField()
    planned_start = serializers.DateField(allow_null=True)
    planned_finish = serializers.DateField(allow_null=True)
    points_planned = serializers.IntegerField(allow_null=True)
    points_done = serializers.IntegerField()


@work_api
class EpicApi(CarriesOutApi):
    work, area, serializer_class = Epic, "epics", EpicSerializer
    filterset_class, orderings = filters.EpicFilterSet, filters.EPIC_ORDERINGS
    birth, birth_inputs = Epic.add, EPIC_INPUTS
    related = (*CarriesOutApi.related, "product")
