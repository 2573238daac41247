"""The stand-in for the pixel script, in a real Chromium: each trap of the real one, and the flag that removes it."""

import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from capi_tracking.sandbox import Sandbox

pytestmark = pytest.mark.browser

PIXEL = "1234567890"
OTHER = "9876543210"
SECONDS = 10
STUB = """
  if (!window.fbq) {
    const fbq = (window.fbq = function (...given) {
      fbq.callMethod ? fbq.callMethod(...given) : fbq.queue.push(given);
    });
    fbq.push = fbq; fbq.loaded = true; fbq.version = "2.0"; fbq.queue = [];
    window._fbq = fbq;
  }
"""
QUIET = "fbq.disablePushState = true; fbq.allowDuplicatePageViews = true;"
MANUAL = f"fbq('set', 'autoConfig', false, '{PIXEL}');"
INIT = f"fbq('init', '{PIXEL}');"


class Shop:
    """A tiny web server. ``pages`` maps a path to its HTML; ``policy`` is the Content-Security-Policy of all."""

    def __init__(self):
        self.pages, self.policy = {}, ""
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                html = shop.pages.get(self.path.partition("?")[0], "<title>nothing</title>").encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(html)))
                if shop.policy:
                    self.send_header("Content-Security-Policy", shop.policy)
                self.end_headers()
                self.wfile.write(html)

            def log_message(self, *given):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def shop():
    running = Shop()
    yield running
    running.close()


@pytest.fixture
def sandbox():
    with Sandbox() as running:
        yield running


@pytest.fixture
def visit(page, shop, sandbox):
    """Opens a page whose snippet runs ``flags`` before, and ``calls`` after the stub asked for the script."""

    page.hits = []
    page.on("request", lambda request: page.hits.append(request.url) if "/tr/" in request.url else None)

    def open_page(calls, *, flags=QUIET + MANUAL, query="", body="", script_query=""):
        shop.pages["/"] = (
            f"<!doctype html><title>Shop</title><script>{STUB}{flags}</script>"
            f"<script async src='{sandbox.url}/fbevents.js{script_query}'></script><script>{calls}</script>{body}"
        )
        page.goto(f"{shop.url}/{query}")
        wait_until(page, lambda: page.evaluate("Boolean(fbq.callMethod) && fbq.queue.length === 0"))
        page.evaluate("new Promise((done) => setTimeout(done))")  # what waits for the page's load has run

    return open_page


@pytest.fixture
def arrived(page, sandbox):
    """What the sandbox got, once all that the browser has asked for is there: ``[(name, id), ...]``."""

    def read(pixel=PIXEL):
        page.evaluate(f"fbq('trackSingleCustom', '{pixel}', 'Marker')")
        wait_until(page, lambda: any(hit["event_name"] == "Marker" for hit in sandbox.events))
        wait_until(page, lambda: len(page.hits) == len(sandbox.events))
        hits = [hit for hit in sandbox.events if hit["event_name"] != "Marker"]
        return sorted((hit["event_name"], hit["event_id"]) for hit in hits)

    return read


def wait_until(page, is_true):
    end = time.monotonic() + SECONDS
    while not is_true():
        assert time.monotonic() < end, "waited too long"
        page.wait_for_timeout(20)


def params(sandbox, name):
    return next(hit["params"] for hit in sandbox.events if hit["event_name"] == name)


def cookies(page):
    return {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}


# History


@pytest.mark.parametrize("call", ["pushState", "replaceState"])
@pytest.mark.parametrize(("flags", "automatic"), [(MANUAL, 1), (QUIET + MANUAL, 0)])
def test_history__sends_a_page_view_without_id_unless_disable_push_state(visit, arrived, page, call, flags, automatic):
    visit(INIT + "fbq('track', 'PageView', {}, {eventID: 'first'});", flags=flags)
    page.evaluate(f"history.{call}({{}}, '', '/next')")
    assert arrived() == [("PageView", "")] * automatic + [("PageView", "first")]


def test_history__counts_the_flag_only_before_the_script_loads(visit, arrived, page):
    visit(INIT, flags=MANUAL)
    page.evaluate("fbq.disablePushState = true; history.pushState({}, '', '/next')")
    assert arrived() == [("PageView", "")]


