"""HTTP/1.1 on the loopback address, with every bound set. It knows sockets and nothing of Meta."""

import select
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from .refusals import Refusal
from .wire import MAX_BODY_BYTES, Answer, Request, query_fields

SOCKET_TIMEOUT_SECONDS = 30
REQUEST_SECONDS = 60  # from the first moment of waiting for a request to its last byte, however slowly it drips
LONGEST_WAIT_SECONDS = 1800
WAIT_STEP_SECONDS = 0.1
MAX_CONNECTIONS = 256
MAX_DIGITS = 12  # of a length; Python itself refuses to read thousands
CLOSE_SECONDS = 5
LINGER_SECONDS = 5
LINGER_IDLE_SECONDS = 0.5

Application = Callable[[Request], Answer | None]


class Handler(BaseHTTPRequestHandler):
    """Reads one bounded request after the other and writes what the application answers."""

    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    timeout = SOCKET_TIMEOUT_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1
    server: "LoopbackServer"

    def handle_one_request(self) -> None:
        self.server.reads_until(self.request, time.monotonic() + REQUEST_SECONDS)
        super().handle_one_request()

    def do_GET(self) -> None:
        answer = self._answer()
        if answer and self._waited(answer):
            self._write(answer)
        else:
            self.close_connection = True

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_GET  # noqa: N815 - the base class asks for them

    def _answer(self) -> Answer | None:
        try:
            request = self._request()
        except Refusal as refusal:
            self.close_connection = True
            self.server.refused(refusal)
            return Answer.of(refusal.body("en", ""), status=refusal.status)
        finally:
            self.server.reads_until(self.request, None)
        return self.server.application(request)

    def _request(self) -> Request:
        try:
            address = urlsplit(self.path)
        except ValueError:
            raise Refusal("address: can't be read") from None
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(self.command, address.path, query_fields(address.query), headers, self._body())

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding"):
            raise Refusal("body: send a Content-Length", status=411)
        lengths = set(self.headers.get_all("Content-Length", ["0"]))
        if len(lengths) > 1 or not next(iter(lengths)).isdecimal():
            raise Refusal("body: the Content-Length is not one number")
        length = lengths.pop()
        if len(length) > MAX_DIGITS or int(length) > MAX_BODY_BYTES:
            raise Refusal("body: too large", code=1, status=413)
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionAbortedError
        return body

    def _waited(self, answer: Answer) -> bool:
        """Wait until the answer may be given. False if it never may, or the client has left."""
        end = time.monotonic() + LONGEST_WAIT_SECONDS
        while answer.wait and not answer.wait(WAIT_STEP_SECONDS):
            if self._has_left() or time.monotonic() > end:
                return False
        return not answer.hangs_up

    def _has_left(self) -> bool:
        try:
            readable = select.select([self.request], [], [], 0)[0]
            return bool(readable) and not self.request.recv(1, socket.MSG_PEEK)
        except (OSError, ValueError):
            return True

    def _write(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in self._head(answer).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        self.wfile.write(answer.body)
        for piece in answer.stream or ():
            self.wfile.write(piece)

    def _head(self, answer: Answer) -> dict[str, str]:
        head = {"Content-Type": answer.content_type, "Cache-Control": "no-store"} | dict(answer.headers)
        if answer.stream is None:
            head["Content-Length"] = str(len(answer.body))
        elif "Content-Length" not in head:
            self.close_connection = True
        return head | ({"Connection": "close"} if self.close_connection else {})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Silence: a request line may hold a token."""


class LoopbackServer(ThreadingHTTPServer):
    """A thread per connection, a bounded number of them, all closed when the server is."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(
        self,
        port: int,
        application: Application,
        connected: Callable[[], None],
        refused: Callable[[Refusal], None],
    ) -> None:
        self.application = application
        self.refused = refused
        self._connected = connected
        self._open: dict[socket.socket, float | None] = {}
        self._changed = threading.Condition()
        super().__init__(("127.0.0.1", port), Handler)

    def server_bind(self) -> None:
        # HTTPServer would ask the resolver for the machine's name, which can take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def verify_request(self, request: Any, client_address: Any) -> bool:
        with self._changed:
            is_room = len(self._open) < MAX_CONNECTIONS
            if is_room:
                self._open[request] = None
        return is_room

    def finish_request(self, request: Any, client_address: Any) -> None:
        self._connected()
        super().finish_request(request, client_address)
        _linger(request)

    def reads_until(self, request: Any, deadline: float | None) -> None:
        """The whole request must be there by then (monotonic), or the client is hung up on; None: it is there."""
        with self._changed:
            if request in self._open:
                self._open[request] = deadline

    def service_actions(self) -> None:
        """Called a few times a second by the serving thread."""
        now = time.monotonic()
        with self._changed:
            late = [request for request, deadline in self._open.items() if deadline and deadline < now]
        for request in late:
            _hang_up(request)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        with self._changed:
            self._open.pop(request, None)
            self._changed.notify_all()

    def server_close(self) -> None:
        """Close the door and the kept-alive connections: a stopped server answers nobody."""
        super().server_close()
        with self._changed:
            for request in self._open:
                _hang_up(request)
            self._changed.wait_for(lambda: not self._open, CLOSE_SECONDS)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that left is no error; a fault of ours is told by the default, with a traceback."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


def _linger(request: socket.socket) -> None:
    """Closing with bytes unread would reset the connection, and the client might lose its answer."""
    end = time.monotonic() + LINGER_SECONDS
    try:
        request.shutdown(socket.SHUT_WR)
        request.settimeout(LINGER_IDLE_SECONDS)
        while time.monotonic() < end and request.recv(65_536):
            pass
    except OSError:
        return  # it has gone, or says nothing more


def _hang_up(request: socket.socket) -> None:
    try:
        request.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the client was faster
