import orjson
from django.utils.functional import Promise
from rest_framework.renderers import BaseRenderer


def _default(value):
    if isinstance(value, Promise):
        return str(value)
    return str(value) if not isinstance(value, (set, frozenset)) else list(value)


class OrjsonRenderer(BaseRenderer):
    """JSON, fast; decimals and unknown types as text."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data, accepted_media_type=None, renderer_context=None) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=_default)


class CsvRenderer(BaseRenderer):
    """Named so that a list can be asked for as text/csv; the list streams it itself."""

    media_type = "text/csv"
    format = "csv"

    def render(self, data, accepted_media_type=None, renderer_context=None) -> bytes:
        return OrjsonRenderer().render(data)
