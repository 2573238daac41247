"""The switches themselves: how they are turned, limited and listed. What they do to our transport: test_transport."""

import json
import threading
import time

import pytest
import requests

from capi_tracking.sandbox.switches import OPTIONS, SWITCHES
from tests.sandbox.conftest import PIXEL, codes
from tests.waiting import until

OTHER = "77"


def turn(http, sandbox, **sent):
    return http.post(f"{sandbox.url}/sandbox/switch", json=sent, timeout=30)


@pytest.fixture
def sandbox(clock):
    from capi_tracking.sandbox import Sandbox

    with Sandbox(clock=clock, pixels={PIXEL, OTHER}) as running:
        yield running


# Turning


def test_every_switch__turns_on_and_off_over_http(sandbox, http):
    for name in SWITCHES:
        assert turn(http, sandbox, name=name, on=True).json()["switches"][name] is True
        assert turn(http, sandbox, name=name, on=False).json()["switches"][name] is False


def test_a_switch__is_turned_by_the_page_too(sandbox, http):
    answer = http.post(
        f"{sandbox.url}/sandbox/switch", data={"name": "token", "on": "1"}, headers={"Accept": "text/html"}, timeout=30
    )
    assert answer.url == f"{sandbox.url}/"
    assert sandbox.switches["token"]


@pytest.mark.parametrize("name", ["upside-down", "", None, 7, ["down"], {"a": 1}])
def test_an_unknown_switch__is_answered_with_the_list(sandbox, http, name):
    answer = turn(http, sandbox, name=name)
    assert answer.status_code == 400
    assert set(SWITCHES) == set(answer.json()["switches"])
    with pytest.raises(ValueError, match="server_error"):
        sandbox.switch("upside-down")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("slow", {"seconds": "soon"}),
        ("slow", {"seconds": -1}),
        ("slow", {"seconds": float("inf")}),
        ("slow", {"seconds": 601}),
        ("slow", {"seconds": True}),
        ("slow", {"minutes": 1}),
        ("down", {"seconds": 1}),
        ("down", {"times": 0}),
        ("down", {"times": 1.5}),
        ("down", {"pixel": "shop"}),
        ("html", {"status": 99}),
        ("server_error", {"status": 404}),
        ("server_error", {"body": "xml"}),
        ("redirect", {"to": "javascript:alert(1)"}),
        ("redirect", {"to": "http://a\r\nSet-Cookie: x"}),
        ("huge", {"megabytes": 0}),
        ("huge", {"endless": "maybe"}),
        ("partial", {"received": -1}),
        ("permission", {"code": 190}),
        ("throttled", {"code": 100}),
        ("usage", {"percent": 101}),
    ],
    ids=str,
)
def test_an_option__that_is_wrong_is_refused_and_named(sandbox, name, options):
    with pytest.raises(ValueError, match=next(iter(options))):
        sandbox.switch(name, **options)
    assert not sandbox.switches[name]


def test_options__come_as_json_or_as_a_forms_texts(sandbox, http):
    assert turn(http, sandbox, name="slow", seconds=2, times=3).status_code == 200
    form = {"name": "html", "on": "on", "status": "503", "pixel": PIXEL}
    found = http.post(f"{sandbox.url}/sandbox/switch", data=form, timeout=30).json()["switch_options"]
    assert found == {"slow": {"times": 3, "seconds": 2.0}, "html": {"pixel": PIXEL, "status": 503}}


def test_every_option__belongs_to_a_switch():
    assert set(OPTIONS) <= set(SWITCHES)


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"name": "down", "on": NaN}', b"\xff", b'{"self": 1}'])
def test_a_broken_order__turns_nothing(sandbox, http, body):
    headers = {"Content-Type": "application/json"}
    answer = http.post(f"{sandbox.url}/sandbox/switch", data=body, headers=headers, timeout=30)
    assert answer.status_code == 400
    assert not any(sandbox.switches.values())


# Limits


def test_times__limits_a_switch_to_the_next_requests(sandbox, post, event):
    sandbox.switch("unknown_pixel", times=2)
    assert [post(event()).status_code for _ in range(3)] == [400, 400, 200]
    assert not sandbox.switches["unknown_pixel"]


def test_times__are_counted_under_parallel_requests(sandbox, address, event):
    sandbox.switch("permission", times=5)
    answers = []

    def send():
        body = {"data": [event()], "access_token": sandbox.token}
        answers.append(requests.post(address(sandbox), json=body, timeout=10).status_code)

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (answers.count(403), answers.count(200)) == (5, 15)


def test_pixel__limits_a_switch_to_one_pixel(sandbox, post, event):
    sandbox.switch("token", pixel=OTHER)
    assert post(event()).status_code == 200
    assert codes(post(event(), pixel=OTHER)) == (401, 190, 460)


