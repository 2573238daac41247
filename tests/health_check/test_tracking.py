"""The package's own view, asked over Django's test client."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from capi_tracking.models import Heartbeat, Pixel

pytestmark = pytest.mark.django_db(transaction=True)  # it looks from a thread of its own


def asked(client):
    answer = client.get("/health/tracking/", {"format": "json"})
    return answer.status_code, next(iter(answer.json().values()))


def test_health__is_well_where_nothing_is_wrong(client):
    assert asked(client) == (200, "OK")


def test_health__a_paused_pixel_is_unavailable(client):
    Pixel.objects.create(alias="default", state="paused", paused_reason="denied_190", paused_at=timezone.now())
    status, said = asked(client)
    assert status == 500
    assert "Unavailable" in str(said)


def test_health__a_silent_worker_is_unavailable(client):
    Pixel.objects.create(alias="default")
    Heartbeat.objects.create(name="worker", beat_at=timezone.now() - timedelta(hours=1))
    assert asked(client)[0] == 500


def test_health__a_database_without_our_tables_is_unavailable(client):
    with connection.schema_editor() as editor:
        editor.execute("ALTER TABLE capi_tracking_heartbeat RENAME TO elsewhere")
    try:
        status, said = asked(client)
    finally:
        with connection.schema_editor() as editor:
            editor.execute("ALTER TABLE elsewhere RENAME TO capi_tracking_heartbeat")
    assert status == 500
    assert "OperationalError" in str(said)
