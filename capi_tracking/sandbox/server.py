"""HTTP/1.1 on the loopback address, with every bound set. It knows sockets and nothing of Meta."""

import socket
import socketserver
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from .refusals import Refusal
from .wire import MAX_BODY_BYTES, Answer, Request, query_fields

SOCKET_TIMEOUT_SECONDS = 30
MAX_CONNECTIONS = 256
MAX_DIGITS = 12  # of a length; Python itself refuses to read thousands
CLOSE_SECONDS = 5

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

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        try:
            answer = self.server.application(self._request())
        except Refusal as refusal:
            self.close_connection = True
            answer = Answer.of(refusal.body("en", ""), status=refusal.status)
        if answer is None:
            self.close_connection = True
        else:
            self._write(answer)

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
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal():
            raise Refusal("body: the Content-Length is not a number")
        if len(length) > MAX_DIGITS or int(length) > MAX_BODY_BYTES:
            raise Refusal("body: too large", code=1, status=413)
        return self.rfile.read(int(length))

    def _write(self, answer: Answer) -> None:
        self.send_response(answer.status)
        own = {
            "Content-Type": answer.content_type,
            "Content-Length": str(len(answer.body)),
            "Cache-Control": "no-store",
        }
        if self.close_connection:
            own["Connection"] = "close"
        for name, value in (own | dict(answer.headers)).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Silence: a request line may hold a token."""


class LoopbackServer(ThreadingHTTPServer):
    """A thread per connection, a bounded number of them, all closed when the server is."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int, application: Application, connected: Callable[[], None]) -> None:
        self.application = application
        self._connected = connected
        self._open: set[socket.socket] = set()
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
                self._open.add(request)
        return is_room

    def finish_request(self, request: Any, client_address: Any) -> None:
        self._connected()
        super().finish_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        with self._changed:
            self._open.discard(request)
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


def _hang_up(request: socket.socket) -> None:
    try:
        request.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the client was faster
