"""Valkey as the worker's queue. One whose memory is full is treated like one that is away: the
worker waits and connects again, where it would end with an error."""

from kombu.transport import TRANSPORT_ALIASES, redis
from redis.exceptions import OutOfMemoryError


class Transport(redis.Transport):
    connection_errors = (*redis.Transport.connection_errors, OutOfMemoryError)


def use() -> None:
    for scheme in ("redis", "rediss"):
        TRANSPORT_ALIASES[scheme] = f"{__name__}:Transport"
