"""A Graph API that looks at nothing: it reads a request, waits as long as it is told, and takes every event.

It counts events, and bytes; with ``keep`` it also remembers the bodies, to say how often each event came.
"""

import json
import re
import socket
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

from tests.benchmarks.sides.lines import serve

BUFFER = 1 << 20
EVENT_ID = re.compile(rb'"event_id":\s*"([^"]+)"')
EVENT = re.compile(rb'"event_name"|%22event_name%22')


@dataclass
class Account:
    latency_seconds: float = 0.0
    keeps: bool = False
    requests: int = 0
    rows: int = 0
    sent_bytes: int = 0
    bodies: list[bytes] = field(default_factory=list)


account = Account()
lock = threading.Lock()


def answer(client: socket.socket) -> None:
    """One connection, request after request."""
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with suppress(OSError), client, client.makefile("rb", BUFFER) as stream:
        while (body := read(stream)) is not None:
            taken = take(body)
            time.sleep(account.latency_seconds)
            text = json.dumps({"events_received": taken, "fbtrace_id": "sink", "messages": []})
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
            client.sendall((head + text).encode())


def read(stream: IO[bytes]) -> bytes | None:
    """A request's body; None where there is no further request."""
    if not stream.readline():
        return None
    length = 0
    while (header := stream.readline()) not in (b"\r\n", b""):
        name, _, value = header.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return stream.read(length)


def take(body: bytes) -> int:
    found = len(EVENT.findall(body))
    with lock:
        account.requests += 1
        account.rows += found
        account.sent_bytes += len(body)
        if account.keeps:
            account.bodies.append(body)
    return found


def reset(latency_seconds: float = 0.0, keep: bool = False) -> None:
    account.__init__(latency_seconds, keep)  # type: ignore[misc]


def totals() -> dict[str, int]:
    each = Counter(event for body in account.bodies for event in EVENT_ID.findall(body))
    return {
        "requests": account.requests,
        "rows": account.rows,
        "bytes": account.sent_bytes,
        "different": len(each),
        "most": max(each.values(), default=0),
    }


def port() -> int:
    return listener.getsockname()[1]


def accept() -> None:
    while True:
        client, _ = listener.accept()
        threading.Thread(target=answer, args=(client,), daemon=True).start()


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=accept, daemon=True).start()
    serve(reset, totals, port)
