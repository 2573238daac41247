"""The local Graph API, over real HTTP: what it takes, what it refuses, what it pairs."""

import gzip
import hashlib
import hmac
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time

import pytest
import requests
from django.core.management import CommandError, call_command

from capi_tracking.management.commands.capi_sandbox import Command
from capi_tracking.sandbox import Sandbox

PIXEL = "1234567890"
HASH = hashlib.sha256(b"someone@example.com").hexdigest()
CLICK = "fb.1.1764000000000.IwAR2xYz_AbC-9"
DAY = 86_400


class Clock:
    """A clock that a test can set."""

    def __init__(self):
        self.now = float(int(time.time()))

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sandbox(clock):
    with Sandbox(clock=clock, pixels={PIXEL}) as running:
        yield running


@pytest.fixture
def http():
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def event(clock):
    """Makes one good event; keyword arguments replace keys, None takes them out."""

    def make(**changes):
        good = {
            "event_name": "ViewContent",
            "event_time": int(clock.now),
            "event_id": "id-0000001",
            "action_source": "website",
            "event_source_url": "https://shop.example/p/1",
            "user_data": {"em": [HASH], "client_user_agent": "Mozilla/5.0"},
        } | changes
        return {key: value for key, value in good.items() if value is not None}

    return make


@pytest.fixture
def post(sandbox, http):
    """Sends events as the JSON body of one request."""

    def send(*events, pixel=PIXEL, version="v26.0", headers=None, **fields):
        body = {"data": list(events), "access_token": sandbox.token} | fields
        return http.post(f"{sandbox.url}/{version}/{pixel}/events", json=body, headers=headers, timeout=5)

    return send


def codes(answer):
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("error_subcode")


# What is taken


def test_events__are_counted_in_the_answer_as_meta_does(post, event):
    answer = post(event(), event(event_id="id-0000002"))
    assert answer.status_code == 200
    assert answer.json()["events_received"] == 2
    assert answer.json()["messages"] == []
    assert answer.json()["fbtrace_id"]


def test_events__are_kept_whole_with_the_options_of_their_request(post, event, sandbox):
    sent = event(custom_data={"value": 9.9, "currency": "EUR"})
    post(sent, test_event_code="TEST1", partner_agent="django-shop-1")
    kept = sandbox.events[0]
    assert kept["payload"] == sent
    assert kept["batch"]["test_event_code"] == "TEST1"
    assert kept["batch"]["partner_agent"] == "django-shop-1"


@pytest.mark.parametrize("as_text", [True, False])
def test_events__may_come_as_a_form(sandbox, http, event, as_text):
    data = json.dumps([json.dumps(event()) if as_text else event()])
    form = {"data": data, "access_token": sandbox.token}
    for encoded in ({"data": form}, {"files": {name: (None, value) for name, value in form.items()}}):
        answer = http.post(f"{sandbox.url}/v26.0/{PIXEL}/events", **encoded, timeout=5)
        assert answer.json()["events_received"] == 1, answer.text
    assert [kept["batch"]["encoding"] for kept in sandbox.events] == ["form", "multipart"]


def test_events__may_come_gzipped(sandbox, http, event):
    body = gzip.compress(json.dumps({"data": [event()], "access_token": sandbox.token}).encode())
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    address = f"{sandbox.url}/v26.0/{PIXEL}/events"
    assert http.post(address, data=body, headers=headers, timeout=5).status_code == 200
    assert codes(http.post(address, data=body[:-9], headers=headers, timeout=5))[:2] == (413, 1)
    assert codes(http.post(address, data=b"plain", headers=headers, timeout=5)) == (400, 100, None)


def test_a_connection__serves_many_requests(post, event, sandbox):
    for number in range(3):
        post(event(event_id=f"id-000000{number}"))
    assert sandbox.requests["graph"] == 3
    assert sandbox.requests["connections"] == 1


