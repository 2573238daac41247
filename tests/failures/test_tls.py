"""A server that is not who it says it is gets neither an event nor the token."""

import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from capi_tracking.delivery import deliver_due
from capi_tracking.models import DeliveryAttempt, OutboxEvent, Status
from capi_tracking.tracking import track
from tests.failures.conftest import pixels

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not shutil.which("openssl"), reason="wants the command openssl, to sign a certificate of its own"
    ),
]


class Heard(BaseHTTPRequestHandler):
    requests: list[str] = []

    def do_POST(self) -> None:
        self.requests.append(self.path)


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[str]:
    """The address of an https server whose certificate nobody has signed."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=graph.facebook.com",
    ]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Heard)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_certificate__that_nobody_signed_gets_nothing(
    impostor: str, make_event: Any, capi: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    capi(PIXELS=pixels(), GRAPH_URL=impostor, TRANSPORT="capi_tracking.transports.graph.GraphTransport")
    track(make_event())
    deliver_due()
    assert OutboxEvent.objects.get().status == Status.PENDING
    assert (DeliveryAttempt.objects.get().kind, DeliveryAttempt.objects.get().message) == ("unreachable", "SSLError")
    assert not Heard.requests
    assert pixels()["default"]["ACCESS_TOKEN"] not in caplog.text
