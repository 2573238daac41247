"""A Graph API that looks at nothing: it reads a request, waits as long as it is told, and takes every event.

It counts events, and bytes; with ``keep`` it also remembers the bodies, to say how often each event came.
"""

import gzip
import json
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

from tests.benchmarks.sides.lines import serve

BUFFER = 1 << 20
EVENT_ID = re.compile(rb'"event_id":\s*"([^"]+)"')
GZIPPED = b"\x1f\x8b"
EVENT = b"event_name"  # in JSON, and in a form's quoted JSON alike


@dataclass
class Account:
    latency_seconds: float = 0.0
    keeps: bool = False
    requests: int = 0
    rows: int = 0
    sent_bytes: int = 0
    connections: int = 0  # on which something was asked
    silent: str = ""  # what is in the address of one that is never answered
    since: float = field(default_factory=time.monotonic)
    bodies: list[bytes] = field(default_factory=list)


account = Account()
lock = threading.Lock()


def answer(client: socket.socket) -> None:
    """One connection, request after request."""
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    counted_at = 0.0
    with suppress(OSError), client, client.makefile("rb", BUFFER) as stream:
        while (asked := read(stream)) is not None:
            address, body = asked
            if account.silent and account.silent.encode() in address:
                stream.read(1)  # until the other one has enough of it
                return
            if counted_at < account.since:
                counted_at, account.connections = time.monotonic(), account.connections + 1
            taken = take(body)
            time.sleep(account.latency_seconds)
            text = json.dumps({"events_received": taken, "fbtrace_id": "sink", "messages": []})
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
            client.sendall((head + text).encode())


def read(stream: IO[bytes]) -> tuple[bytes, bytes] | None:
    """A request's first line and its body; None where there is no further request."""
    first = stream.readline()
    if not first:
        return None
    length = 0
    while (header := stream.readline()) not in (b"\r\n", b""):
        name, _, value = header.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return first, stream.read(length)


def take(sent: bytes) -> int:
    body = gzip.decompress(sent) if sent.startswith(GZIPPED) else sent
    found = body.count(EVENT)
    with lock:
        account.requests += 1
        account.rows += found
        account.sent_bytes += len(sent)
        if account.keeps:
            account.bodies.append(body)
    return found


def reset(latency_seconds: float = 0.0, keep: bool = False, silent: str = "") -> None:
    account.__init__(latency_seconds, keep, silent=silent)  # type: ignore[misc]


def totals() -> dict[str, int]:
    each = Counter(event for body in account.bodies for event in EVENT_ID.findall(body))
    return {
        "requests": account.requests,
        "rows": account.rows,
        "bytes": account.sent_bytes,
        "connections": account.connections,
        "different": len(each),
        "most": max(each.values(), default=0),
    }


def take_frames(client: socket.socket) -> None:
    """STOMP: frames end with a zero byte. Only those that ask for an answer get one."""
    rest = b""
    with suppress(OSError), client:
        while data := client.recv(BUFFER):
            *frames, rest = (rest + data).split(b"\0")
            for frame in frames:
                if reply := reply_to(frame.lstrip()):
                    client.sendall(reply + b"\n\n\0")


def reply_to(frame: bytes) -> bytes:
    if frame.startswith((b"CONNECT", b"STOMP")):
        return b"CONNECTED\nversion:1.2\nheart-beat:0,0"
    receipt = re.search(rb"\nreceipt:(\S+)", frame)
    return b"RECEIPT\nreceipt-id:" + receipt[1] if receipt else b""


def listen(talk: Callable[[socket.socket], None]) -> int:
    """The port on which every connection is talked to."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return int(listener.getsockname()[1])


def ports() -> dict[str, int]:
    return {"http": http, "stomp": stomp}


if __name__ == "__main__":
    http, stomp = listen(answer), listen(take_frames)
    serve(reset, totals, ports)