@pytest.mark.parametrize(
    "user_data",
    [
        {"fbp": "fb.0.1764000000000.1234567890"},
        {"fbc": CLICK},
        {"fbc": CLICK + ".AQICAQMC"},
        {"external_id": "cust-1"},
        {"client_ip_address": "2001:4860:4860::8888", "client_user_agent": "x"},
        {"fn": HASH, "ln": [HASH]},
        {"lead_id": 123456789012345},
        {"em": [HASH], "ph": None, "ct": ""},
    ],
)
def test_user_data__that_can_match_is_taken(post, event, user_data):
    assert post(event(user_data=user_data)).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"event_name": "Purchase", "custom_data": {"value": 0, "currency": "usd"}},
        {"event_name": "Purchase", "custom_data": {"value": "9.90", "currency": "EUR"}},
        {"custom_data": {"contents": [{"id": "sku", "quantity": 1, "item_price": 9.9}], "content_ids": ["sku", 7]}},
        {
            "data_processing_options": ["LDU"],
            "data_processing_options_country": 1,
            "data_processing_options_state": 1000,
        },
        {"action_source": "business_messaging", "messaging_channel": "whatsapp"},
        {"action_source": "app", "app_data": {"extinfo": ["a2", "", "", "", "14", *[""] * 11]}},
    ],
)
def test_an_event__that_keeps_the_rules_is_taken(post, event, changes):
    assert post(event(**changes)).status_code == 200, changes


# What is refused


@pytest.mark.parametrize("missing", ["event_name", "event_time", "action_source"])
def test_an_event__needs_its_three_keys(post, event, missing):
    assert codes(post(event(**{missing: None}))) == (400, 100, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"event_time": "1764000000"},
        {"event_time": 1764000000.5},
        {"event_time": True},
        {"event_name": 7},
        {"event_id": 12},
        {"action_source": "web"},
        {"action_source": ["website"]},
        {"opt_out": "no"},
        {"user_data": []},
        {"user_data": "em"},
        {"user_data": {"em": [HASH], "email": HASH}},
        {"user_data": {"em": [HASH], "client_ip_address": "10.0.0.300"}},
        {"user_data": {"em": [HASH], "client_ip_address": " 8.8.8.8"}},
        {"custom_data": []},
        {"custom_data": {"value": "9,90"}},
        {"custom_data": {"value": True}},
        {"custom_data": {"currency": "euro"}},
        {"custom_data": {"num_items": "2"}},
        {"custom_data": {"content_ids": "sku"}},
        {"custom_data": {"contents": [{"id": "sku"}]}},
        {"custom_data": {"contents": [{"quantity": 1}]}},
        {"custom_data": {"delivery_category": ["in_store"]}},
        {"custom_data": {"customer_segmentation": "new"}},
        {"data_processing_options": ["GDPR"]},
        {"data_processing_options": ["LDU"], "data_processing_options_state": 1},
        {"action_source": "app"},
    ],
)
def test_an_event__of_the_wrong_shape_is_refused(post, event, sandbox, changes):
    answer = post(event(**changes))
    assert codes(answer)[:2] == (400, 100), changes
    assert sandbox.events == []


@pytest.mark.parametrize(
    ("source", "age_days", "is_taken"),
    [("website", 6.9, True), ("website", 7.1, False), ("physical_store", 61.9, True), ("physical_store", 62.1, False)],
)
def test_an_event__is_taken_up_to_its_age(post, event, clock, source, age_days, is_taken):
    answer = post(event(action_source=source, event_time=int(clock.now - age_days * DAY)))
    assert answer.status_code == (200 if is_taken else 400)
    assert is_taken or codes(answer) == (400, 100, 2804003)


@pytest.mark.parametrize(("ahead", "status"), [(30, 200), (300, 400), (DAY * 20_000_000, 400)])
def test_an_event__of_the_future_is_refused(post, event, clock, ahead, status):
    assert post(event(event_time=int(clock.now) + ahead)).status_code == status


