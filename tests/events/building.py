"""Values of the tests of events, and refusals."""

import datetime
import hashlib

import pytest
from hypothesis import HealthCheck, settings

from capi_tracking.events import (
    Event,
)
from capi_tracking.exceptions import InvalidEvent

# A busy machine is no failure.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
NOON = datetime.datetime(2026, 11, 22, 12, 0, tzinfo=datetime.UTC)


def make_event(**changes):
    return Event(**{"name": "Lead", "event_time": NOON, "event_id": "id-1", **changes})


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def refused(field, build, *args, **kwargs):
    with pytest.raises(InvalidEvent) as refusal:
        build(*args, **kwargs)
    assert refusal.value.field == field
    return str(refusal.value)
