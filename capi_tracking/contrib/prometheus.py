"""Numbers for Prometheus, of the extra ``capi_tracking[metrics]``. They are read from the database when they are asked for, so
they are the same whichever process answers.

In ``urls.py``, for Prometheus alone, which shows the token as ``Authorization: Bearer ...``::

    from capi_tracking.contrib.prometheus import MetricsView

    path("metrics/capi/", MetricsView.as_view(token=env("METRICS_TOKEN")))

A project that has a page of metrics already adds ours to them: ``REGISTRY.register(CapiCollector())``.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import accumulate
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, connections
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeHistogramMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from .. import metrics
from ..conf import conf
from ..metrics import LIMITS, Gauges

logger = logging.getLogger(__name__)


class CapiCollector(Collector):
    """Asks the outbox of one database, by default the first. If that fails, ``capi_up`` is 0, and all else is left out."""

    def __init__(self, using: str | None = None) -> None:
        self.using = using

    def describe(self) -> Iterable[Metric]:
        """Nothing: else the registry would ask the database when the collector is registered."""
        return []

    def collect(self) -> Iterator[Metric]:
        found = self._ask()
        yield GaugeMetricFamily("capi_up", "Whether the outbox could be asked.", value=found is not None)
        if found:
            yield from families(found, timezone.now())

    def _ask(self) -> Gauges | None:
        using = self.using or conf.OUTBOX_DATABASES[0]
        if not connections[using].in_atomic_block:
            connections[using].close_if_unusable_or_obsolete()  # outside of Django's requests nobody else does
        try:
            return metrics.gauges(using=using)
        except (DatabaseError, InterfaceError) as error:
            logger.warning("Prometheus gets no numbers (%s); it asks again.", type(error).__name__)
            return None


@method_decorator(never_cache, name="dispatch")
class MetricsView(View):
    """Ours alone, for whoever knows the token."""

    http_method_names = ["get", "head"]
    token = ""
    using: str | None = None

    def get(self, request: HttpRequest) -> HttpResponse:
        if not self.token:
            raise ImproperlyConfigured("MetricsView needs a token: what a shop sells is nobody else's business.")
        if not constant_time_compare(request.headers.get("authorization", ""), f"Bearer {self.token}"):
            return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
        registry = CollectorRegistry()
        registry.register(CapiCollector(self.using))
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return HttpResponse(encode(registry), content_type=content_type)


def families(found: Gauges, now: datetime) -> Iterator[Metric]:
    yield from _of_what_waits(found, now)
    yield from _of_pixels(found, now)
    yield _gauge(
        "capi_events", "Events of the last 24 hours, by what became of them.", ("event", "status"), found.outcomes
    )
    yield from _of_orders(found)
    yield _delays(found)
    yield from _of_requests(found)
    signs = {(name,): (now - at).total_seconds() for name, at in found.signs.items()}
    yield _gauge("capi_heartbeat_age_seconds", "Since worker and timetable last showed themselves.", ("name",), signs)
    if found.compared_at:
        age = (now - found.compared_at).total_seconds()
        yield GaugeMetricFamily("capi_compared_age_seconds", "Since orders and outbox were last compared.", value=age)


def _of_what_waits(found: Gauges, now: datetime) -> Iterator[Metric]:
    counts, ages, left = dict[Any, float](), dict[Any, float](), dict[Any, float]()
    for each in found.backlogs:
        place = (each.pixel, each.status)
        counts[place] = counts.get(place, 0) + each.count
        ages[place] = max(ages.get(place, 0), (now - each.oldest_at).total_seconds())
        seconds = (each.first_deadline_at - now).total_seconds()
        left[place] = min(left.get(place, seconds), seconds)
    labels = ("pixel", "status")
    yield _gauge("capi_backlog_events", "Events that are recorded and not sent yet.", labels, counts)
    yield _gauge("capi_backlog_oldest_age_seconds", "Since the oldest of them was recorded.", labels, ages)
    yield _gauge("capi_backlog_first_deadline_seconds", "Until Meta takes the first of them no more.", labels, left)


def _of_pixels(found: Gauges, now: datetime) -> Iterator[Metric]:
    paused = {(each.alias,): each.is_paused for each in found.pixels}
    waiting = {(each.alias,): each.is_waiting for each in found.pixels}
    since = {(each.alias,): (now - at).total_seconds() for each in found.pixels if (at := each.last_success_at)}
    yield _gauge(
        "capi_pixel_paused", "Whether the pixel is paused until a person or a new token resumes it.", ("pixel",), paused
    )
    yield _gauge(
        "capi_pixel_waiting",
        "Whether it waits by itself, as Meta asked for it or was out of reach.",
        ("pixel",),
        waiting,
    )
    yield _gauge("capi_pixel_last_success_age_seconds", "Since Meta last took events of it.", ("pixel",), since)


def _of_orders(found: Gauges) -> Iterator[Metric]:
    orders = found.orders
    counts = {
        ("sent",): orders.sent,
        ("waiting",): orders.waiting,
        ("withheld",): orders.withheld,
        ("browser_only",): orders.browser_only,
        ("lost",): orders.lost,
    }
    money = {(each.currency,): float(each.amount) for each in orders.money_lost}
    yield _gauge("capi_orders", "Orders of the last 24 hours, by what became of their events.", ("outcome",), counts)
    yield _gauge("capi_orders_lost_value", "What those that are lost were worth.", ("currency",), money)


def _delays(found: Gauges) -> Metric:
    """How many of the last 24 hours: a histogram that may fall, so ask for its quantiles without ``rate()``."""
    limits = [*(str(limit.total_seconds()) for limit in LIMITS), "+Inf"]
    buckets = list(zip(limits, map(float, accumulate(found.freshness.counts)), strict=True))
    family = GaugeHistogramMetricFamily("capi_delay_seconds", "From a website's event to Meta's answer, last 24 hours.")
    family.add_metric([], buckets, gsum_value=None)
    family.samples = [sample for sample in family.samples if sample.name.endswith("_bucket")]  # sums are not kept
    return family


def _of_requests(found: Gauges) -> Iterator[Metric]:
    labels = ("pixel", "outcome", "code")
    of = {(each.pixel, each.kind, str(each.code or "")): each for each in found.requests}
    counts, events = (
        {place: each.count for place, each in of.items()},
        {place: each.events for place, each in of.items()},
    )
    seconds = {place: each.milliseconds / 1000 for place, each in of.items()}
    yield _gauge("capi_requests", "Requests to Meta in the last hour, by Meta's answer.", labels, counts)
    yield _gauge("capi_requests_events", "The events that were in them.", labels, events)
    yield _gauge("capi_requests_seconds", "How long they took together.", labels, seconds)


def _gauge(name: str, text: str, labels: tuple[str, ...], values: Any) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for place, value in values.items():
        family.add_metric(place, value)
    return family