@pytest.mark.parametrize(
    ("subcode", "changes"),
    [
        (2804009, {"event_name": "Purchase"}),
        (2804009, {"event_name": "Purchase", "custom_data": {"currency": "EUR"}}),
        (2804010, {"event_name": "Purchase", "custom_data": {"value": 1}}),
        (2804016, {"user_data": {"em": "someone@example.com"}}),
        (2804016, {"user_data": {"em": [HASH], "ct": "berlin"}}),
        (2804016, {"user_data": {"em": [HASH.upper()]}}),
        (2804050, {"user_data": None}),
        (2804050, {"user_data": {}}),
        (2804050, {"user_data": {"client_user_agent": "Mozilla/5.0"}}),
        (2804050, {"user_data": {"ct": HASH, "country": HASH, "st": HASH, "zp": HASH, "ge": HASH}}),
        (2804050, {"user_data": {"db": HASH, "client_user_agent": "Mozilla/5.0"}}),
        (2804050, {"user_data": {"fn": HASH, "ge": HASH}}),
        (2804050, {"user_data": {"ln": HASH, "em": ""}}),
        (2804036, {"user_data": {"lead_id": 123}}),
        (2804036, {"user_data": {"lead_id": "l:123456789012345"}}),
        (2804063, {"action_source": "business_messaging"}),
        (2804066, {"action_source": "business_messaging", "messaging_channel": "whatsapp", "event_name": "Search"}),
        (2804043, {"action_source": "app", "app_data": {"extinfo": ["a2"]}}),
        (2804001, {"user_data": {"fbc": "IwAR2xYz"}}),
        (2804001, {"user_data": {"fbc": "fb.1.1764000000.IwAR2xYz"}}),
        (2804001, {"user_data": {"fbc": "fb.1.1764000000000.Iw.AR.2"}}),
        (2804001, {"user_data": {"fbp": "1.2.3"}}),
    ],
)
def test_an_event__that_meta_never_takes_has_its_subcode(post, event, subcode, changes):
    assert codes(post(event(**changes))) == (400, 100, subcode)


def test_unhashed_customer_data__is_named_by_its_key_and_shown_nowhere(post, event, sandbox, http):
    answer = post(event(user_data={"ct": "berlin", "em": [HASH]}))
    assert "ct" in answer.json()["error"]["error_user_msg"]
    assert "berlin" not in answer.text + http.get(f"{sandbox.url}/sandbox/events.json", timeout=5).text


def test_one_bad_event__sinks_the_whole_batch(post, event, sandbox):
    answer = post(event(), event(event_id="id-0000002", event_name="Purchase"), event(event_id="id-0000003"))
    assert codes(answer) == (400, 100, 2804009)
    assert sandbox.events == []
    assert sandbox.refusals[0]["reason"].startswith("data[1]: value")


def test_a_batch__holds_a_thousand_events_at_most(post, event):
    assert post(*[event()] * 1000).json()["events_received"] == 1000
    assert codes(post(*[event()] * 1001)) == (400, 100, None)


@pytest.mark.parametrize("data", [None, [], "x", {}, [1], [[]], '["x"]', "[NaN]"])
def test_data__must_be_a_list_of_events(post, data):
    assert codes(post(data=data))[:2] == (400, 100)


@pytest.mark.parametrize("agent", ["x" * 23, "1.2.3", 7])
def test_partner_agent__has_a_shape(post, event, agent):
    assert codes(post(event(), partner_agent=agent)) == (400, 100, None)


@pytest.mark.parametrize("body", [b"{", b"[]", b"[" * 100_000, b'{"data": NaN}', b"\xff"])
def test_a_body__that_is_no_json_object_is_refused(sandbox, http, body):
    headers = {"Content-Type": "application/json"}
    answer = http.post(f"{sandbox.url}/v26.0/{PIXEL}/events", data=body, headers=headers, timeout=5)
    assert codes(answer) == (400, 100, None)


def test_texts_for_people__come_in_many_languages_and_codes_do_not_change(post, event):
    answers = [post(event(user_data={})) for _ in range(6)]
    assert len({answer.json()["error"]["error_user_msg"] for answer in answers}) > 3
    assert {codes(answer) for answer in answers} == {(400, 100, 2804050)}
    danish = [post(event(user_data={}), headers={"Accept-Language": "da-DK,en"}).json()["error"] for _ in range(2)]
    assert danish[0]["error_user_title"] == danish[1]["error_user_title"] == "Anmodningen blev ikke godkendt"


# Token, pixel, version


@pytest.mark.parametrize("token", ["", None, "tok-4711", 5])
def test_a_wrong_token__is_190_and_kept_nowhere(post, event, sandbox, token):
    assert codes(post(event(), access_token=token)) == (401, 190, None)
    assert "tok-4711" not in json.dumps(sandbox.refusals)


