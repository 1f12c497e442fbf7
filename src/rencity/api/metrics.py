"""What Prometheus reads: requests by route, the database, news, jobs, the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from rencity.kit.errors import RencityError

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

Measures = Callable[[], dict[str, tuple[str, dict[str, float]]]]
"""Name of a gauge -> its meaning and its values by label (one value under "")."""


class Metrics:
    """Counters of one server.

    Parameters
    ----------
    measures : what is read from the database when it is asked for
    """

    def __init__(self, measures: Measures) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "rencity_requests", "answers by route", ("method", "route", "status"),
            registry=self.registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "rencity_request_seconds", "time to the answer", ("method", "route"),
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self.streams = Gauge(
            "rencity_event_streams", "open streams of events", registry=self.registry
        )
        ProcessCollector(registry=self.registry)
        self.registry.register(_FromDatabase(measures))

    def text(self) -> bytes:
        """The page that Prometheus reads."""
        return generate_latest(self.registry)


class _FromDatabase(Collector):
    def __init__(self, measures: Measures) -> None:
        self._measures = measures

    def collect(self) -> Iterator[Metric]:
        """Gauges of the moment; without a database, only that it is gone."""
        try:
            found = self._measures()
        except RencityError:
            found = {}
        up = GaugeMetricFamily("rencity_database_up", "1 while the database answers")
        up.add_metric((), float(bool(found)))
        yield up
        for name, (meaning, values) in found.items():
            labels = () if "" in values else ("of",)
            family = GaugeMetricFamily(f"rencity_{name}", meaning, labels=labels)
            for label, value in values.items():
                family.add_metric((label,) if label else (), value)
            yield family

    def describe(self) -> list[Metric]:
        """Nothing: registering must not ask the database."""
        return []
