"""What a beacon may do."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import DataError, connection
from django.utils import timezone

from capi_tracking import islands, relay, tags
from capi_tracking.models import BrowserReceipt, BrowserState, OutboxEvent, SkipCount
from capi_tracking.relay import rates
from capi_tracking.tracking import track
from tests.factories import an_event
from tests.relay.beacons import FBC, FBP, GRANTED, ID, SAFARI, SALE, ask, events, island, payload, receipt, view

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


# -- events ----------------------------------------------------------------------------------------------------------


def test_island__becomes_an_event_with_what_the_request_knows():
    relay.receive(ask(events(island(), referrer="https://else.example/x?secret=1")))
    row = OutboxEvent.objects.get()
    assert (row.event_name, row.event_id, row.source, row.status) == ("ViewContent", ID, "relay", "pending")
    assert (row.consent_state, row.consent_source) == ("granted", "cookie")
    sent = payload()
    assert sent["custom_data"] == {"value": 9.5, "currency": "EUR", "content_ids": ["sku-1"]}
    assert sent["user_data"] == {
        "client_ip_address": "203.0.114.9",
        "client_user_agent": SAFARI,
        "fbc": FBC,
        "fbp": FBP,
    }
    assert (sent["event_source_url"], sent["referrer_url"]) == (
        "http://testserver/p/?utm_source=a",
        "https://else.example/x",
    )


def test_page_view__needs_no_signature_and_carries_nothing():
    relay.receive(ask(events(view(data='{"value":9000,"currency":"EUR"}', signature="x"))))
    assert OutboxEvent.objects.get().event_name == "PageView"
    assert "custom_data" not in payload()


def test_custom_name__is_taken_from_an_island_that_we_signed():
    relay.receive(ask(events(island("RingSizeMeasured", extra={"size": 17}))))
    assert payload()["custom_data"] == {"size": 17}


@pytest.mark.parametrize(
    "said",
    [
        {**island(), "signature": "0" * 32},
        {**island(), "data": '{"currency":"EUR","value":9000}'},
        {**island(), "name": "AddToCart"},
        {**island(), "name": "Purchase"},
        {"pixel": "default", "name": "AddToCart", "id": ID},
        {"pixel": "default", "name": "Purchase", "id": ID, "data": SALE, "signature": islands.sign("default", "Purchase", SALE)},
        {"pixel": "default", "name": "NobodysName", "id": ID},
        view(pixel="nobody"),
        view(pixel=None),
        view(id="short"),
        view(id="x" * 65),
        view(id="with space"),
        view(id="<script>"),
        view(id=12345678901),
        view(id=None),
        {},
    ],
)  # fmt: skip
def test_event__that_we_cannot_vouch_for_is_ignored(said):
    relay.receive(ask(events(said)))
    assert not OutboxEvent.objects.exists()
    assert not SkipCount.objects.exists()


def test_event__the_same_one_twice_is_one_row():
    relay.receive(ask(events(island(), island())))
    relay.receive(ask(events(island())))
    assert OutboxEvent.objects.count() == 1


def test_event__malformed_click_is_left_out_and_the_event_kept():
    relay.receive(ask(events(island()), cookies=f"capi_consent={GRANTED}; _fbp={FBP}; _fbc=fb.1.1767225600.seconds"))
    assert "fbc" not in payload()["user_data"]


@pytest.mark.parametrize(
    ("age", "seconds"),
    [
        (0, 0),
        (5000, 5),
        (10**12, 600),
        (-5000, 0),
        (-1e308, 0),
        ("5000", 0),
        (None, 0),
        (1e308, 600),
        (10**400, 600),
        (True, 0),
    ],
)
def test_event_time__is_now_less_a_bounded_age(age, seconds):
    relay.receive(ask(events(view(age=age))))
    late = timezone.now() - timedelta(seconds=seconds) - OutboxEvent.objects.get().event_time
    assert timedelta(0) <= late < timedelta(seconds=3)


@pytest.mark.parametrize(("age", "seconds"), [(b"1e999", 600), (b"NaN", 0), (b"-Infinity", 0)])
def test_event_time__bears_numbers_that_are_none(age, seconds):
    body = json.dumps(events(view(age="AGE"))).encode().replace(b'"AGE"', age)
    relay.receive(ask(body))
    late = timezone.now() - timedelta(seconds=seconds) - OutboxEvent.objects.get().event_time
    assert timedelta(0) <= late < timedelta(seconds=3)


@pytest.mark.parametrize(
    "url", ["https://else.example/p/", "javascript:alert(1)", "//testserver/", "http://[", 7, "\ud800"]
)
def test_page__of_another_host_is_not_ours(url):
    relay.receive(ask(events(view()) | {"url": url}, referer="http://testserver/real/?token=1"))
    assert payload()["event_source_url"] == "http://testserver/real/"


def test_page__that_nobody_names_is_the_shops_own():
    relay.receive(ask({"events": [view()]}))
    assert payload()["event_source_url"] == "http://testserver/"


def test_beacon__brings_twenty_events_at_most():
    relay.receive(ask(events(*(view(id=f"event-{n:04}") for n in range(30)))))
    assert OutboxEvent.objects.count() == relay.MAX_ITEMS


def test_event__costs_one_insert_in_one_transaction(django_assert_num_queries):
    request = ask(events(view()))
    with django_assert_num_queries(3) as asked:
        relay.receive(request)
    kinds = [query["sql"].split()[0] for query in asked.captured_queries]
    assert kinds == ["SAVEPOINT", "INSERT", "RELEASE"]


def test_beacon__costs_two_inserts_in_one_transaction_whatever_it_brings(django_assert_num_queries):
    said = [view(id=f"event-{n:04}") for n in range(20)]
    told = [receipt(name="PageView", id=each["id"]) for each in said]
    with django_assert_num_queries(5) as asked:
        relay.receive(ask(events(*said, receipts=told)))
    kinds = [query["sql"].split()[0] for query in asked.captured_queries]
    assert kinds == ["SAVEPOINT", "INSERT", "INSERT", "UPDATE", "RELEASE"]
    assert (OutboxEvent.objects.count(), BrowserReceipt.objects.count()) == (20, 20)
    assert OutboxEvent.objects.filter(browser_at=None).count() == 0


@pytest.mark.django_db(transaction=True)
def test_beacon__of_events_alone_needs_no_transaction_of_its_own(django_assert_num_queries):
    with django_assert_num_queries(1):
        relay.receive(ask(events(view(), island(name="AddToCart") | {"id": "another-event"})))
    assert OutboxEvent.objects.count() == 2


def test_beacon__what_the_database_refuses_takes_nothing_else_with_it(caplog):
    """As a column in an old character set refuses some texts: all at once it fails, and each for itself but one."""

    def refuse(execute, sql, params, many, context):
        if sql.startswith("INSERT") and "refused-event" in params:
            raise DataError("no such character here")
        return execute(sql, params, many, context)

    said = [view(id=each) for each in ("first-event", "refused-event", "third-event")]
    told = [receipt(name="PageView", id=each["id"]) for each in said]
    with connection.execute_wrapper(refuse):
        relay.receive(ask(events(*said, receipts=told)))
    kept = ["first-event", "third-event"]
    assert sorted(OutboxEvent.objects.values_list("event_id", flat=True)) == kept
    assert sorted(BrowserReceipt.objects.values_list("event_id", flat=True)) == kept
    assert "Tracking failed with DataError" in caplog.text


def test_event__that_is_too_large_takes_no_other_with_it(capi):
    capi(EVENT_BYTES=700)
    wide = island(content_name="x" * 900)
    relay.receive(ask(events(wide, view(id="another-event"))))
    assert OutboxEvent.objects.get().event_id == "another-event"


def test_pages__load_nothing_of_metas_where_the_relay_tells_alone(capi):
    capi(BROWSER="relay_only")
    assert tags.config(["default"])["script"] == ""
    relay.receive(ask(events(view())))
    assert OutboxEvent.objects.get().status == "pending"


# -- consent ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cookies", "reason", "answer"),
    [
        ("", "consent_unknown", None),
        ("capi_consent=denied.1.1767225600", "consent_denied", None),
        ("capi_consent=limited.1.1767225600", "consent_limited", relay.Answer(limited="0")),
        ("capi_consent=granted.2.1767225600", "consent_unknown", None),
    ],
)
def test_event__without_consent_is_counted_and_nothing_kept(cookies, reason, answer):
    assert relay.receive(ask(events(island(), receipts=[receipt()]), cookies=f"{cookies}; _fbp={FBP}")) == answer
    assert not OutboxEvent.objects.exists()
    assert not BrowserReceipt.objects.exists()
    assert SkipCount.objects.values_list("event_name", "reason", "count").get() == ("ViewContent", reason, 1)


def test_event__under_privacy_control_is_counted():
    relay.receive(ask(events(view()), sec_gpc="1"))
    assert SkipCount.objects.get().reason == "consent_limited"


# -- receipts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", relay.STATES)
def test_receipt__is_kept_by_key_and_visitor(state):
    relay.receive(ask({"receipts": [receipt(state=state, detail="policy")]}))
    found = BrowserReceipt.objects.get()
    assert (found.event_name, found.event_id, found.state, found.detail) == (
        "ViewContent",
        ID,
        relay.STATES[state],
        "policy",
    )
    assert len(found.visitor_key) == 16


def test_receipt__only_rises():
    for state in ("unknown", "handed_over", "blocked", "unknown"):
        relay.receive(ask({"receipts": [receipt(state=state)]}))
    assert BrowserReceipt.objects.get().state == BrowserState.HANDED_OVER


def test_receipt__of_an_order_is_taken_only_if_the_order_is_recorded():
    said = {"receipts": [receipt(name="Purchase", id="order-event-1")]}
    relay.receive(ask(said))
    assert not BrowserReceipt.objects.exists()
    row = track(an_event("Purchase", "order-event-1"), order_key="shop.order:1")
    relay.receive(ask(said))
    assert BrowserReceipt.objects.get().key == row.key
    assert OutboxEvent.objects.get().browser_at is not None


def test_receipt__of_a_custom_event_is_taken_if_the_event_is_recorded():
    said = receipt(name="RingSizeMeasured")
    relay.receive(ask({"receipts": [said]}))
    assert not BrowserReceipt.objects.exists()
    relay.receive(ask(events(island("RingSizeMeasured", extra={"size": 17}), receipts=[said])))
    assert BrowserReceipt.objects.get().event_name == "RingSizeMeasured"


@pytest.mark.parametrize(
    "changes",
    [{"state": "sold"}, {"state": 2}, {"id": "x"}, {"pixel": "nobody"}, {"name": 3}, {"name": "\ud800"}, {"name": "x" * 5000}],
)  # fmt: skip
def test_receipt__that_makes_no_sense_is_ignored(changes):
    relay.receive(ask({"receipts": [receipt(**changes)]}))
    assert not BrowserReceipt.objects.exists()


@pytest.mark.parametrize("detail", ["<script>", "x" * 100, 7, None, "jo@shop.example"])
def test_receipt__keeps_no_detail_that_is_none_of_ours(detail):
    relay.receive(ask({"receipts": [receipt(detail=detail)]}))
    assert BrowserReceipt.objects.get().detail == ""


# -- who may speak ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://else.example", "sec_fetch_site": "cross-site"},
        {"origin": "https://else.example", "sec_fetch_site": None},
        {"origin": "http://testserver.else.example", "sec_fetch_site": None},
        {"origin": "null", "sec_fetch_site": None},
        {"origin": "http://testserver:81", "sec_fetch_site": None},
        {"origin": "http://[", "sec_fetch_site": None},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none", "origin": None},
        {"sec_fetch_site": None, "origin": None},
        {"sec_purpose": "prefetch"},
        {"sec_purpose": "prefetch;prerender"},
        {"purpose": "prefetch"},
        {"x_moz": "prefetch"},
        {"user_agent": None},
    ],
)
def test_beacon__of_others_is_not_heard(headers):
    assert relay.receive(ask(events(view()), **headers)) is None
    assert not OutboxEvent.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": None},
        {"origin": None},
        {"origin": "https://testserver"},
        {"user_agent": "Mozilla/5.0 (Linux; Android 13; CUBOT X70) AppleWebKit/537.36 Chrome/120 Mobile"},
    ],
)
def test_beacon__of_our_own_pages_is_heard(headers):
    assert relay.receive(ask(events(view()), **headers))
    assert OutboxEvent.objects.exists()


def test_beacon__says_nothing_while_the_app_is_off(capi):
    capi(ENABLED=False)
    assert relay.receive(ask(events(view()))) is None


def test_rate__bounds_the_beacons_of_one_address_in_a_minute(capi):
    capi(COLLECT_RATE=3)
    with time_machine.travel("2026-11-20T10:00:30Z", tick=False) as clock:
        taken = [relay.receive(ask(events(view(id=f"event-{n:04}")))) is not None for n in range(5)]
        clock.shift(60)
        taken.append(relay.receive(ask(events(view()))) is not None)
    assert taken == [True, True, True, False, False, True]


@pytest.mark.parametrize(
    "addresses",
    [
        ("2001:4860:4860:1::1", "2001:4860:4860:1:ffff::9", "2001:4860:4860:2::1"),
        ("2600:3c00::f03c:91ff:fe00:1", "2600:3c00::1", "2600:3c00:0:1::1"),
    ],
)
def test_rate__cannot_be_escaped_within_one_ipv6_network(rf, addresses):
    first, second, other = (rates.network(rf.post("/", REMOTE_ADDR=address)) for address in addresses)
    assert first == second != other


@pytest.mark.parametrize("address", ["", "unix:", "8.8.8.8"])
def test_rate__counts_by_what_the_server_says_where_that_is_no_ipv6_address(rf, address):
    assert rates.network(rf.post("/", REMOTE_ADDR=address)) == address


def test_rate__a_broken_cache_costs_no_event(settings, caplog):
    settings.CACHES = {"default": {"BACKEND": "tests.relay.test_collect.BrokenCache"}}
    assert relay.receive(ask(events(view())))
    assert "Tracking failed with ConnectionError" in caplog.text


# -- bodies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"[" * 30_000,
        b'{"events":' * 3000,
        b'{"events": ' + b"9" * 20_000 + b"}",
    ],
)
def test_parse__of_a_hostile_body_is_nothing(body):
    assert relay.parse(body) is None


@pytest.mark.parametrize(
    "said", [{}, {"events": {}}, {"events": [1, "a", None, []]}, {"receipts": "x", "url": [], "domain": 5}]
)
def test_parse__takes_what_has_the_right_shape_and_leaves_the_rest(said):
    assert relay.parse(json.dumps(said).encode()) == relay.Beacon()


def test_body__that_is_too_long_is_not_read():
    request = ask(b" " * (5 * 1024 * 1024))
    read = []
    request._stream.read = lambda *size: read.append(size) or b""
    assert relay.receive(request) is None
    assert read == []


def test_body__of_a_browser_that_went_away_meanwhile_is_nobodys_failure():
    request = ask(b"{}")
    request._stream = type("Broken", (), {"read": lambda self, size: gone()})()
    assert relay.receive(request) is None


def gone():
    raise ConnectionResetError


def test_body__whose_length_is_not_told_is_read_up_to_the_limit():
    request = ask(b" " * (5 * 1024 * 1024))
    del request.META["CONTENT_LENGTH"]
    request.__dict__.pop("headers", None)
    sizes = []
    stream = request._stream
    request._stream = type("Counted", (), {"read": lambda self, size: sizes.append(size) or stream.read(size)})()
    assert relay.receive(request) is None
    assert sizes == [relay.MAX_BODY + 1]


@pytest.mark.parametrize(
    ("host", "domain", "found"),
    [
        ("www.shop.example", "shop.example", "shop.example"),
        ("www.shop.example:8000", "www.shop.example", "www.shop.example"),
        ("www.shop.example", "", ""),
        ("www.shop.example", None, None),
        ("www.shop.example", "else.example", None),
        ("www.shop.example", "hop.example", None),
        ("www.shop.example", "example", None),
        ("www.shop.example", ".shop.example", None),
        ("www.shop.example", "shop.example; HttpOnly", None),
        ("127.0.0.1:8000", "0.1", None),
        ("127.0.0.1:8000", "127.0.0.1", None),
    ],
)
def test_cookie_domain__is_one_of_this_hosts_own(rf, host, domain, found):
    assert relay.cookie_domain(rf.post("/", headers={"host": host}), relay.Beacon(domain=domain)) == found


class BrokenCache:
    """A cache whose server is gone."""

    def __init__(self, location, params):
        pass

    def add(self, *args, **kwargs):
        raise ConnectionError

    incr = add

    def close(self, **kwargs):
        pass

    def clear(self):
        pass