def test_the_token__is_taken_from_three_places_and_the_place_is_noted(sandbox, http, event):
    address = f"{sandbox.url}/v26.0/{PIXEL}/events"
    body = {"data": [event()]}
    http.post(address, json=body | {"access_token": sandbox.token}, timeout=5)
    http.post(address, json=body, headers={"Authorization": f"Bearer {sandbox.token}"}, timeout=5)
    everywhere = {"params": {"access_token": sandbox.token}, "headers": {"Authorization": f"Bearer {sandbox.token}"}}
    http.post(address, json=body | {"access_token": sandbox.token}, **everywhere, timeout=5)
    assert [kept["token_in"] for kept in sandbox.events] == ["body", "header", "query"]


def test_the_token__is_in_no_listing_and_no_page(sandbox, http, post, event):
    sandbox.token = "very-secret-token"
    post(event())
    post(event(), access_token="another-secret-token")
    seen = "".join(http.get(sandbox.url + path, timeout=5).text for path in ("/", "/sandbox/events.json"))
    assert "secret-token" not in seen + repr(sandbox)


def test_appsecret_proof__must_belong_to_the_token(http, event, clock):
    proof = hmac.new(b"app", b"sandbox-token", hashlib.sha256).hexdigest()
    with Sandbox(app_secret="app", clock=clock) as sandbox:
        address = f"{sandbox.url}/v26.0/{PIXEL}/events"
        body = {"data": [event()], "access_token": "sandbox-token"}
        assert http.post(address, json=body | {"appsecret_proof": proof}, timeout=5).status_code == 200
        for wrong in ({}, {"appsecret_proof": "0" * 64}):
            answer = http.post(address, json=body | wrong, timeout=5)
            assert codes(answer) == (400, 100, None)
            assert "appsecret_proof" in answer.json()["error"]["message"]


@pytest.mark.parametrize("pixel", ["999", "shop"])
def test_an_unknown_pixel__is_100_33(post, event, pixel):
    assert codes(post(event(), pixel=pixel)) == (400, 100, 33)


@pytest.mark.parametrize("version", ["v99.0", "v26", "v26.5"])
def test_an_unknown_version__is_refused(post, event, version):
    assert codes(post(event(), version=version))[:2] == (400, 2500)


def test_an_old_version__is_taken_with_a_warning(post, event):
    assert "v16.0" in post(event(), version="v16.0").headers["X-Ad-Api-Version-Warning"]


def test_the_edge__takes_post_alone(sandbox, http):
    assert http.get(f"{sandbox.url}/v26.0/{PIXEL}/events", timeout=5).status_code == 400


# The pixel's endpoint and pairs


def hit(http, sandbox, name="ViewContent", event_id="id-0000001", pixel=PIXEL, **params):
    params = {"id": pixel, "ev": name, "eid": event_id} | params
    return http.get(f"{sandbox.url}/tr/", params={key: value for key, value in params.items() if value}, timeout=5)


def test_a_hit__answers_a_picture_and_is_kept_with_all_it_said(sandbox, http):
    answer = hit(http, sandbox, **{"cd[value]": "9.90", "dl": "https://shop.example/", "noscript": "1"})
    assert answer.headers["Content-Type"] == "image/gif"
    kept = sandbox.events[0]
    assert (kept["channel"], kept["event_name"], kept["event_id"]) == ("browser", "ViewContent", "id-0000001")
    assert kept["params"]["cd[value]"] == "9.90"
    assert kept["params"]["noscript"] == "1"


@pytest.mark.parametrize("way", ["data", "files", "beacon"])
def test_a_hit__may_be_posted(sandbox, http, way):
    params = {"id": PIXEL, "ev": "Lead", "eid": "id-0000009"}
    encoded = {
        "data": {"data": params},
        "files": {"files": {name: (None, value) for name, value in params.items()}},
        "beacon": {"data": f"id={PIXEL}&ev=Lead&eid=id-0000009", "headers": {"Content-Type": "text/plain"}},
    }[way]
    http.post(f"{sandbox.url}/tr", **encoded, timeout=5)
    assert [(kept["event_id"], kept["method"]) for kept in sandbox.events] == [("id-0000009", "POST")]


