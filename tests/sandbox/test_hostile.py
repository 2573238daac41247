"""Requests that nobody should send, and many at once."""

import json
import socket
import threading
import time
from contextlib import ExitStack

import pytest
import requests

from capi_tracking.sandbox import Sandbox, server
from capi_tracking.sandbox.wire import MAX_BODY_BYTES
from tests.sandbox.conftest import PIXEL, codes, good_event
from tests.waiting import until

EDGE = f"POST /v26.0/{PIXEL}/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"


def connect(sandbox):
    return socket.create_connection(("127.0.0.1", sandbox._server.server_port), timeout=10)


def ask(sandbox, data):
    """All that comes back to these bytes until the other side closes or falls silent."""
    with connect(sandbox) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        found = b""
        while piece := client.recv(65536):
            found += piece
        return found


@pytest.fixture(autouse=True)
def _no_traceback(capsys):
    yield
    assert "Traceback" not in capsys.readouterr().err


@pytest.fixture(autouse=True)
def _still_serving(sandbox, http, _no_traceback):
    yield
    assert http.get(f"{sandbox.url}/sandbox/events.json", timeout=30).status_code == 200


# Listening


def test_the_server__listens_on_loopback_alone(sandbox):
    assert sandbox._server.server_address[0] == "127.0.0.1"


