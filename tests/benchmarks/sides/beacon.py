"""A beacon through Django's own handler, and a view that does nothing but one INSERT, through the same."""

import json
import time
from collections import Counter
from io import BytesIO
from typing import Any
from uuid import uuid4

import django
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from tests.benchmarks.sides import emit, sample
from tests.benchmarks.sides.lines import serve

AGENT = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.0 Safari/605.1.15"
urlpatterns: list[Any] = []
handler: Any = None


@csrf_exempt
def plain(request: HttpRequest) -> HttpResponse:
    """The rival: a row of two texts, by the ORM."""
    from demo_project.shop.models import Category

    Category(slug=uuid4().hex, title="Kites").save(force_insert=True)
    return HttpResponse(status=204)


def prepare() -> None:
    global handler
    call_command("migrate", verbosity=0)
    connection.settings_dict["CONN_MAX_AGE"] = None  # as a shop under load has it
    urlpatterns[:] = [path("plain/", plain), path("capi/", include("capi_tracking.urls"))]
    handler = WSGIHandler()


# -- what is asked -----------------------------------------------------------------------------------------------


def event(name: str = "PageView", **more: str) -> dict[str, Any]:
    return {"pixel": "default", "name": name, "id": uuid4().hex, "age": 3, **more}


def island() -> dict[str, Any]:
    from capi_tracking import islands
    from capi_tracking.events import CustomData

    data = CustomData(value="49.49", currency="EUR", content_ids=["kite-00001"], content_type="product")
    return event(**islands.island("ViewContent", data))


def page(events: int = 2, receipts: bool = False) -> bytes:
    """What a product's page sends: its view and the product's, and later what became of the two."""
    shown = [event(), island()][:events]
    told = [{**each, "state": "handed_over", "detail": ""} for each in shown] if receipts else []
    for each in told:
        each.pop("data", None), each.pop("signature", None)
    said = {"url": "http://testserver/products/kite/?utm_source=news", "referrer": "", "domain": ""}
    return json.dumps({**said, "events": shown, "receipts": told}).encode()


def asked(address: str, body: bytes) -> dict[str, Any]:
    seen = sample.browser(int.from_bytes(uuid4().bytes[:4]))
    cookies = f"capi_consent=granted.1.{int(time.time())}; _fbp={seen['fbp']}; _fbc={seen['fbc']}"
    address_of_visitor = ".".join(map(str, [8, *uuid4().bytes[:3]]))
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": address,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": address_of_visitor,
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": "testserver",
        "HTTP_ORIGIN": "http://testserver",
        "HTTP_SEC_FETCH_SITE": "same-origin",
        "HTTP_USER_AGENT": AGENT,
        "HTTP_COOKIE": cookies,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def answered(environ: dict[str, Any]) -> float:
    """Seconds of one request, middleware, view, commit and all."""
    told: list[str] = []
    began = time.perf_counter()
    response = handler(environ, lambda status, headers: told.append(status))
    b"".join(response)
    response.close()
    seconds = time.perf_counter() - began
    assert told == ["204 No Content"], told
    return seconds


# -- verbs -------------------------------------------------------------------------------------------------------


def round_of(count: int, backwards: bool) -> dict[str, float]:
    """Seconds of so many requests of each kind, request by request: as near to each other in time as can be."""
    seconds: Counter[str] = Counter()
    with override_settings(ROOT_URLCONF=__name__):
        for turn in range(count):
            kinds = {
                "plain": asked("/plain/", page()),
                "one": asked("/capi/collect/", page(events=1)),
                "two": asked("/capi/collect/", page()),
                "whole": asked("/capi/collect/", page(receipts=True)),
            }
            for name in emit.turned(list(kinds), turn + backwards):
                seconds[name] += answered(kinds[name])
    return dict(seconds)


def statements(events: int) -> dict[str, int]:
    """What one beacon with so many events, and their receipts, asks of the database."""
    said = json.loads(page(receipts=True))
    said["events"] = [island() for _ in range(events)]
    said["receipts"] = [{"pixel": "default", "name": "ViewContent", "id": each["id"], "state": "handed_over"} for each in said["events"]]  # fmt: skip
    with override_settings(ROOT_URLCONF=__name__), CaptureQueriesContext(connection) as queries:
        answered(asked("/capi/collect/", json.dumps(said).encode()))
    return dict(Counter(query["sql"].split(maxsplit=1)[0] for query in queries))


def rows() -> list[int]:
    from capi_tracking.models import BrowserReceipt, OutboxEvent

    return [OutboxEvent.objects.count(), BrowserReceipt.objects.count()]


def profile(count: int) -> str:
    """Where the time of a beacon goes."""
    import cProfile
    import io
    import pstats

    profiler = cProfile.Profile()
    with override_settings(ROOT_URLCONF=__name__):
        for environ in [asked("/capi/collect/", page()) for _ in range(count)]:
            profiler.runcall(answered, environ)
    text = io.StringIO()
    pstats.Stats(profiler, stream=text).sort_stats("cumulative").print_stats(70)
    return text.getvalue()


if __name__ == "__main__":
    django.setup()
    serve(prepare, round_of, statements, rows, profile)
