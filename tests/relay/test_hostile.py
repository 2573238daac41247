"""A beacon comes from anybody: whatever it holds, the answer is the same, nothing is written and nothing breaks."""

import json
import string
from itertools import count

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capi_tracking import islands, relay
from capi_tracking.events import CustomData
from capi_tracking.keyed_hashes import keyed_hash
from capi_tracking.models import BrowserReceipt, OutboxEvent, PageReport, SkipCount

FBP = "fb.1.1767225600000.123456789"
GRANTED = f"capi_consent=granted.1.1767225600; _fbp={FBP}"
BROWSER = {"origin": "http://testserver", "sec-fetch-site": "same-origin", "user-agent": "Mozilla/5.0 Safari/605"}
ID = "0123456789abcdef"
VIEW = {"pixel": "default", "name": "PageView", "id": ID}
RECEIPT = {**VIEW, "state": "handed_over", "detail": ""}
FOREIGN = {"pixel": "123", "name": "PageView", "count": 1}
VIOLATION = {"directive": "img-src", "host": "www.facebook.com"}
WHOLE = {
    "url": "http://testserver/",
    "events": [VIEW],
    "receipts": [RECEIPT],
    "foreign": [FOREIGN],
    "violations": [VIOLATION],
}
SALE = '{"currency":"EUR","value":9.5}'
NOTHINGS = [None, True, 0, -1, 1e308, 10**30, "", "x", "\ud800", "\x00", [], {}, [[]], {"a": 1}, "x" * 9000]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


@pytest.fixture
def post(caplog):
    """Sends a body; the answer and the silence are checked each time."""

    def posted(body, *, cookies=GRANTED, method="post", **headers):
        changed = BROWSER | {name.replace("_", "-"): value for name, value in headers.items()}
        client = Client(headers={name: value for name, value in changed.items() if value is not None})
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        send = getattr(client, method)
        response = send(
            reverse("capi_tracking:collect"), sent, "text/plain", REMOTE_ADDR="8.8.8.8", HTTP_COOKIE=cookies
        )
        assert (response.status_code, response.content) == (204, b"")
        assert not caplog.records
        return response

    return posted


def rows():
    models = (OutboxEvent, BrowserReceipt, SkipCount, PageReport)
    return sum(model.objects.count() for model in models)


def test_beacon__that_is_whole_writes_rows(post):
    post(WHOLE)  # or all tests below would prove nothing
    post(WHOLE | {"events": [{**VIEW, "id": "another-event"}]}, user_agent="x bot")
    assert rows() == 5


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" " * (5 * 1024 * 1024),
        json.dumps(WHOLE).encode() + b" " * (5 * 1024 * 1024),
        json.dumps(WHOLE | {"events": [VIEW] * 200_000}).encode(),
        json.dumps(WHOLE).encode() + b" " * relay.MAX_BODY,
        b"[" * 32_000,
        b'{"events":' * 3_000,
        b'{"events":[' + b"[" * 30_000 + b"]}",
        b'{"events":[{"data":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}]}",
        b"NaN",
        b"-Infinity",
        b'{"events": NaN, "receipts": Infinity}',
        b'{"events": ' + b"9" * 20_000 + b"}",
        b'{"events": 1e999999}',
        b"\xff\xfe\x00",
        b"\xef\xbb\xbf{}",
        '{"events": "é'.encode("latin-1"),
        b'{"events":[{"id":"\\ud800"}]}',
        b"events=1&receipts=2",
        b"<script>alert(1)</script>",
        b"\x00" * 100,
    ],
)
def test_body__that_is_none_of_ours(post, body):
    post(body)
    assert rows() == 0


@pytest.mark.parametrize("wrong", NOTHINGS)
@pytest.mark.parametrize("kind", ["events", "receipts", "foreign", "violations"])
def test_list__of_another_type(post, kind, wrong):
    post({kind: wrong})
    post({kind: [wrong]})
    assert rows() == 0


@pytest.mark.parametrize("wrong", NOTHINGS)
@pytest.mark.parametrize("field", ["pixel", "name", "id"])
def test_event__with_a_field_of_another_type(post, field, wrong):
    post({"events": [{**VIEW, field: wrong}]})
    assert rows() == 0


@pytest.mark.parametrize("wrong", NOTHINGS)
@pytest.mark.parametrize("field", ["data", "signature"])
def test_island__with_a_field_of_another_type(post, field, wrong):
    island = islands.island("ViewContent", CustomData(content_ids=["sku-1"]))
    post({"events": [{"id": ID, **island, field: wrong}]})
    assert rows() == 0


@pytest.mark.parametrize("wrong", NOTHINGS)
@pytest.mark.parametrize("field", ["pixel", "name", "id", "state"])
def test_receipt__with_a_field_of_another_type(post, field, wrong):
    post({"receipts": [{**RECEIPT, field: wrong}]})
    assert rows() == 0