def test_history__going_back_sends_one_too(visit, arrived, page):
    visit(INIT, flags=MANUAL)
    page.evaluate("history.pushState({}, '', '/next')")
    page.evaluate(
        "new Promise((done) => { addEventListener('popstate', done, {once: true}); history.back(); }).then(() => 1)"
    )
    assert arrived() == [("PageView", ""), ("PageView", "")]


@pytest.mark.parametrize(
    ("flags", "expected"),
    [("fbq.disablePushState = true;", ["one"]), (QUIET, ["one", "two"]), ("", ["one", "two"])],
)
def test_a_second_page_view__is_dropped_unless_duplicates_are_allowed(visit, arrived, flags, expected):
    views = "".join(f"fbq('track', 'PageView', {{}}, {{eventID: '{name}'}});" for name in ("one", "two"))
    visit(INIT + views, flags=flags + MANUAL)
    assert arrived() == [("PageView", name) for name in expected]


def test_the_dropped_page_view__is_counted_per_pixel(visit, arrived):
    calls = f"fbq('set', 'autoConfig', false, '{OTHER}'); {INIT} fbq('init', '{OTHER}'); fbq('track', 'PageView');"
    visit(calls, flags="fbq.disablePushState = true;" + MANUAL)
    assert arrived() == [("PageView", ""), ("PageView", "")]


# What it does unasked


@pytest.mark.parametrize(
    ("flags", "automatic"), [(QUIET, [("Microdata", ""), ("SubscribedButtonClick", "")]), (QUIET + MANUAL, [])]
)
def test_auto_config__adds_events_without_ids_unless_it_is_off_before_init(visit, arrived, page, flags, automatic):
    visit(INIT, flags=flags, body="<button>Buy</button>")
    page.click("button")
    assert arrived() == automatic


def test_auto_config__off_after_init_is_too_late(visit, arrived):
    visit(INIT + MANUAL, flags=QUIET)
    assert arrived() == [("Microdata", "")]


# Consent


def test_revoke__is_a_queue_and_grant_replays_all_with_their_ids(visit, page, sandbox, arrived):
    track = "".join(f"fbq('track', 'ViewContent', {{}}, {{eventID: 'view-{number}'}});" for number in range(3))
    visit("fbq('consent', 'revoke');" + INIT + track)
    assert page.hits == []
    assert cookies(page) == {}
    page.evaluate("fbq('consent', 'grant')")
    assert arrived() == [("ViewContent", f"view-{number}") for number in range(3)]
    assert "_fbp" in cookies(page)
    assert params(sandbox, "ViewContent")["fbp"] == cookies(page)["_fbp"]


def test_without_revoke__hits_and_cookies_are_there_at_once(visit, arrived, page):
    visit(INIT + "fbq('track', 'ViewContent', {}, {eventID: 'view-0'});")
    assert arrived() == [("ViewContent", "view-0")]
    assert "_fbp" in cookies(page)


# Ids


def test_the_same_event_id_twice__is_sent_twice(visit, arrived, sandbox):
    visit(INIT + "fbq('track', 'Lead', {}, {eventID: 'same'}); fbq('track', 'Lead', {}, {eventID: 'same'});")
    assert arrived() == [("Lead", "same"), ("Lead", "same")]
    assert sandbox.pairs() == []


def test_the_event_id__is_read_from_the_fourth_argument_alone(visit, arrived):
    visit(INIT + "fbq('track', 'Lead', {eventID: 'third'}); fbq('track', 'Contact', {}, {event_id: 'fourth'});")
    assert arrived() == [("Contact", "fourth"), ("Lead", "")]


