"""The shop's own process: it places orders as it is told on its standard input, and tells what its threads did.

Every request and every answer is one line of JSON; it ends with its input.
"""

import json
import os
import sys
import threading
import time
from datetime import timedelta
from decimal import Decimal
from functools import partial
from importlib import import_module

import django

MAIN = threading.get_ident()
connects: list[tuple[bool, int]] = []  # in the main thread?, port


def listen(event: str, arguments: tuple) -> None:
    """Every connection that any Python code of this process opens, by whatever driver."""
    if event == "socket.connect":
        address = arguments[1]
        connects.append((threading.get_ident() == MAIN, address[1] if isinstance(address, tuple) else 0))


def place(first: int, count: int, at_once: int = 1) -> list[float]:
    """Orders ``order-<first>`` and on, ``at_once`` in one transaction; the seconds that each transaction took."""
    from django.db import transaction

    seconds = []
    for start in range(first, first + count, at_once):
        began = time.perf_counter()
        with transaction.atomic():
            for number in range(start, min(start + at_once, first + count)):
                sell(number)
        seconds.append(time.perf_counter() - began)
    return seconds


def sell(number: int) -> None:
    from django.utils import timezone

    from capi_tracking.events import CustomData, Event, UserData
    from capi_tracking.tracking import track

    person = UserData.of(email=f"buyer-{number}@shop.example", client_ip_address="8.8.8.8", client_user_agent="Safari")
    event = Event(
        name="Purchase",
        event_id=f"order-{number}",
        event_time=timezone.now() - timedelta(seconds=1),
        event_source_url="https://shop.example/thanks",
        user_data=person,
        custom_data=CustomData(value=Decimal("9.90"), currency="EUR"),
    )
    track(event, order_key=f"shop-{number}", source="order")


def statuses() -> dict[str, int]:
    """How many rows there are of each status."""
    from django.db.models import Count

    from capi_tracking.models import OutboxEvent

    return dict(OutboxEvent.objects.values_list("status").annotate(Count("pk")).order_by("status"))


def report() -> dict[str, object]:
    """The threads there are, and the connections by the main one and by all others, since the last report."""
    seen, connects[:] = list(connects), []
    return {
        "threads": sorted(thread.name for thread in threading.enumerate()),
        "main": [port for is_main, port in seen if is_main],
        "others": [port for is_main, port in seen if not is_main],
    }


def shorten_waits(timeout: float, silence: float) -> None:
    """The nudger's own times are for production; a test needs not wait half a minute for the next try."""
    from capi_tracking import nudging, tasks

    nudging.SILENCE = silence
    tasks._nudger = tasks.Nudger(partial(tasks.wake, timeout=timeout))


def mark() -> None:
    """Put a message into the queue that does nothing."""
    from tests.brokers import shop_app

    shop_app.mark.delay()


VERBS = {"mark": mark, "place": place, "statuses": statuses, "report": report, "shorten_waits": shorten_waits}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.brokers.shop_settings")
    if app := os.environ.get("SHOP_APP"):
        import_module(app)
    django.setup()
    sys.addaudithook(listen)
    for line in sys.stdin:
        verb, arguments = json.loads(line)
        sys.stdout.write(json.dumps(VERBS[verb](**arguments)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
