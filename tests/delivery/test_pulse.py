"""Signs of life, and that work goes on where none can be written."""

from typing import Any

import pytest

from capi_tracking.delivery.pulse import alive
from capi_tracking.models import Heartbeat

pytestmark = pytest.mark.django_db


def test_alive__is_noted_beside_the_first_outbox_alone(capi: Any) -> None:
    capi(OUTBOX_DATABASES=["default", "elsewhere"])
    alive("worker", "sweep")
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"worker", "sweep"}
