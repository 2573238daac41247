"""What is posted to Meta, and what becomes of its answer."""

import gzip
import hashlib
import hmac
import json
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from capi_tracking.conf import PixelSettings
from capi_tracking.exceptions import Denied, ImproperlyTracked, TransportError, Unreachable
from capi_tracking.transports import Acknowledgement, Batch
from capi_tracking.transports.graph import MAX_ANSWER, GraphTransport, session

TOKEN = "EAAB secret/token+42"
PIXEL = PixelSettings(alias="default", pixel_id="1234567890", access_token=TOKEN)
BATCH = Batch(('{"event_id": "a" }', '{"event_id":"ü"}'))


# -- settings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["http://graph.facebook.com", "ftp://127.0.0.1", "graph.facebook.com", "", "http://127.0.0.1.evil.example"]
)
def test_graph__refuses_to_send_in_the_clear(url: str, capi: Any) -> None:
    capi(GRAPH_URL=url)
    with pytest.raises(ImproperlyTracked, match="GRAPH_URL"):
        GraphTransport(PIXEL)


@pytest.mark.parametrize(
    ("url", "live"),
    [("https://graph.facebook.com/", True), ("http://127.0.0.1:8000", False), ("http://[::1]:1", False)],
)
def test_graph__takes_https_or_this_machine(url: str, live: bool, capi: Any) -> None:
    capi(GRAPH_URL=url)
    transport = GraphTransport(PIXEL)
    assert transport.is_live is live
    assert transport.url == f"{url.rstrip('/')}/v26.0/1234567890/events"


@pytest.mark.parametrize("changes", [{"access_token": ""}, {"pixel_id": ""}])
def test_graph__without_token_or_pixel_it_does_not_even_ask(changes: dict[str, str], server: "Server") -> None:
    values = {"alias": "default", "pixel_id": "1", "access_token": "t", **changes}
    with pytest.raises(Denied):
        GraphTransport(PixelSettings(**values)).send(BATCH)
    assert server.requests == []


def test_graph__checks_its_settings() -> None:
    found = {message.id for message in GraphTransport(PixelSettings(alias="a", pixel_id="x")).check()}
    assert found == {"capi_tracking.W101", "capi_tracking.W102"}
    assert list(GraphTransport(PIXEL).check()) == []


@dataclass
class Server:
    """Answers as told; keeps what it was asked."""

    url: str = ""
    status: int = 200
    body: bytes = b'{"events_received": 2, "messages": [], "fbtrace_id": "Tr"}'
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    connections: set[Any] = field(default_factory=set)


@pytest.fixture
def server(capi: Any) -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.requests.append((self.path, dict(self.headers), body))
            state.connections.add(self.client_address)
            self.send_response(state.status)
            for name, value in ({"Content-Length": str(len(state.body))} | state.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(state.body)

        def log_message(self, *args: Any) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    state.url = f"http://127.0.0.1:{httpd.server_port}"
    capi(GRAPH_URL=state.url, READ_TIMEOUT=timedelta(seconds=5))
    session.cache_clear()
    yield state
    session(os.getpid()).close()
    session.cache_clear()
    httpd.shutdown()
    httpd.server_close()
    thread.join()


def test_graph__posts_json_with_the_token_in_the_body_alone(server: Server) -> None:
    answer = GraphTransport(PIXEL).send(BATCH)
    assert answer == Acknowledgement(events_received=2, trace_id="Tr", messages=(), http_status=200)
    ((path, headers, body),) = server.requests
    assert path == "/v26.0/1234567890/events"
    assert headers["Content-Type"] == "application/json"
    assert TOKEN not in str(headers)
    assert BATCH.text.encode() in body
    assert json.loads(body) == {
        "data": BATCH.events,
        "access_token": TOKEN,
        "partner_agent": "django-capi-tracking",
    }


def test_graph__compresses_where_the_setting_says_so(server: Server, capi: Any) -> None:
    capi(GRAPH_URL=server.url, GZIP=True)
    GraphTransport(PIXEL).send(BATCH)
    ((_, headers, body),) = server.requests
    assert headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(body))["data"] == BATCH.events


def test_graph__sends_proof_and_test_code_where_they_are_set(server: Server) -> None:
    pixel = PixelSettings(
        alias="default", pixel_id="1", access_token="tok", app_secret="sec", test_event_code="TEST123"
    )
    GraphTransport(pixel).send(BATCH)
    sent = json.loads(server.requests[0][2])
    assert sent["test_event_code"] == "TEST123"
    assert sent["appsecret_proof"] == hmac.new(b"sec", b"tok", hashlib.sha256).hexdigest()
    assert b'"sec"' not in server.requests[0][2]


def test_graph__keeps_its_connection_alive(server: Server) -> None:
    for _ in range(3):
        GraphTransport(PIXEL).send(BATCH)
    assert len(server.connections) == 1


def test_graph__uses_no_proxy_of_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert GraphTransport(PIXEL).send(BATCH).events_received == 2


def test_graph__keeps_no_cookies(server: Server) -> None:
    server.headers["Set-Cookie"] = "a=b"
    for _ in range(2):
        GraphTransport(PIXEL).send(BATCH)
    assert "Cookie" not in server.requests[1][1]