@pytest.mark.parametrize("wrong", [each for each in NOTHINGS if each != "x"])
@pytest.mark.parametrize(("kind", "said", "field"), [("foreign", FOREIGN, "pixel"), ("foreign", FOREIGN, "name"), ("violations", VIOLATION, "directive"), ("violations", VIOLATION, "host")])  # fmt: skip
def test_report__with_a_field_of_another_type(post, kind, said, field, wrong):
    post({kind: [{**said, field: wrong}]})
    assert rows() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"pixel": "1" * 21},
        {"pixel": "12a"},
        {"pixel": "١٢"},
        {"name": "<script>"},
        {"name": "jo@shop.example"},
        {"name": "x" * 51},
        {"name": "a\nb"},
    ],
)
def test_foreign_pixel__out_of_its_pattern(post, wrong):
    post({"foreign": [{**FOREIGN, **wrong}]})
    assert rows() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"directive": "img src"},
        {"directive": "IMG-SRC"},
        {"directive": "x" * 90},
        {"directive": "made-up-src"},
        {"host": "a b"},
        {"host": "jo@shop.example"},
        {"host": "x" * 101},
        {"host": "shop.example/path?email=jo"},
        {"host": "javascript:alert(1)"},
        {"host": "else.example"},
        {"host": "www.facebook.com.else.example"},
        {"host": "notfacebook.com"},
    ],
)
def test_violation__out_of_its_pattern(post, wrong):
    post({"violations": [{**VIOLATION, **wrong}]})
    assert rows() == 0


@pytest.mark.parametrize(
    "host", ["connect.facebook.net", "facebook.com", "testserver", "cdn.shop.example", "127.0.0.1:8999"]
)
def test_violation__names_a_host_that_we_need(post, capi, settings, host):
    settings.STATIC_URL = "https://cdn.shop.example/static/"
    capi(PIXEL_SCRIPT_URL="http://127.0.0.1:8999/en_US/fbevents.js")
    post({"violations": [{**VIOLATION, "host": host}]})
    assert PageReport.objects.get().name == host


@pytest.mark.parametrize("wrong", [*NOTHINGS, 10**9, "7"])
def test_report__whose_count_is_nonsense_counts_a_bounded_number(post, wrong):
    post({"foreign": [{**FOREIGN, "count": wrong}]})
    assert 1 <= PageReport.objects.get().count <= 50


@pytest.mark.parametrize("event_id", ["short", "x" * 65, "with space", "<script>", "ä" * 8, "a" * 8 + "\n", "a.b.c.d.e", "../../etc"])  # fmt: skip
def test_id__out_of_its_pattern(post, event_id):
    post({"events": [{**VIEW, "id": event_id}], "receipts": [{**RECEIPT, "id": event_id}]})
    assert rows() == 0


@pytest.mark.parametrize("pixel", ["nobody", "Default", "default ", "1234567890", "__class__"])
def test_pixel__that_is_unknown(post, pixel):
    post({"events": [{**VIEW, "pixel": pixel}], "receipts": [{**RECEIPT, "pixel": pixel}]})
    assert rows() == 0


def test_signature__of_something_else(post):
    island = islands.island("ViewContent", CustomData(value="9.50", currency="EUR"))
    good = {"id": ID, **island}
    for change in (
        {"name": "AddToCart"},
        {"pixel": "second"},
        {"data": island["data"].replace("9.5", "9000")},
        {"data": island["data"] + " "},
        {"data": ""},
        {"signature": island["signature"][:-1]},
        {"signature": island["signature"] + "0"},
        {"signature": island["signature"].upper()},
        {"signature": keyed_hash(f"default\nViewContent\n{island['data']}", purpose="item")},
        {"signature": "0" * 32},
    ):
        post({"events": [{**good, **change}]})
    assert rows() == 0
    post({"events": [good]})
    post({"events": [good]})  # again is no second event
    assert rows() == 1


