"""Every public door, and a page with our tags, under whatever anybody may send: no error, no echo, no row without a grant.

A new door is walked into by itself: it stands among the package's URLs.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache as shared
from django.test import Client
from django.urls import reverse

from capi_tracking import urls
from capi_tracking.conf import Settings
from capi_tracking.minimisation import addresses, clean_url

MARK = "zq9zq"
GRANTED = "capi_consent=granted.1.4102444800; _fbp=fb.1.1767225600000.123456789"
BROWSER = {"origin": "http://testserver", "sec-fetch-site": "same-origin", "user-agent": "Mozilla/5.0 Safari/605"}
DOORS = {pattern.name: reverse(f"capi_tracking:{pattern.name}") for pattern in urls.urlpatterns}
OF_SYSTEMS = {"events", "attempts", "stats", "reconciliation", "schema"}  # for a key, or staff: see test_api
PAGES = DOORS | {"a page with tags": "/"}
SCRIPT = f"<script>{MARK}</script>"

pytestmark = pytest.mark.django_db


def encoded(said: str) -> str:
    return urlsafe_b64encode(said.encode()).decode().rstrip("=")


VALUES = {
    "empty": "",
    "script": SCRIPT,
    "quotes": f"\"'>{MARK}",
    "long": MARK + "x" * 60_000,
    "zeros": f"{MARK}\x00\x01",
    "latin": f"{MARK}\xe9\xff\xa0",
    "percent": f"{MARK}%00%ff%zz%E2%80",
    "digits": "9" * 5_000,
    "arabic digits": "\u0663".encode().decode("latin-1"),  # as a server passes it on
    "commas": "127.0.0.1," * 5_000,
    "brackets": "http://[" + MARK,
    "port": f"http://{MARK}:99999999/",
    "parameters": "http://testserver/?" + f"{MARK}&" * 30_000,
    "click": "fb.1.1767225600000." + "A" * 50_000,
    "dots": "." * 20_000,
    "granted": f"granted.1.{'9' * 400}",
    "deep": encoded("[" * 30_000),
    "json": encoded(json.dumps([{"pixel": "default", "name": SCRIPT, "id": "0123456789", "data": {}}])),
    "surrogate": encoded('[{"pixel":"default","name":"Lead","id":"0123456789","data":{"a":"\\ud800"}}]'),
    "numbers": encoded('[{"pixel":"default","name":"Lead","id":"0123456789","data":{"a":NaN,"b":1e999}}]'),
}
HEADERS = ["user-agent", "referer", "origin", "sec-fetch-site", "x-forwarded-for", "sec-gpc", "sec-purpose", "accept-language", "hx-request", "content-type"]  # fmt: skip
COOKIES = ["capi_consent", "_fbp", "_fbc", "capi_next", "capi_in", "capi_off", "capi_ldu", "csrftoken", "sessionid"]
BODIES = {
    "nothing": b"",
    "five megabytes": b" " * 5_000_000,
    "deep lists": b"[" * 1_000_000,
    "deep objects": b'{"events":' * 100_000,
    "keys by the hundred thousand": json.dumps(dict.fromkeys(map(str, range(100_000)), 1)).encode(),
    "keys that fit": json.dumps(dict.fromkeys(map(str, range(3_000)), 1)).encode(),
    "half a pair": b'{"events":[{"pixel":"default","name":"Search","id":"0123456789","data":"{\\"\\ud800\\":\\"\\ud800\\"}"}]}',
    "no numbers": b'{"events":[{"pixel":"default","name":"Search","id":"0123456789","age":NaN,"data":"{\\"a\\":NaN}"}]}',
    "huge numbers": b'{"events":[{"pixel":"default","name":"Search","id":"0123456789","age":1e999,"data":"{}"}], "x": %s}'
    % (b"9" * 4_000),
    "huger numbers": b"9" * 30_000,
    "parameters": json.dumps({"url": "http://testserver/?" + "a&" * 15_000}).encode(),
    "form": f"state={SCRIPT}&next={SCRIPT}".encode(),
    "fields by the hundred thousand": b"a=1&" * 100_000,
    "binary": bytes(range(256)) * 40,
    "script": SCRIPT.encode(),
}
FORMS = ["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    shared.clear()
    yield
    shared.clear()


@pytest.fixture
def visit(capi: Any, caplog: Any, django_user_model: Any) -> Any:
    """Asks for a door; that nothing broke and nothing came back is looked at each time."""
    capi(COLLECT_RATE=10**6, COLLECT_VISITOR_RATE=10**6)

    @cache
    def session() -> str:
        someone = Client()
        someone.force_login(django_user_model.objects.create_user("jo", "jo@shop.example"))
        return f"sessionid={someone.cookies['sessionid'].value}"

    def visited(method: str, address: str, *, cookies: str = GRANTED, known: bool = True, **given: Any) -> Any:
        client = Client(enforce_csrf_checks=True, raise_request_exception=True)
        if known:
            cookies = f"{cookies}; {session()}"
        sent = BROWSER | given.pop("headers", {})
        answer = client.generic(
            method, address, given.pop("body", b""), headers=sent, HTTP_COOKIE=cookies, REMOTE_ADDR="8.8.8.8", **given
        )
        assert answer.status_code < 500
        assert MARK not in f"{answer.content.decode()} {dict(answer.headers)} {answer.cookies.output()}"
        assert not [record for record in caplog.records if record.name.startswith("capi_tracking")]
        return answer

    return visited


def usual(door: str) -> str:
    return "POST" if door == "collect" else "GET"


def rows() -> int:
    models = [model for model in apps.get_app_config("capi_tracking").get_models() if model._meta.managed]
    return sum(model._default_manager.count() for model in models if model.__name__ not in {"Pixel", "SkipCount"})


# Of a longer one Django 6 refuses the request itself, before anything of a shop's runs.
LONGEST = {"content-type": 10_000}


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("door", PAGES)
def test_headers__of_any_kind_break_no_door(visit: Any, door: str, name: str) -> None:
    for header in HEADERS:
        visit(usual(door), PAGES[door], headers={header: VALUES[name][: LONGEST.get(header)]}, known=False)


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("door", PAGES)
def test_cookies__of_any_kind_break_no_door(visit: Any, door: str, name: str) -> None:
    for cookie in COOKIES:
        visit(usual(door), PAGES[door], cookies=f"{GRANTED}; {cookie}={VALUES[name]}", known=cookie == "capi_in")


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("door", DOORS)
def test_bodies__of_any_kind_break_no_door(visit: Any, door: str, name: str) -> None:
    for form in FORMS:
        visit("POST", DOORS[door], body=BODIES[name], content_type=form)


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("door", PAGES)
def test_queries__of_any_kind_break_no_door(visit: Any, door: str, name: str) -> None:
    for parameter in ("fbclid", "q", "next", "page", "state", ""):
        visit("GET", PAGES[door], QUERY_STRING=f"{parameter}={VALUES[name][:8000]}")


@pytest.mark.filterwarnings("ignore:Method Not Allowed")
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "X" * 500])
def test_methods__of_any_kind_write_nothing(visit: Any, door: str, method: str) -> None:
    before = rows()
    visit(method, DOORS[door], body=BODIES["half a pair"])
    assert rows() == before


@pytest.mark.parametrize("cookies", ["", "capi_consent=denied.1.1767225600", "capi_consent=unknown.1.1767225600"])
@pytest.mark.parametrize("door", DOORS)
def test_no_grant__leaves_no_row_by_any_door(visit: Any, door: str, cookies: str) -> None:
    for body in BODIES.values():
        visit("POST", DOORS[door], body=body, cookies=cookies, known=False)
    assert rows() == 0


@pytest.mark.parametrize("door", sorted(DOORS.keys() - {"collect"}))
def test_form__of_another_site_is_refused(visit: Any, door: str) -> None:
    """The relay alone does without a token: it asks for the origin, and the browser writes that."""
    for headers in ({}, {"origin": "https://else.example", "sec-fetch-site": "cross-site"}):
        answer = visit("POST", DOORS[door], body=b"state=granted", content_type=FORMS[2], headers=headers)
        assert answer.status_code in ({401, 403, 405} if door in OF_SYSTEMS else {403, 405})
        assert "capi_consent" not in answer.cookies


@pytest.mark.parametrize("door", sorted(DOORS.keys() - {"collect", "match"} - OF_SYSTEMS))
def test_visitors_page__stands_in_no_frame_and_no_cache(visit: Any, door: str) -> None:
    answer = visit("GET", DOORS[door])
    assert answer.status_code == 200
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "no-store" in answer.headers["Cache-Control"]


def test_address__is_looked_at_only_so_far(monkeypatch: Any) -> None:
    asked: list[str] = []
    monkeypatch.setattr(addresses, "fnmatchcase", lambda name, pattern: asked.append(name))
    clean_url("https://shop.example/?" + "a&" * 100_000)
    clean_url("https://shop.example/?q=" + "a" * 100_000 + "&b" * 100_000)
    assert len(asked) <= 2 * addresses.MAX_PAIRS * len(Settings.URL_PARAMETERS)
    monkeypatch.undo()
    assert clean_url("https://shop.example/?" + "a&" * 150 + "q=1") == "https://shop.example/?q=1"
