"""Beacons of a consenting visitor."""

import json

from django.test import RequestFactory

from capi_tracking import islands
from capi_tracking.events import CustomData
from capi_tracking.models import OutboxEvent

FBP = "fb.1.1767225600000.123456789"
FBC = "fb.1.1767225600000.AbC-dEf"
GRANTED = "granted.1.1767225600"
SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.0 Safari/605.1.15"
ID = "0123456789abcdef"
SALE = '{"currency":"EUR","value":9.5}'


def ask(said="", *, cookies=f"capi_consent={GRANTED}; _fbp={FBP}; _fbc={FBC}", **headers):
    """A beacon as ``capi.js`` of a consenting visitor sends it, with changes; ``None`` leaves a header out."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    plain = {"origin": "http://testserver", "sec-fetch-site": "same-origin", "user-agent": SAFARI}
    changed = plain | {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {name: value for name, value in changed.items() if value is not None}
    return RequestFactory().post(
        "/capi/collect/", body, "text/plain", headers=sent, HTTP_COOKIE=cookies, REMOTE_ADDR="203.0.114.9"
    )


def island(name="ViewContent", **data):
    made = islands.island(name, CustomData(**(data or {"value": "9.50", "currency": "EUR", "content_ids": ["sku-1"]})))
    return {"id": ID, **made}


def view(**changes):
    return {"pixel": "default", "name": "PageView", "id": ID, **changes}


def receipt(**changes):
    return {"pixel": "default", "name": "ViewContent", "id": ID, "state": "handed_over", "detail": "", **changes}


def events(*said, **more):
    return {"url": "http://testserver/p/?token=x&utm_source=a", "referrer": "", "events": list(said), **more}


def payload():
    return json.loads(OutboxEvent.objects.get().payload)
