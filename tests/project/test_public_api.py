"""What is used from outside keeps its names, and values load without a framework."""

import subprocess
import sys

import pytest

CONTRACT = {
    "capi_tracking.events": "Event UserData CustomData Content StandardEvent ActionSource",
    "capi_tracking.tracking": "track skip acknowledge",
    "capi_tracking.consent": "Consent",
    "capi_tracking.models": "OutboxEvent DeliveryAttempt BrowserReceipt CheckoutContext Pixel SkipCount",
    "capi_tracking.orders": "OrderAdapter ModelOrderAdapter ModelItemAdapter ModelCartAdapter ModelEventAdapter OrderEvent register",
    "capi_tracking.privacy": "Person withdraw export told erase",
    "capi_tracking.shortcuts": "append_value remember track_request",
    "capi_tracking.transports": "Transport Acknowledgement",
    "capi_tracking.signals": "event_recorded event_delivered event_failed pixel_paused",
    "capi_tracking.exceptions": "CapiTrackingError InvalidEvent TransportError",
    "capi_tracking.middleware": "TrackingMiddleware",
}


@pytest.mark.parametrize(("module", "names"), CONTRACT.items())
def test_contract__the_names_exist(module, names):
    loaded = __import__(module, fromlist=["_"])
    assert [name for name in names.split() if not hasattr(loaded, name)] == []


@pytest.mark.parametrize("module", ["events", "normalization", "exceptions", "retry", "readiness"])
def test_pure_rooms__load_without_a_framework(module):
    code = (
        f"import sys, capi_tracking.{module}; print([m for m in ('django', 'celery', 'requests') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_urls__load_without_rest_framework():
    code = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'; django.setup();"
        "import capi_tracking.urls; print('rest_framework' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "False"