@pytest.mark.parametrize(
    ("body", "received", "messages"),
    [
        (b'{"events_received": 1}', 1, ()),
        (b'{"events_received": 2, "messages": ["m", 3]}', 2, ("m", "3")),
        (b'{"events_received": "2"}', None, ()),
        (b'{"events_received": true, "messages": "x"}', None, ()),
        (b'{"events_received": -1, "messages": null}', None, ()),
        (b"<html>", None, ()),
        (b"", None, ()),
        (b"[1]", None, ()),
        (b"\xff\xfe", None, ()),
        (b"[" * 100_000, None, ()),
    ],
)
def test_graph__an_odd_2xx_is_an_acknowledgement(
    body: bytes, received: int | None, messages: tuple[str, ...], server: Server
) -> None:
    server.body = body
    answer = GraphTransport(PIXEL).send(BATCH)
    assert (answer.events_received, answer.messages) == (received, messages)


def test_graph__raises_what_meta_said(server: Server) -> None:
    error = {"code": 190, "error_subcode": 463, "message": f"Error with {TOKEN}", "fbtrace_id": "Tr"}
    server.status, server.body = 401, json.dumps({"error": error}).encode()
    with pytest.raises(Denied) as caught:
        GraphTransport(PIXEL).send(BATCH)
    assert str(caught.value) == "Error with [secret]"
    assert (caught.value.http_status, caught.value.subcode, caught.value.trace_id) == (401, 463, "Tr")


def test_graph__follows_no_redirect(server: Server) -> None:
    server.status, server.headers["Location"] = 307, f"{server.url}/elsewhere"
    with pytest.raises(Unreachable) as caught:
        GraphTransport(PIXEL).send(BATCH)
    assert caught.value.http_status == 307
    assert len(server.requests) == 1


@pytest.mark.parametrize(("status", "expected"), [(200, None), (500, Unreachable)])
def test_graph__reads_a_huge_answer_only_so_far(
    status: int, expected: type[TransportError] | None, server: Server
) -> None:
    server.status, server.body = status, b'{"x": "' + b"x" * (MAX_ANSWER + 10) + b'"}'
    if expected:
        with pytest.raises(expected):
            GraphTransport(PIXEL).send(BATCH)
    else:
        assert GraphTransport(PIXEL).send(BATCH).events_received is None


def test_graph__a_compressed_answer_cannot_swell(server: Server) -> None:
    GraphTransport(PIXEL).send(BATCH)
    assert server.requests[0][1]["Accept-Encoding"] == "identity"


@contextmanager
def raw_server(work: Callable[[socket.socket], None]) -> Iterator[str]:
    """A listener that does ``work`` with its first connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            work(connection)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
        thread.join(timeout=30)


def drain(connection: socket.socket) -> None:
    connection.settimeout(5)
    try:
        while connection.recv(65536):
            pass
    except OSError:
        pass


def test_graph__a_silent_server_is_unreachable_within_the_read_timeout(capi: Any) -> None:
    with raw_server(drain) as url:
        capi(GRAPH_URL=url, READ_TIMEOUT=timedelta(seconds=0.3))
        started = time.monotonic()
        with pytest.raises(Unreachable) as caught:
            GraphTransport(PIXEL).send(BATCH)
    assert time.monotonic() - started < 4
    assert str(caught.value) == "ReadTimeout"
    assert caught.value.http_status is None


def test_graph__a_dripping_answer_ends_in_time(capi: Any) -> None:
    def drip(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 500 Oops\r\nContent-Length: 1000\r\n\r\n")
        try:
            for _ in range(100):
                connection.sendall(b"x")
                time.sleep(0.05)
        except OSError:
            pass

    with raw_server(drip) as url:
        capi(GRAPH_URL=url, READ_TIMEOUT=timedelta(seconds=0.5))
        started = time.monotonic()
        with pytest.raises(Unreachable) as caught:
            GraphTransport(PIXEL).send(BATCH)
        assert time.monotonic() - started < 3
    assert caught.value.http_status == 500


@pytest.mark.parametrize("said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 99999999999 OK\r\n\r\n"])
def test_graph__a_broken_answer_is_unreachable(said: bytes, capi: Any) -> None:
    def say(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(said)

    with raw_server(say) as url:
        capi(GRAPH_URL=url, READ_TIMEOUT=timedelta(seconds=1))
        with pytest.raises(Unreachable) as caught:
            GraphTransport(PIXEL).send(BATCH)
    assert TOKEN not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_graph__a_2xx_that_breaks_off_is_final(capi: Any) -> None:
    def break_off(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"events_rec')

    with raw_server(break_off) as url:
        capi(GRAPH_URL=url, READ_TIMEOUT=timedelta(seconds=2))
        assert GraphTransport(PIXEL).send(BATCH) == Acknowledgement(http_status=200)


def test_graph__nobody_there_is_unreachable(capi: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    capi(GRAPH_URL=f"http://127.0.0.1:{port}")
    with pytest.raises(Unreachable) as caught:
        GraphTransport(PIXEL).send(BATCH)
    assert str(caught.value) == "ConnectionError"


def test_graph__the_token_is_in_no_log(server: Server, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    server.status, server.body = 500, TOKEN.encode()
    with pytest.raises(Unreachable) as caught:
        GraphTransport(PIXEL).send(BATCH)
    assert TOKEN not in caplog.text
    assert TOKEN not in repr(caught.value)
    assert TOKEN not in repr(GraphTransport(PIXEL).pixel)


def test_session__is_each_processs_own() -> None:
    session.cache_clear()
    mine = session(1)
    assert session(1) is mine
    assert session(2) is not mine
    session.cache_clear()