def test_a_hit__without_a_name_or_of_a_foreign_pixel_is_answered_and_thrown_away(sandbox, http):
    assert hit(http, sandbox, name="").status_code == 200
    assert hit(http, sandbox, pixel="999").status_code == 200
    assert sandbox.events == []
    assert [refusal["reason"] for refusal in sandbox.refusals] == ["hit without id or ev", "hit of an unknown pixel"]


def test_two_channels__pair_by_pixel_name_and_id(sandbox, http, post, event):
    hit(http, sandbox)
    post(event(), event(event_id="id-0000002"), event(event_name="Search"))
    assert [(pair["event_name"], pair["event_id"]) for pair in sandbox.pairs()] == [("ViewContent", "id-0000001")]
    assert {(left["event_name"], left["event_id"]) for left in sandbox.unpaired()} == {
        ("ViewContent", "id-0000002"),
        ("Search", "id-0000001"),
    }
    assert [kept["duplicate"] for kept in sandbox.events] == [False, True, False, False]


def test_the_same_id_twice_on_one_channel__is_listed_twice_and_no_pair(sandbox, http, post, event):
    hit(http, sandbox)
    hit(http, sandbox)
    assert sandbox.pairs() == []
    post(event())
    assert [(pair["browser"], pair["server"]) for pair in sandbox.pairs()] == [(2, 1)]


def test_hits_without_an_id__never_pair(sandbox, http, post, event):
    hit(http, sandbox, event_id="")
    hit(http, sandbox, event_id="")
    post(event(event_id=None))
    assert sandbox.pairs() == []
    assert len(sandbox.unpaired()) == 3
    assert not any(kept["duplicate"] for kept in sandbox.events)


@pytest.mark.parametrize(("hours", "pairs"), [(47.9, 1), (48.1, 0)])
def test_a_pair__must_close_within_48_hours_of_its_first_half(sandbox, http, post, event, clock, hours, pairs):
    hit(http, sandbox)
    clock.now += hours * 3600
    post(event())
    assert len(sandbox.pairs()) == pairs


# Switches and the sandbox's own pages


def test_down__hangs_up_without_an_answer_and_comes_back(sandbox, post, event, http):
    sandbox.switch("down")
    with pytest.raises(requests.ConnectionError):
        post(event())
    for path in ("/tr/?id=1&ev=PageView", "/fbevents.js"):
        with pytest.raises(requests.ConnectionError):
            http.get(sandbox.url + path, timeout=5)
    assert http.get(sandbox.url, timeout=5).status_code == 200
    sandbox.switch("down", on=False)
    assert post(event()).status_code == 200


def test_token_switch__refuses_the_right_token_as_expired(sandbox, post, event):
    sandbox.switch("token")
    assert codes(post(event())) == (401, 190, 460)


def test_throttled__says_for_how_long_in_minutes(sandbox, post, event):
    sandbox.switch("throttled")
    answer = post(event())
    assert codes(answer) == (400, 4, None)
    assert answer.json()["error"]["is_transient"] is True
    usage = json.loads(answer.headers["X-Business-Use-Case-Usage"])
    assert usage[PIXEL][0]["estimated_time_to_regain_access"] == 1
    assert json.loads(answer.headers["X-App-Usage"])["call_count"] == 100


def test_switches__turn_over_http_by_json_and_by_the_page(sandbox, http):
    address = f"{sandbox.url}/sandbox/switch"
    assert http.post(address, json={"name": "down", "on": True}, timeout=5).json()["switches"]["down"] is True
    assert http.post(address, json={"name": "down", "on": False}, timeout=5).json()["switches"]["down"] is False
    page = http.post(address, data={"name": "token", "on": "1"}, headers={"Accept": "text/html"}, timeout=5)
    assert page.url == f"{sandbox.url}/"
    assert "token: on" in page.text
    assert http.post(address, json={"name": "upside-down"}, timeout=5).status_code == 400
    with pytest.raises(ValueError, match="upside-down"):
        sandbox.switch("upside-down")


def test_reset__forgets_everything(sandbox, http, post, event):
    post(event(), event(user_data={}))
    hit(http, sandbox)
    sandbox.switch("token")
    http.post(f"{sandbox.url}/sandbox/reset", timeout=5)
    assert (sandbox.events, sandbox.refusals, sandbox.requests["graph"]) == ([], [], 0)
    assert not any(sandbox.switches.values())
    post(event())
    assert sandbox.events[0]["duplicate"] is False


