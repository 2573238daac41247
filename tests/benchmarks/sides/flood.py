"""Beacons at a steady rate, whatever becomes of them: from as many addresses as they are, or from one."""

import itertools
import json
import socket
import threading
import time
from typing import Any
from uuid import uuid4

import django

from tests.benchmarks.sides.lines import serve

HANDS = 16
sent: list[int] = []
began = [0.0]
stop = threading.Event()
hands: list[threading.Thread] = []


def begin(port: int, each_second: int, addresses: int) -> None:
    stop.clear()
    sent.clear()
    numbers, began[0] = itertools.count(), time.perf_counter()

    def work() -> None:
        while not stop.is_set():
            number = next(numbers)
            due = began[0] + number / each_second
            if stop.wait(max(0.0, due - time.perf_counter())):
                return
            sent.append(beacon(port, number % addresses))

    hands[:] = [threading.Thread(target=work, daemon=True) for _ in range(HANDS)]
    for hand in hands:
        hand.start()


def end() -> dict[str, Any]:
    """How many went out, in how many seconds, and how many of them were answered."""
    seconds = time.perf_counter() - began[0]
    stop.set()
    for hand in hands:
        hand.join(timeout=40)
    return {"sent": len(sent), "answered": sum(status == 204 for status in sent), "seconds": seconds}


def beacon(port: int, visitor: int) -> int:
    """The status; 0 if there is no answer. By a bare socket: the sender shall not be what keeps the machine busy."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as browser:
            browser.sendall(request(port, visitor))
            return int(browser.recv(4096).split(b" ", 2)[1])
    except (OSError, IndexError, ValueError):
        return 0


def request(port: int, visitor: int) -> bytes:
    body = json.dumps({"events": [{"pixel": "default", "name": "PageView", "id": uuid4().hex}]})
    lines = [
        "POST /capi/collect/ HTTP/1.0",
        f"Host: 127.0.0.1:{port}",
        f"Origin: http://127.0.0.1:{port}",
        "Sec-Fetch-Site: same-origin",
        "User-Agent: Mozilla/5.0 Safari/605",
        f"X-Forwarded-For: 8.{visitor >> 16 & 255}.{visitor >> 8 & 255}.{visitor & 255}",
        f"Cookie: capi_consent=granted.1.{int(time.time())}; _fbp=fb.1.1767225600000.{visitor + 1}",
        "Content-Type: text/plain",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", body]).encode()


if __name__ == "__main__":
    django.setup()
    serve(begin, end)