@pytest.mark.parametrize(
    "said",
    [
        {"name": "Purchase", "data": SALE},
        {"name": "Purchase", "data": SALE, "signature": islands.sign("default", "Purchase", SALE)},
        {"name": "Purchase", "item": "x", "quantity": 1},
        {"name": "Purchase"},
        {"name": "purchase", "data": SALE},
        {"name": "PURCHASE", "data": SALE},
        {"name": " Purchase", "data": SALE},
        {"name": "Purchase\u200b", "data": SALE},
        {"name": "Purchase\x00", "data": SALE},
        {"name": "P\u0443rchase", "data": SALE},
        {"name": "ViewContent\nPurchase", "data": SALE},
        {"name": ["Purchase"], "data": SALE},
        {"name": {"name": "Purchase"}, "data": SALE},
        {"name": "ViewContent", "event_name": "Purchase"},
    ],
)
def test_purchase__in_disguise(post, said):
    post({"events": [{"pixel": "default", "id": ID, **said}], "receipts": [{**RECEIPT, "name": said["name"]}]})
    kept = OutboxEvent.objects.exists()
    assert not kept
    assert not BrowserReceipt.objects.exclude(event_name="ViewContent").exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://else.example"},
        {"origin": "null"},
        {"origin": "null", "sec_fetch_site": None},
        {"origin": "https://testserver.else.example", "sec_fetch_site": None},
        {"origin": "http://testserver@else.example", "sec_fetch_site": None},
        {"origin": "http://testserver:80@else.example", "sec_fetch_site": None},
        {"origin": "file://", "sec_fetch_site": None},
        {"origin": "testserver", "sec_fetch_site": None},
        {"origin": "http://", "sec_fetch_site": None},
        {"origin": "http://[::1", "sec_fetch_site": None},
        {"origin": None, "sec_fetch_site": None},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
        {"sec_fetch_site": "SAME-ORIGIN"},
        {"sec_purpose": "prefetch"},
        {"sec_purpose": "prefetch;prerender"},
        {"purpose": "Prefetch"},
        {"x_moz": "prefetch"},
        {"user_agent": ""},
        {"user_agent": None},
    ],
)
def test_headers__of_others(post, headers):
    response = post(WHOLE, **headers)
    assert rows() == 0
    assert not response.cookies
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("length", ["-1", "9" * 5000, "\u0663", "1e3", " ", "x", "32769"])
def test_length__that_is_none(rf, length):
    request = rf.post("/", json.dumps(WHOLE), "text/plain", headers=BROWSER, HTTP_COOKIE=GRANTED)
    request.META["CONTENT_LENGTH"] = length
    assert relay.receive(request) is None
    assert rows() == 0


@pytest.mark.parametrize("cookies", ["", f"_fbp={FBP}", "capi_consent=granted", "capi_consent=granted.1.1.1", "capi_consent=GRANTED.1.1", "capi_consent=granted.1;capi_consent=granted", "capi_consent=\ud800"])  # fmt: skip
def test_consent__that_is_none(post, cookies):
    post(WHOLE, cookies=cookies.encode(errors="replace").decode())
    assert rows() == SkipCount.objects.count()


def test_flood__of_one_address_ends(post, capi):
    capi(COLLECT_RATE=5, COLLECT_VISITOR_RATE=1000)
    for number in range(20):
        post({"events": [{**VIEW, "id": f"event-{number:04}"}]}, cookies=GRANTED.replace("123456789", str(number)))
    assert rows() == 5


def test_flood__of_one_visitor_from_many_addresses_ends(capi, caplog):
    capi(COLLECT_RATE=1000, COLLECT_VISITOR_RATE=5)
    for number in range(20):
        said = json.dumps({"events": [{**VIEW, "id": f"event-{number:04}"}]})
        address = {"REMOTE_ADDR": f"8.8.8.{number}", "HTTP_COOKIE": GRANTED}
        Client(headers=BROWSER).post(reverse("capi_tracking:collect"), said, "text/plain", **address)
    assert rows() == 5


def test_flood__of_reports_fills_a_bounded_number_of_rows(post, capi, monkeypatch):
    capi(COLLECT_RATE=1000, COLLECT_VISITOR_RATE=1000)
    monkeypatch.setattr("capi_tracking.models.pagereport.MAX_A_DAY", {"foreign": 30})
    monkeypatch.setattr("capi_tracking.relay.rates.FRESH_REPORTS", 1000)
    pixels = map(str, count(1))
    for _ in range(4):
        post({"foreign": [{**FOREIGN, "pixel": next(pixels)} for _ in range(20)]})
    post({"foreign": [{**FOREIGN, "pixel": "1"}]})
    assert PageReport.objects.count() == 30
    assert PageReport.objects.get(subject="1").count == 2


def test_beacon__one_bad_item_takes_no_other_with_it(post):
    bad = [None, 7, "x", [], {}, {"pixel": "default"}, {**VIEW, "id": 7}, {**VIEW, "name": "Purchase"}]
    post({kind: [*bad, good, *bad] for kind, good in (("events", VIEW), ("receipts", RECEIPT), ("foreign", FOREIGN))})
    assert rows() == 3


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(string.printable, max_size=8), inner, max_size=4)
    ),
    max_leaves=10,
)
fields = st.sampled_from(
    [
        "pixel",
        "name",
        "id",
        "age",
        "data",
        "signature",
        "item",
        "quantity",
        "state",
        "detail",
        "count",
        "directive",
        "host",
        "url",
        "token",
        "fbp",
        "consent",
    ]
)
items = st.dictionaries(
    fields, json_values | st.sampled_from(["default", "PageView", ID, "{}", "handed_over"]), max_size=8
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.fixed_dictionaries({kind: st.lists(items, max_size=3) for kind in ("events", "receipts", "foreign", "violations")}))  # fmt: skip
def test_beacon__of_anything_at_all(post, capi, said):
    capi(COLLECT_RATE=10**9, COLLECT_VISITOR_RATE=10**9)
    post(json.dumps(said).encode())
    assert not OutboxEvent.objects.filter(event_name="Purchase").exists()