def test_track_single__reaches_one_pixel_and_track_all(visit, arrived, sandbox):
    visit(
        f"fbq('set', 'autoConfig', false, '{OTHER}'); {INIT} fbq('init', '{OTHER}');"
        f"fbq('track', 'Lead', {{}}, {{eventID: 'both'}});"
        f"fbq('trackSingle', '{OTHER}', 'Contact', {{}}, {{eventID: 'one'}});"
        f"fbq('trackSingleCustom', '{PIXEL}', 'Own', {{}}, {{eventID: 'own'}});"
    )
    assert arrived() == [("Contact", "one"), ("Lead", "both"), ("Lead", "both"), ("Own", "own")]
    assert {(hit["pixel"], hit["event_name"]) for hit in sandbox.events if hit["event_name"] != "Marker"} == {
        (OTHER, "Contact"),
        (PIXEL, "Lead"),
        (OTHER, "Lead"),
        (PIXEL, "Own"),
    }


def test_a_track_before_init__is_lost(visit, arrived):
    visit("fbq('track', 'Lead', {}, {eventID: 'early'});" + INIT)
    assert arrived() == []


# Advanced matching


def test_init__hashes_texts_as_they_are_and_passes_hashes(visit, arrived, sandbox):
    ready = hashlib.sha256(b"ready").hexdigest()
    given = {"external_id": "cust-1", "em": " Some.One@Example.com ", "ph": ready.upper(), "fn": "Mary", "db": 19970216}
    visit(f"fbq('init', '{PIXEL}', {json.dumps(given)}); fbq('track', 'Lead');")
    arrived()
    sent = {name: value for name, value in params(sandbox, "Lead").items() if name.startswith("ud[")}
    assert sent == {
        "ud[external_id]": hashlib.sha256(b"cust-1").hexdigest(),
        "ud[em]": hashlib.sha256(b"some.one@example.com").hexdigest(),
        "ud[ph]": ready,
        "ud[fn]": hashlib.sha256(b"Mary").hexdigest(),
    }


def test_init__counts_once(visit, arrived, sandbox):
    first, second = (hashlib.sha256(name).hexdigest() for name in (b"1", b"2"))
    visit(
        f"fbq('init', '{PIXEL}', {{em: '{first}'}}); fbq('init', '{PIXEL}', {{em: '{second}'}}); fbq('track', 'Lead');"
    )
    assert arrived() == [("Lead", "")]
    assert params(sandbox, "Lead")["ud[em]"] == first


# Cookies and addresses


def test_cookies__are_minted_from_the_click_and_kept(visit, arrived, page, sandbox):
    visit(INIT + "fbq('track', 'Lead');", query="?fbclid=IwAR.2xYz")
    arrived()
    first = cookies(page)
    assert first["_fbc"].split(".")[3] == "IwAR__DOT__2xYz"
    assert len(first["_fbp"].split(".")) == 4
    assert (params(sandbox, "Lead")["fbc"], params(sandbox, "Lead")["fbp"]) == (first["_fbc"], first["_fbp"])
    visit(INIT, query="?fbclid=IwAR.2xYz")
    assert cookies(page) == first
    visit(INIT, query="?fbclid=another")
    assert cookies(page)["_fbp"] == first["_fbp"]
    assert cookies(page)["_fbc"].endswith(".another")


@pytest.mark.parametrize(("cleaning", "is_sent"), [("", True), ("history.replaceState({}, '', '/');", False)])
def test_a_secret_in_the_address__is_sent_unless_it_is_cleaned_before(visit, arrived, sandbox, cleaning, is_sent):
    visit(INIT + "fbq('track', 'Lead');", flags=cleaning + QUIET + MANUAL, query="?email=someone@example.com")
    assert arrived() == [("Lead", "")]
    assert ("someone" in params(sandbox, "Lead")["dl"]) is is_sent


def test_the_referrer__is_sent_with_the_next_page(visit, arrived, sandbox, page, shop):
    shop.pages["/before"] = "<!doctype html><meta name=referrer content=unsafe-url><title>x</title><a href='/'>go</a>"
    visit(INIT)
    page.goto(f"{shop.url}/before?client_secret=1")
    page.click("a")
    wait_until(page, lambda: page.evaluate("Boolean(window.fbq && fbq.callMethod)"))
    page.evaluate("fbq('track', 'Lead')")
    wait_until(page, lambda: any(hit["event_name"] == "Lead" for hit in sandbox.events))
    assert params(sandbox, "Lead")["rl"].endswith("client_secret=1")


# Transport


