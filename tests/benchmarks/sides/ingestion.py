"""A request with a thousand events through Django's own handler, and a bare ``bulk_create()`` of the rows that it makes."""

import json
import time
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import django
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection
from django.test.utils import override_settings
from django.urls import include, path
from django.utils import timezone

from tests.benchmarks.sides.lines import serve

EVENTS = 1000
urlpatterns: list[Any] = []
handler: Any = None
secret = ""


def prepare() -> None:
    global handler, secret
    from capi_tracking.models import ApiKey

    call_command("migrate", verbosity=0)
    connection.settings_dict["CONN_MAX_AGE"] = None  # as a shop under load has it
    urlpatterns[:] = [path("capi/", include("capi_tracking.urls"))]
    handler = WSGIHandler()
    secret = ApiKey.objects.issue(ApiKey(name="Till", pixels=["default"]))


# -- what is asked -----------------------------------------------------------------------------------------------


def item(number: int) -> dict[str, Any]:
    """A sale at a till: who, what, where, and that they agreed."""
    who = uuid4().hex
    return {
        "event_name": "Purchase",
        "event_id": who,
        "event_time": (timezone.now() - timedelta(minutes=number)).isoformat(),
        "action_source": "physical_store",
        "user_data": {
            "email": f"{who}@customers.example",
            "phone": f"+49171{int(who[:6], 16):08d}",
            "first_name": "Jo",
            "last_name": "Kite",
            "country": "DE",
        },
        "custom_data": {
            "value": "49.90",
            "currency": "EUR",
            "order_id": who[:12],
            "contents": [{"id": f"kite-{number:05d}", "quantity": 1, "item_price": "49.90"}],
            "store_data": {"store_code": "berlin-1"},
        },
        "consent": {"state": "granted", "policy": "card-2026", "source": "till", "at": "2026-03-01T10:00:00Z"},
    }


def asked(body: bytes) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/capi/events/",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "8.8.8.8",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_AUTHORIZATION": f"Bearer {secret}",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": BytesIO(),
        "wsgi.url_scheme": "https",
    }


def told(events: int) -> float:
    """Seconds from the request to its answer."""
    request = asked(json.dumps([item(number) for number in range(events)]).encode())
    began = time.perf_counter()
    status: list[str] = []
    answer = b"".join(handler(request, lambda line, headers: status.append(line)))
    seconds = time.perf_counter() - began
    if not status[0].startswith("200") or json.loads(answer)["recorded"] != events:
        raise RuntimeError(f"{status}: {answer[:300]!r}")
    return seconds


def bare(events: int) -> float:
    """Seconds of the ORM's own INSERT of the rows that were written last, under keys of their own."""
    from capi_tracking.models import OutboxEvent

    rows = list(OutboxEvent.objects.order_by("-pk")[:events])
    for row in rows:
        row.pk, row.key, row.event_id = None, uuid4().hex * 2, uuid4().hex
        row._state.adding = True
    began = time.perf_counter()
    OutboxEvent.objects.bulk_create(rows)
    return time.perf_counter() - began


def round_of(events: int, backwards: bool) -> dict[str, float]:
    if backwards:
        return {"bare": bare(events), "told": told(events)}
    return {"told": told(events), "bare": bare(events)}


def profile(events: int) -> str:
    """Where the time of a request goes."""
    import cProfile
    import io
    import pstats

    profiler, out = cProfile.Profile(), io.StringIO()
    body = json.dumps([item(number) for number in range(events)]).encode()
    profiler.enable()
    b"".join(handler(asked(body), lambda line, headers: None))
    profiler.disable()
    pstats.Stats(profiler, stream=out).sort_stats("tottime").print_stats(45)
    return out.getvalue()


if __name__ == "__main__":
    django.setup()
    with override_settings(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"]):
        serve(prepare, round_of, profile)
