"""What Prometheus gets, read by its own parser."""

from datetime import timedelta

import prometheus_client
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.utils import timezone
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from capi_tracking.contrib.prometheus import CapiCollector, MetricsView
from capi_tracking.metrics import gauges
from capi_tracking.models import DeliveryAttempt, Heartbeat, Status
from tests.factories import DeliveryAttemptFactory, OutboxEventFactory, PixelFactory

pytestmark = pytest.mark.django_db
TOKEN = "a-long-secret"


@pytest.fixture
def ask(rf):
    def ask(token=TOKEN, **headers):
        request = rf.get("/metrics/", headers={"authorization": f"Bearer {token}", **headers})
        return MetricsView.as_view(token=TOKEN)(request)

    return ask


@pytest.fixture
def shop():
    """A pixel that is paused, sales that wait, went and are lost, and a request that Meta refused."""
    now = timezone.now()
    PixelFactory(state="paused", paused_reason="denied_190")
    OutboxEventFactory(status=Status.PENDING, created_at=now - timedelta(minutes=10))
    OutboxEventFactory(status=Status.SENT, sent_at=now)
    OutboxEventFactory(status=Status.DEAD, reason="rejected_2804003", value="12.50", currency="EUR")
    DeliveryAttemptFactory(denied=True, batch_size=7, duration_ms=1500, started_at=now - timedelta(minutes=2))
    DeliveryAttemptFactory(started_at=now - timedelta(hours=2))
    Heartbeat.objects.create(name="worker", beat_at=now - timedelta(seconds=30))


def samples(text):
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_metrics__are_read_by_prometheus_own_parser(ask, shop):
    found = samples(ask().content.decode())
    assert found["capi_up",] == 1
    assert found["capi_pixel_paused", "default"] == 1
    assert found["capi_backlog_events", "default", "pending"] == 1
    assert 590 < found["capi_backlog_oldest_age_seconds", "default", "pending"] < 700
    assert found["capi_events", "Purchase", "sent"] == 1
    assert found["capi_orders", "lost"] == 1
    assert found["capi_orders_lost_value", "EUR"] == 12.5
    assert found["capi_requests", "190", "default", DeliveryAttempt.Kind.DENIED] == 1
    assert found["capi_requests_seconds", "190", "default", DeliveryAttempt.Kind.DENIED] == 1.5
    assert 25 < found["capi_heartbeat_age_seconds", "worker"] < 90
    assert found["capi_delay_seconds_bucket", "+Inf"] == 1
    assert ("capi_requests", "", "default", "delivered") not in found  # longer ago than an hour


def test_metrics__are_openmetrics_for_who_asks_for_it(ask, shop):
    answer = ask(accept="application/openmetrics-text; version=1.0.0")
    assert "openmetrics" in answer["content-type"]
    names = {family.name for family in openmetrics.text_string_to_metric_families(answer.content.decode())}
    assert {"capi_up", "capi_delay_seconds", "capi_orders"} <= names


def test_metrics__of_an_empty_shop_are_read_too(ask):
    found = samples(ask().content.decode())
    assert (found["capi_up",], found["capi_orders", "lost"]) == (1, 0)


def test_metrics__are_for_who_knows_the_token(ask, rf):
    for token in ("", "another", TOKEN[:-1], "ä"):
        answer = ask(token)
        assert (answer.status_code, answer.content) == (401, b"")
    with pytest.raises(ImproperlyConfigured):
        MetricsView.as_view()(rf.get("/metrics/"))


def test_metrics__name_no_customer(ask, shop):
    text = ask().content.decode()
    for row in ("jane", "example.com", "8.8.8.8", "fb.1."):
        assert row not in text


def test_collector__asks_nothing_when_it_is_registered(django_assert_num_queries):
    with django_assert_num_queries(0):
        prometheus_client.CollectorRegistry(auto_describe=True).register(CapiCollector())


def test_collector__tells_when_the_database_can_not_be_asked(caplog):
    def fail(*args):
        raise OperationalError

    with connection.execute_wrapper(fail):
        families = list(CapiCollector().collect())
    assert [(family.name, family.samples[0].value) for family in families] == [("capi_up", 0)]
    assert "OperationalError" in caplog.text


def test_gauges__ask_ten_times_at_most(shop, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        gauges()


def test_gauges__keep_the_names_of_events_few():
    for number in range(32):
        OutboxEventFactory(event_name=f"Custom{number}", status=Status.SENT)
    found = gauges().outcomes
    assert len(found) == 31
    assert found["other", Status.SENT] == 2