def long_purchase():
    contents = [{"id": f"sku-{number}", "quantity": 1} for number in range(200)]
    data = {"value": 1, "currency": "EUR", "contents": contents, "nothing": None}
    return f"fbq('track', 'Purchase', {json.dumps(data)}, {{eventID: 'long'}});", contents


def test_a_short_event__is_a_picture_and_a_long_one_a_form(visit, arrived, sandbox):
    purchase, contents = long_purchase()
    visit(INIT + "fbq('track', 'Lead', {value: 1, tags: ['a']}, {eventID: 'short'});" + purchase)
    assert arrived() == [("Lead", "short"), ("Purchase", "long")]
    by_name = {hit["event_name"]: hit for hit in sandbox.events}
    assert (by_name["Lead"]["method"], by_name["Lead"]["params"]["rqm"]) == ("GET", "GET")
    assert by_name["Lead"]["params"]["cd[tags]"] == '["a"]'
    assert (by_name["Purchase"]["method"], by_name["Purchase"]["params"]["rqm"]) == ("POST", "formPOST")
    assert json.loads(by_name["Purchase"]["params"]["cd[contents]"]) == contents
    assert "cd[nothing]" not in by_name["Purchase"]["params"]


@pytest.mark.parametrize("opened", ["", "frame-src", "form-action", "frame-src form-action"])
def test_a_long_event_under_csp__needs_frame_src_and_form_action(visit, page, shop, sandbox, opened):
    rules = {"default-src": "'none'", "script-src": f"'unsafe-inline' {sandbox.url}", "img-src": sandbox.url}
    rules |= {"frame-src": "'none'", "form-action": "'none'"} | dict.fromkeys(opened.split(), sandbox.url)
    shop.policy = "; ".join(f"{name} {value}" for name, value in rules.items())
    watch = "window.seen = []; addEventListener('securitypolicyviolation', (e) => seen.push(e.effectiveDirective));"
    visit(INIT + "fbq('track', 'Lead', {}, {eventID: 'short'});" + long_purchase()[0], flags=watch + QUIET + MANUAL)
    allowed = len(opened.split()) == 2
    wait_until(page, lambda: page.evaluate("seen.length") or any(hit["method"] == "POST" for hit in sandbox.events))
    wait_until(page, lambda: any(hit["event_name"] == "Lead" for hit in sandbox.events))
    assert any(hit["event_name"] == "Purchase" for hit in sandbox.events) is allowed
    assert bool(page.evaluate("seen.length")) is not allowed


def test_a_blocked_endpoint__looks_like_success_to_the_page(visit, page, sandbox):
    page.route("**/tr/**", lambda route: route.abort())
    visit(INIT + "fbq('track', 'Lead', {}, {eventID: 'lost'});")
    wait_until(page, lambda: page.hits)
    assert page.evaluate("Boolean(fbq.callMethod) && fbq.queue.length === 0")
    assert sandbox.events == []


@pytest.mark.parametrize(("script_query", "expected"), [("", [("Lead", "x")]), ("?drop_bots=1", [])])
def test_a_headless_browser__is_dropped_only_if_asked(visit, page, sandbox, script_query, expected):
    page.add_init_script("Object.defineProperty(navigator, 'userAgent', {get: () => 'HeadlessChrome/150'})")
    visit(INIT + "fbq('track', 'Lead', {}, {eventID: 'x'});", script_query=script_query)
    wait_until(page, lambda: len(sandbox.events) == len(page.hits))
    assert [(hit["event_name"], hit["event_id"]) for hit in sandbox.events] == expected


def test_limited_data_use__travels_with_every_hit(visit, arrived, sandbox):
    visit("fbq('dataProcessingOptions', ['LDU'], 1, 1000);" + INIT + "fbq('track', 'Lead');")
    arrived()
    sent = params(sandbox, "Lead")
    assert (sent["dpo"], sent["dpoco"], sent["dpost"]) == ("LDU", "1", "1000")


def test_the_agent__is_sent(visit, arrived, sandbox):
    visit(INIT + f"fbq('set', 'agent', 'django-shop', '{PIXEL}'); fbq('track', 'Lead');")
    arrived()
    assert params(sandbox, "Lead")["a"] == "django-shop"