# Heads and bodies


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("Content-Length: 99999999999\r\n", b"413"),
        (f"Content-Length: {'9' * 5000}\r\n", b"413"),
        ("Content-Length: -5\r\n", b"400"),
        ("Content-Length: 0x10\r\n", b"400"),
        ("Content-Length: 5\r\nContent-Length: 6\r\n", b"400"),
        ("Transfer-Encoding: chunked\r\n", b"411"),
        ("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", b"411"),
        ("X-Long: " + "x" * 100_000 + "\r\n", b"431"),
        ("".join(f"X-{number}: x\r\n" for number in range(200)), b"431"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_head__without_a_bound_is_refused(sandbox, head, status):
    assert ask(sandbox, (EDGE + head + "\r\n").encode()).startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize("chunks", [b"zz\r\nx\r\n", b"ffffffffffffffff\r\n", b"5\r\nab", b"-1\r\n\r\n", b"0\r\n\r\n"])
def test_bad_chunks__are_not_even_read(sandbox, chunks):
    answer = ask(sandbox, EDGE.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert answer.startswith(b"HTTP/1.1 411")


@pytest.mark.parametrize(
    "line",
    [
        b"GET http://[ HTTP/1.1",
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1",
        b"NONSENSE",
        b"\x00\xff\xfe",
        b"GET / HTTP/9.9",
        b"BREW /v26.0/1/events HTTP/1.1",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=lambda line: repr(line[:30]),
)
def test_a_request_line__that_makes_no_sense_is_refused(sandbox, line):
    assert b" 200 " not in ask(sandbox, line + b"\r\nHost: 127.0.0.1\r\n\r\n")[:30]


def test_a_body__that_is_cut_off_is_answered_by_hanging_up(sandbox):
    assert ask(sandbox, EDGE.encode() + b'Content-Length: 500\r\n\r\n{"data": [') == b""
    assert sandbox.events == []


def test_a_body__that_is_too_large_is_answered_although_nobody_reads_it(sandbox):
    size = MAX_BODY_BYTES + 1
    answer = ask(sandbox, f"{EDGE}Content-Length: {size}\r\n\r\n".encode() + b"x" * size)
    assert answer.startswith(b"HTTP/1.1 413")


def test_many_fields__are_refused(sandbox, http, address):
    form = "&".join(f"f{number}=1" for number in range(3000))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert codes(http.post(address(sandbox), data=form, headers=headers, timeout=30)) == (400, 100, None)
    assert codes(http.post(address(sandbox) + "?" + form[:20_000], timeout=30)) == (400, 100, None)


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; b=\xe9"]
)
def test_multipart__without_a_boundary_is_refused(sandbox, http, address, kind):
    headers = {"Content-Type": kind.encode("latin-1")}
    answer = http.post(address(sandbox), data=b"--x\r\n\r\n", headers=headers, timeout=30)
    assert answer.status_code in (400, 401)


def test_a_request_that_could_not_be_read__is_listed_without_its_contents(sandbox):
    ask(sandbox, EDGE.encode() + b"Content-Length: 99999999999\r\n\r\n")
    assert [refusal["reason"] for refusal in sandbox.refusals] == ["body: too large"]


# JSON


def test_deep_json__can_always_be_listed_again(sandbox, post, event, http, address):
    nested = 1
    for _ in range(600):
        nested = [nested]
    assert codes(post(event(custom_data={"deep": nested}))) == (400, 100, None)
    for depth in (2_000, 100_000):
        body = b'{"data": ' + b"[" * depth + b"]" * depth + b"}"
        headers = {"Content-Type": "application/json"}
        assert http.post(address(sandbox), data=body, headers=headers, timeout=30).status_code in (400, 401)


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
def test_numbers_beyond_bounds__are_no_json(sandbox, http, address, event, literal):
    text = json.dumps({"data": [event(custom_data={"odd": "@"})], "access_token": sandbox.token})
    body = text.replace('"@"', literal)
    headers = {"Content-Type": "application/json"}
    assert codes(http.post(address(sandbox), data=body, headers=headers, timeout=30)) == (400, 100, None)


def test_duplicate_keys__the_last_one_counts(sandbox, http, address, event):
    one = json.dumps(event())[:-1] + ', "event_id": "second"}'
    body = f'{{"data": [], "data": [{one}], "access_token": "wrong", "access_token": "{sandbox.token}"}}'
    headers = {"Content-Type": "application/json"}
    assert http.post(address(sandbox), data=body, headers=headers, timeout=30).status_code == 200
    assert [kept["event_id"] for kept in sandbox.events] == ["second"]


def test_lone_surrogates__are_taken_paired_and_listed(sandbox, http, post, event):
    post(event(event_id="\ud800", event_name="\udfff", custom_data={"\ud801": "\udc00"}))
    found = http.get(f"{sandbox.url}/sandbox/events.json", timeout=30).json()
    assert found["events"][0]["event_id"] == "\ud800"
    assert http.get(sandbox.url, timeout=30).status_code == 200


@pytest.mark.parametrize("path", ["/v26.0/", "/v26.0/..%2f/events", "/v26.0//events", "/v26.0/1/2/events", "/%00"])
def test_an_odd_path__is_refused(sandbox, http, path):
    answer = http.post(sandbox.url + path, data={"access_token": sandbox.token}, timeout=30)
    assert answer.status_code in (400, 401, 403, 404)


# Slowness


def test_a_slow_loris__is_hung_up_on_however_it_drips(monkeypatch, sandbox):
    monkeypatch.setattr(server, "REQUEST_SECONDS", 0.5)
    with connect(sandbox) as client:
        began = time.monotonic()
        with pytest.raises((ConnectionError, BrokenPipeError)):
            client.sendall(EDGE.encode())
            while time.monotonic() < began + 10:
                client.sendall(b"X-Drip: 1\r\n")
                time.sleep(0.02)
        assert time.monotonic() - began < 5


def test_a_slow_loris__is_no_longer_counted_once_it_is_gone(sandbox):
    held = sandbox._server._open
    with ExitStack() as clients:
        for _ in range(50):
            clients.enter_context(connect(sandbox))
        until(lambda: sum(deadline is not None for deadline in list(held.values())) == 50, "not all are waited for")
        for request in list(held):
            sandbox._server.reads_until(request, time.monotonic())
        until(lambda: not held, "some are still held")


def test_a_client_that_does_not_read__is_given_up(monkeypatch, sandbox, event):
    monkeypatch.setattr(server.Handler, "timeout", 0.5)
    sandbox.switch("huge", endless=True)
    body = json.dumps({"data": [event()], "access_token": sandbox.token}).encode()
    head = EDGE + f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with connect(sandbox) as client:
        client.sendall(head.encode() + body)
        until(lambda: sandbox.events, "the request never came")
        until(lambda: not sandbox._server._open, "it is still being answered")


# Many at once


def test_two_hundred_clients__are_all_served_at_once(sandbox, address):
    together, statuses = threading.Barrier(200, timeout=30), []

    def send(number):
        event = good_event(sandbox._clock(), event_id=f"id-{number}")
        with requests.Session() as mine:
            mine.trust_env = False
            together.wait()
            body = {"data": [event], "access_token": sandbox.token}
            statuses.append(mine.post(address(sandbox), json=body, timeout=30).status_code)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 200
    assert len({kept["event_id"] for kept in sandbox.events}) == 200
    until(lambda: not sandbox._server._open, "connections are left over")


def test_more_clients_than_it_takes__are_hung_up_on_and_do_no_harm(monkeypatch, sandbox, http):
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 5)
    with ExitStack() as clients:
        for _ in range(5):
            clients.enter_context(connect(sandbox))
        until(lambda: len(sandbox._server._open) == 5, "not all connected")
        with pytest.raises(requests.ConnectionError):
            http.get(sandbox.url, timeout=30)
    until(lambda: not sandbox._server._open, "connections are left over")


# Beginning and end


def test_stop__hangs_up_on_kept_connections(clock, post, event):
    stopped = Sandbox(clock=clock).start()
    assert post(event(), to=stopped).status_code == 200
    stopped.stop()
    with pytest.raises(requests.ConnectionError):
        post(event(), to=stopped)
    assert len(stopped.events) == 1


def test_a_stopped_port__can_be_taken_again_at_once(clock, http):
    first = Sandbox(clock=clock).start()
    http.get(first.url, timeout=30)
    first.stop()
    with Sandbox(first._server.server_port, clock=clock) as second:
        assert http.get(second.url, timeout=30).status_code == 200
