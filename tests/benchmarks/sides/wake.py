"""A shop that commits, and wakes the worker each time. It also looks who talks to the broker."""

import os
import sys
import threading
import time
import uuid
from typing import Any
from unittest import mock

import django
from celery import Celery
from django.db import connection, transaction

from tests.benchmarks.sides.lines import cpu_seconds, serve

MAIN = threading.get_ident()
connects: list[bool] = []  # in the request's thread?
QUEUE = f"benchmark-{uuid.uuid4().hex[:12]}"


def listen(event: str, arguments: Any) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        connects.append(threading.get_ident() == MAIN)


def prepare() -> None:
    connection.ensure_connection()
    sys.addaudithook(listen)


def commits(count: int, wakes: bool) -> float:
    """Seconds of CPU time, of all threads, for so many transactions that announce an event."""
    with mock.patch.dict("django.conf.settings.CAPI_TRACKING", NUDGE="celery" if wakes else None):
        return cpu_seconds(lambda: [commit() for _ in range(count)])


def commit() -> None:
    from capi_tracking.models import OutboxEvent
    from capi_tracking.tracking import announce

    with transaction.atomic():
        announce(OutboxEvent(status="pending"), using="default")


def burst(count: int) -> dict[str, float]:
    """Messages that one burst of commits leaves in the queue, and how long the burst was."""
    began = time.perf_counter()
    commits(count, wakes=True)
    seconds = time.perf_counter() - began
    time.sleep(2.5)  # the last message of it may wait for a second
    return {"messages": taken_away(), "seconds": seconds}


def taken_away() -> int:
    """The messages in the queue, which is empty then. What this asks the broker is not counted as the shop's."""
    import redis

    seen = list(connects)
    server = redis.Redis.from_url(os.environ["BENCHMARK_BROKER_URL"])
    messages = int(server.llen(QUEUE))
    server.delete(QUEUE, *server.scan_iter(f"_kombu*{QUEUE}*"))
    server.close()
    connects[:] = seen
    return messages


def wait_for_broker() -> int:
    """Connections since the last question, by the request's thread; another one has tried by now."""
    ends = time.monotonic() + 10
    while not connects and time.monotonic() < ends:
        time.sleep(0.02)
    seen, connects[:] = list(connects), []
    assert seen, "nobody talked to the broker"
    return sum(seen)


def slowest(count: int) -> float:
    """Milliseconds of the slowest commit."""
    with mock.patch.dict("django.conf.settings.CAPI_TRACKING", NUDGE="celery"):
        found = []
        for _ in range(count):
            began = time.perf_counter()
            commit()
            found.append(time.perf_counter() - began)
    return max(found) * 1000


if __name__ == "__main__":
    app = Celery("benchmark", broker=os.environ["BENCHMARK_BROKER_URL"])
    app.conf.task_default_queue = QUEUE
    django.setup()
    serve(prepare, commits, burst, wait_for_broker, slowest)