def test_the_listing__holds_all_there_is(sandbox, http, post, event):
    post(event())
    hit(http, sandbox)
    post(event(user_data={}))
    found = http.get(f"{sandbox.url}/sandbox/events.json", timeout=5).json()
    assert [kept["channel"] for kept in found["events"]] == ["server", "browser"]
    assert (len(found["pairs"]), len(found["unpaired"]), len(found["refusals"])) == (1, 0, 1)
    assert found["switches"] == {"down": False, "token": False, "throttled": False}
    assert found["requests"]["graph"] == 2


def test_the_page__shows_what_arrived_and_escapes_it(sandbox, http, post, event):
    post(event(event_id="<script>x</script>\ud800"))
    page = http.get(sandbox.url, timeout=5).text
    assert "&lt;script&gt;x" in page
    assert "<script" not in page


@pytest.mark.parametrize("headers", [{"Host": "shop.example"}, {"Origin": "https://evil.example"}])
def test_foreign_pages__neither_read_nor_switch(sandbox, http, headers):
    assert http.get(f"{sandbox.url}/sandbox/events.json", headers=headers, timeout=5).status_code == 403
    assert http.post(f"{sandbox.url}/sandbox/reset", headers=headers, timeout=5).status_code == 403


@pytest.mark.parametrize("path", ["/fbevents.js", "/en_US/fbevents.js"])
def test_the_script__may_be_loaded_by_any_page_and_is_never_cached(sandbox, http, path):
    answer = http.get(sandbox.url + path, timeout=5)
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


# The server


def test_the_server__listens_on_loopback_alone(sandbox):
    assert sandbox._server.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("Content-Length: 99999999999", b"413"),
        (f"Content-Length: {'9' * 5000}", b"413"),
        ("Transfer-Encoding: chunked", b"411"),
    ],
)
def test_a_body__without_a_bound_is_not_read(sandbox, head, status):
    with socket.create_connection(("127.0.0.1", sandbox._server.server_port), timeout=5) as client:
        client.sendall(f"POST /v26.0/{PIXEL}/events HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}\r\n\r\n".encode())
        assert client.recv(100).startswith(b"HTTP/1.1 " + status)


def test_an_address__that_cannot_be_read_is_refused(sandbox):
    with socket.create_connection(("127.0.0.1", sandbox._server.server_port), timeout=5) as client:
        client.sendall(b"GET http://[ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 400")


def test_stop__hangs_up_on_kept_connections(clock, event, http):
    sandbox = Sandbox(clock=clock).start()
    address = f"{sandbox.url}/v26.0/{PIXEL}/events"
    body = {"data": [event()], "access_token": sandbox.token}
    assert http.post(address, json=body, timeout=5).status_code == 200
    sandbox.stop()
    with pytest.raises(requests.ConnectionError):
        http.post(address, json=body, timeout=5)
    assert len(sandbox.events) == 1


def test_a_stopped_port__can_be_taken_again_at_once(clock, http):
    first = Sandbox(clock=clock).start()
    http.get(first.url, timeout=5)
    first.stop()
    with Sandbox(first._server.server_port, clock=clock) as second:
        assert http.get(second.url, timeout=5).status_code == 200


# The command


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_capi_sandbox__serves_until_it_is_told_to_stop(http, number):
    code = (
        "from django.conf import settings; settings.configure();"
        "from django.core.management import call_command;"
        "from capi_tracking.management.commands.capi_sandbox import Command;"
        "call_command(Command(), port=0, pixel=['77'], token='abc')"
    )
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    arguments = [sys.executable, "-c", code]
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())[0]
            assert http.get(f"{address}/sandbox/events.json", timeout=5).status_code == 200
            process.send_signal(number)
            rest, errors = process.communicate(timeout=10)
        finally:
            process.kill()
    assert (process.returncode, rest, errors) == (0, "Sandbox stopped.\n", "")


def test_capi_sandbox__says_that_a_port_is_taken(sandbox):
    with pytest.raises(CommandError, match=r"Port \d+ can't be used.*--port"):
        call_command(Command(), port=sandbox._server.server_port)
