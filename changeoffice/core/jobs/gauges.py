"""Figures for Prometheus that are read from the database when it asks."""

from collections.abc import Iterator

from django.db import Error
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily, Metric

from changeoffice.core.jobs import health, overview

_offered = False


class OfficeGauges:
    def collect(self) -> Iterator[Metric]:
        try:
            yield from self._read()
        except Error:
            yield GaugeMetricFamily("changeoffice_database_up", "The database answers.", value=0)

    def _read(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("changeoffice_database_up", "The database answers.", value=1)
        waiting = GaugeMetricFamily(
            "changeoffice_outbox_waiting", "Rows to be sent.", labels=["topic"]
        )
        oldest = GaugeMetricFamily(
            "changeoffice_outbox_oldest_seconds", "Age of the oldest.", labels=["topic"]
        )
        lost = GaugeMetricFamily("changeoffice_outbox_given_up", "Rows given up.", labels=["topic"])
        for line in overview.outbox_lines():
            waiting.add_metric([line["topic"]], line["waiting"])
            oldest.add_metric([line["topic"]], line["age"])
            lost.add_metric([line["topic"]], line["given_up"])
        yield from (waiting, oldest, lost)
        alive = GaugeMetricFamily(
            "changeoffice_processes", "Processes that answer.", labels=["kind"]
        )
        for kind in ("worker", "beat"):
            alive.add_metric([kind], len(health.processes(kind)["alive"]))
        yield alive
        failed = GaugeMetricFamily(
            "changeoffice_job_failed", "The last run ended with an error.", labels=["job"]
        )
        for name, runs in overview.latest_runs().items():
            failed.add_metric([name], float(bool(runs[0].error)))
        yield failed

    def describe(self) -> list[Metric]:
        return []  # or registering would already ask the database


def offer() -> None:
    global _offered
    if not _offered:
        REGISTRY.register(OfficeGauges())
        _offered = True
