"""A bare Django with DRF: one view that answers rows of a table it knows nothing about."""

from django.db import connection
from django.urls import path
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView


class RowSerializer(serializers.Serializer):
    reference = serializers.CharField()
    title = serializers.CharField()
    state = serializers.CharField()


class Rows(APIView):
    authentication_classes = permission_classes = ()

    def get(self, request) -> Response:
        with connection.cursor() as cursor:
            cursor.execute("SELECT reference, title, state FROM portfolio_project LIMIT 50")
            found = [
                dict(zip(RowSerializer().fields, row, strict=True)) for row in cursor.fetchall()
            ]
        return Response(RowSerializer(found, many=True).data)


urlpatterns = [path("rows", Rows.as_view())]