def test_down__for_one_pixel_hangs_up_on_it_alone(sandbox, post, event, hit):
    sandbox.switch("down", pixel=OTHER)
    assert hit().status_code == 200
    for ask in (lambda: hit(pixel=OTHER), lambda: post(event(), pixel=OTHER)):
        with pytest.raises(requests.ConnectionError):
            ask()


def test_reset__forgets_everything(sandbox, http, hit, post, event):
    post(event(), event(user_data={}))
    hit()
    sandbox.switch("token")
    sandbox.answer_next(code=2)
    http.post(f"{sandbox.url}/sandbox/reset", timeout=30)
    assert (sandbox.events, sandbox.refusals, sandbox.requests["graph"]) == ([], [], 0)
    assert not any(sandbox.switches.values())
    assert post(event()).status_code == 200
    assert sandbox.events[0]["duplicate"] is False


# Who is hit by which


def test_down__hangs_up_without_an_answer_and_comes_back(sandbox, post, event, http):
    sandbox.switch("down")
    with pytest.raises(requests.ConnectionError):
        post(event())
    for path in ("/tr/?id=1&ev=PageView", "/fbevents.js", f"/v26.0/{PIXEL}/stats"):
        with pytest.raises(requests.ConnectionError):
            http.get(sandbox.url + path, timeout=30)
    assert http.get(sandbox.url, timeout=30).status_code == 200
    sandbox.switch("down", on=False)
    assert post(event()).status_code == 200


def test_blocked__hangs_up_on_pixel_and_script_while_graph_goes_on(sandbox, post, event, http, hit):
    sandbox.switch("blocked")
    for ask in (hit, lambda: http.get(f"{sandbox.url}/en_US/fbevents.js", timeout=30)):
        with pytest.raises(requests.ConnectionError):
            ask()
    assert post(event()).status_code == 200
    assert [kept["channel"] for kept in sandbox.events] == ["server"]


@pytest.mark.parametrize("name", [*sorted(SWITCHES.keys() - {"down", "blocked"})])
def test_a_switch_of_graphs__leaves_pixel_script_and_pages_alone(sandbox, http, hit, name):
    sandbox.switch(name)
    assert hit().status_code == 200
    for path in ("/fbevents.js", "/", "/sandbox/events.json"):
        assert http.get(sandbox.url + path, timeout=30).status_code == 200


@pytest.mark.parametrize("name", ["server_error", "html", "throttled", "token", "permission", "unknown_pixel"])
def test_a_switch__is_noted_with_the_refusals(sandbox, post, event, name):
    sandbox.switch(name)
    post(event())
    assert [refusal["reason"] for refusal in sandbox.refusals] == [f"switch: {name}"]
    assert sandbox.events == []


def test_a_switch__counts_for_reading_too(sandbox, http):
    sandbox.switch("throttled")
    query = {"access_token": sandbox.token}
    assert codes(http.get(f"{sandbox.url}/v26.0/{PIXEL}/stats", params=query, timeout=30)) == (400, 4, None)


# Usage headers


def test_throttled__says_for_how_long_in_minutes(sandbox, post, event):
    sandbox.switch("throttled", minutes=7)
    answer = post(event())
    assert codes(answer) == (400, 4, None)
    assert answer.json()["error"]["is_transient"] is True
    usage = json.loads(answer.headers["X-Business-Use-Case-Usage"])
    assert usage[PIXEL][0]["estimated_time_to_regain_access"] == 7
    assert json.loads(answer.headers["X-App-Usage"])["call_count"] == 100
    assert "Retry-After" not in answer.headers


def test_throttled__retry_after_and_the_code_are_options(sandbox, post, event):
    sandbox.switch("throttled", code=80004, retry_after=90)
    answer = post(event())
    assert codes(answer) == (400, 80004, None)
    assert answer.headers["Retry-After"] == "90"


def test_usage__rises_with_traffic_until_graph_asks_to_wait(sandbox, post, event):
    assert "X-App-Usage" not in post(event()).headers
    sandbox.switch("usage", percent=70, step=10, minutes=5)
    answers = [post(event()) for _ in range(4)]
    assert [json.loads(answer.headers["X-App-Usage"])["call_count"] for answer in answers] == [70, 80, 90, 100]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 400]
    case = json.loads(answers[-1].headers["X-Business-Use-Case-Usage"])[PIXEL][0]
    assert case["estimated_time_to_regain_access"] == 5
    assert set(case) == {"type", "call_count", "total_cputime", "total_time", "estimated_time_to_regain_access"}


def test_usage__goes_with_every_answer_of_graphs(sandbox, post, event):
    sandbox.switch("usage", percent=10)
    sandbox.switch("partial")
    assert json.loads(post(event()).headers["X-App-Usage"])["call_count"] == 10


# Waiting


def waiting(sandbox):
    return len(sandbox._server._open)


def in_background(ask):
    outcomes = []

    def run():
        try:
            outcomes.append(ask().status_code)
        except requests.RequestException as error:
            outcomes.append(type(error).__name__)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcomes


@pytest.mark.parametrize("takes", [False, True])
def test_timeout__ends_with_a_hang_up_when_the_switch_goes_off(sandbox, post, event, takes):
    sandbox.switch("timeout", takes=takes)
    thread, outcomes = in_background(lambda: post(event()))
    until(lambda: sandbox.events if takes else sandbox.refusals, "the request never came")
    sandbox.switch("timeout", on=False)
    thread.join(10)
    assert outcomes == ["ConnectionError"]
    assert len(sandbox.events) == takes


def test_timeout__leaves_no_thread_when_the_client_leaves(sandbox, address, event):
    sandbox.switch("timeout")
    before = threading.active_count()
    body = {"data": [event()], "access_token": sandbox.token}
    for _ in range(5):
        with pytest.raises(requests.ReadTimeout):
            requests.post(address(sandbox), json=body, timeout=0.05)
    until(lambda: threading.active_count() <= before, "a thread still waits")


def test_timeout__ends_when_the_sandbox_stops(sandbox, post, event):
    sandbox.switch("timeout")
    thread, outcomes = in_background(lambda: post(event()))
    until(lambda: sandbox.refusals, "the request never came")
    sandbox.stop()
    thread.join(10)
    assert outcomes == ["ConnectionError"]
    assert waiting(sandbox) == 0


def test_timeout__for_one_request_still_waits_after_it_was_used_up(sandbox, address, event):
    sandbox.switch("timeout", times=1)
    body = {"data": [event()], "access_token": sandbox.token}
    with pytest.raises(requests.ReadTimeout):
        requests.post(address(sandbox), json=body, timeout=0.3)
    until(lambda: sandbox.refusals, "the switch was never used")
    assert requests.post(address(sandbox), json=body, timeout=30).status_code == 200


def test_slow__takes_at_once_and_answers_late(sandbox, post, event):
    sandbox.switch("slow", seconds=0.4)
    began = time.monotonic()
    assert post(event()).status_code == 200
    assert time.monotonic() - began >= 0.4
    assert len(sandbox.events) == 1


def test_slow__ends_when_it_is_turned_off(sandbox, post, event):
    sandbox.switch("slow", seconds=60)
    thread, outcomes = in_background(lambda: post(event()))
    until(lambda: sandbox.events, "the request never came")
    sandbox.switch("slow", on=False)
    thread.join(10)
    assert outcomes == [200]


def test_slow__goes_with_other_switches(sandbox, post, event):
    sandbox.switch("slow", seconds=0.2)
    sandbox.switch("html")
    began = time.monotonic()
    assert post(event()).status_code == 502
    assert time.monotonic() - began >= 0.2


# Scripts


def test_answer_next__answers_in_order_and_then_no_more(sandbox, post, event):
    sandbox.answer_next(code=190, subcode=463)
    sandbox.answer_next(code=2, times=2)
    sandbox.answer_next(status=503, body="<html>")
    found = [post(event()) for _ in range(5)]
    assert [answer.status_code for answer in found] == [401, 500, 500, 503, 200]
    assert codes(found[0]) == (401, 190, 463)
    assert found[3].text == "<html>"
    assert len(sandbox.events) == 1


def test_answer_next__goes_before_switches_and_for_one_pixel(sandbox, post, event):
    sandbox.switch("token")
    sandbox.answer_next(code=17, pixel=OTHER, retry_after=3, message="slow down")
    assert codes(post(event()))[1] == 190
    answer = post(event(), pixel=OTHER)
    assert codes(answer)[1] == 17
    assert (answer.headers["Retry-After"], answer.json()["error"]["message"]) == ("3", "slow down")


def test_answer_next__may_take_the_events_all_the_same(sandbox, post, event):
    sandbox.answer_next(status=200, body='{"events_received": 7}', takes=True, headers={"X-Odd": "1"})
    answer = post(event())
    assert answer.json() == {"events_received": 7}
    assert answer.headers["X-Odd"] == "1"
    assert len(sandbox.events) == 1


def test_answer_next__is_there_over_http_too(sandbox, http, post, event):
    order = {"code": 100, "subcode": 2804087, "times": 2, "headers": {"X-Odd": "1"}}
    assert http.post(f"{sandbox.url}/sandbox/answer_next", json=order, timeout=30).json()["scripted"] == 2
    assert codes(post(event())) == (400, 100, 2804087)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"subcode": 1},
        {"code": "x"},
        {"code": 100, "status": 99},
        {"code": 1, "headers": {"X-A": "b\r\nX-C: d"}},
        {"code": 1, "headers": ["a"]},
        {"code": 1, "body": 7},
        {"code": 1, "times": -1},
        {"code": 1, "colour": "red"},
    ],
    ids=str,
)
def test_answer_next__refuses_what_is_no_answer(sandbox, http, wrong):
    assert http.post(f"{sandbox.url}/sandbox/answer_next", json=wrong, timeout=30).status_code == 400
    assert len(sandbox._script) == 0
