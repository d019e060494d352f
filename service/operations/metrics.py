"""`GET /metrics`: what was counted, for Prometheus.

Served where `HER2CDS_METRICS` says so. The numbers are of no patient, but they tell anyone who may ask how busy a clinic is and what
fails in it, so beyond loopback somebody has to decide that they are to be seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import version

from flask import Blueprint, Response, request
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from guideline.knowledge_base import KNOWLEDGE
from service.errors import NotServed
from service.operations import series
from service.operations.counts import COUNTS, buckets
from service.operations.series import BOUNDS, Series
from service.settings import Settings
from service.site import site_settings

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def metrics() -> Response:
    """The numbers of all workers, as Prometheus or OpenMetrics text."""
    settings = site_settings()
    if not settings.serves_metrics:
        raise NotServed
    registry = CollectorRegistry()
    registry.register(_Numbers(settings))
    encode, media_type = choose_encoder(request.headers.get("Accept", ""))
    return Response(encode(registry), content_type=media_type)


class _Numbers(Collector):
    """The numbers at this moment."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def collect(self) -> Iterator[Metric]:
        """Each series with its numbers."""
        numbers = COUNTS.total()
        about = {"version": version("her2-cds"), "knowledge": KNOWLEDGE.version, "profile": self._settings.practice.label}
        yield InfoMetricFamily("her2cds", "Release, version of the knowledge files, evidence profile and jurisdiction.", value=about)
        for one in series.ALL:
            yield _family(one, numbers)


def _family(one: Series, numbers: Sequence[float]) -> Metric:
    match one.kind:
        case "histogram":
            histogram = HistogramMetricFamily(one.name, one.text, labels=one.labels)
            for values, place in one:
                histogram.add_metric(values, list(buckets(numbers, place)), sum_value=numbers[place + len(BOUNDS) + 1])
            return histogram
        case "gauge":
            gauge = GaugeMetricFamily(one.name, one.text, labels=one.labels)
            for values, place in one:
                gauge.add_metric(values, numbers[place])
            return gauge
        case "counter":
            counter = CounterMetricFamily(one.name, one.text, labels=one.labels)
            for values, place in one:
                counter.add_metric(values, numbers[place])
            return counter
