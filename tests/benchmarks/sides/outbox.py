"""Our outbox: filled, drained, claimed from."""

import resource
import threading
import time
from datetime import timedelta
from statistics import median
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from tests.benchmarks.sides import build, filling, sample
from tests.benchmarks.sides.lines import serve


def prepare() -> None:
    from capi_tracking.conf import conf
    from capi_tracking.models import Pixel

    call_command("migrate", verbosity=0)
    Pixel.objects.ensure(conf.PIXELS)


def empty() -> None:
    from capi_tracking.models import DeliveryAttempt, OutboxEvent

    for model in (OutboxEvent, DeliveryAttempt):
        with connection.cursor() as cursor:
            verb = "DELETE FROM" if connection.vendor == "sqlite" else "TRUNCATE"
            cursor.execute(f"{verb} {model._meta.db_table}")


def fill(count: int, small: bool = False) -> None:
    """So many rows that are due."""
    filling.copy(template(small=small), count - 1)
    filling.analyze()


def fill_sent(count: int, days: int = 3, redacted: bool = True) -> None:
    """So many rows that were sent so long ago, as drain and redaction leave them."""
    from capi_tracking.models import OutboxEvent

    row = template(small=True)
    at = timezone.now() - timedelta(days=days)
    done = {"status": "sent", "due_at": None, "sent_at": at, "settled_at": at, "event_time": at, "attempts": 1}
    gone = {"payload": "", "redacted_at": timezone.now()} if redacted else {}
    OutboxEvent.objects.filter(pk=row.pk).update(**done, **gone)
    with filling.without_indexes(OutboxEvent):
        filling.copy(row, count - 1)
    filling.analyze()


def template(*, small: bool) -> Any:
    """A row made by the product itself."""
    from capi_tracking.models import OutboxEvent
    from capi_tracking.tracking import track

    number = filling.last_id() + 1
    sale = sample.sale(number)
    event = tiny(sale) if small else build.event(sale)
    made = track(event, order_key=f"old.order:{number}", source="order")
    return OutboxEvent.objects.get(key=made.key)


def tiny(sale: sample.Sale) -> Any:
    """As little as Meta takes: five million of the whole ones would fill the disk."""
    from capi_tracking.events import CustomData, Event, UserData

    person = UserData.of(email=sale.person["email"])
    value = CustomData(value=sample.VALUE, currency=sample.CURRENCY)
    return Event(
        name="Purchase", event_id=f"{sale.number:032x}", event_time=build.NOW, user_data=person, custom_data=value
    )


def drain() -> dict[str, float]:
    """Until nothing is due; the seconds and the rows."""
    from capi_tracking.delivery import deliver_due

    began = time.perf_counter()
    report = deliver_due()
    return {"seconds": time.perf_counter() - began, "rows": report.delivered, "requests": report.requests}


def drain_in_parts(parts: int, rows: int) -> list[dict[str, float]]:
    """One drain, looked at whenever another part of the rows has gone: seconds since the last look, and memory."""
    from capi_tracking.delivery import deliver_due
    from capi_tracking.signals import event_delivered

    found: list[dict[str, float]] = []
    state = {"rows": 0, "began": time.perf_counter()}

    def look(keys: list[str], **kwargs: Any) -> None:
        state["rows"] += len(keys)
        if state["rows"] >= rows * (len(found) + 1) // parts:
            now = time.perf_counter()
            found.append({"seconds": now - state["began"], "rows": state["rows"], "memory": memory()})
            state["began"] = now

    event_delivered.connect(look)
    deliver_due()
    event_delivered.disconnect(look)
    return found


def memory() -> float:
    """Megabytes at the most, so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def claim(times: int, limit: int = 1000) -> float:
    """Seconds of the middle one of so many claims. In between, what was claimed is settled: so it is in a drain."""
    return median(claim_and_settle(limit) for _ in range(times))


def claim_and_settle(limit: int) -> float:
    from capi_tracking.models import OutboxEvent, Priority

    events = OutboxEvent.objects.all()
    began = time.perf_counter()
    _, rows = events.claim("default", Priority.FIRST, limit=limit, lease=timedelta(minutes=5))
    seconds = time.perf_counter() - began
    assert len(rows) == limit, len(rows)
    events.settle([row.pk for row in rows], attempt=None, short=False, test=False)
    return seconds


PAGES = {
    "list": {"period": "all"},
    "list of what is dead": {"period": "all", "status__exact": "dead"},
    "search for an id": {"q": "{event_id}"},
    "search for an order": {"q": "{order_key}"},
    "search for an e-mail": {"q": "jo@shop.example"},
}


def pages(times: int) -> dict[str, float]:
    """Seconds of the middle one of so many views of each of staff's lists."""
    from django.contrib.auth import get_user_model
    from django.test import Client
    from django.urls import reverse

    from capi_tracking.models import OutboxEvent

    staff, _ = get_user_model().objects.get_or_create(username="staff", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(staff)
    row = OutboxEvent.objects.values("event_id", "order_key").order_by("-id")[0]
    address = reverse("admin:capi_tracking_outboxevent_changelist")
    asked = {name: {key: value.format(**row) for key, value in query.items()} for name, query in PAGES.items()}
    return {name: median(seen(client, address, query) for _ in range(times)) for name, query in asked.items()}


def seen(client: Any, address: str, query: dict[str, str]) -> float:
    began = time.perf_counter()
    answer = client.get(address, query)
    assert answer.status_code == 200, answer
    return time.perf_counter() - began


def prune() -> dict[str, float]:
    """Until nothing is left of what is old."""
    from capi_tracking import privacy

    total, began = privacy.Cleared(), time.perf_counter()
    while (done := privacy.prune()) != privacy.Cleared():
        total += done
    return {"seconds": time.perf_counter() - began, "redacted": total.redacted, "events": total.events}


stopping = threading.Event()
threads: list[threading.Thread] = []


def begin(graph: str) -> None:
    """Deliver in a thread, as a worker does, until ``end()``. A pixel that waited for Meta does so no more."""
    from capi_tracking.models import Pixel

    Pixel.objects.update(wait_until=None, failures=0)
    settings.CAPI_TRACKING = {**settings.CAPI_TRACKING, "GRAPH_URL": graph}
    stopping.clear()
    threads.append(threading.Thread(target=deliver))
    threads[-1].start()


def deliver() -> None:
    from capi_tracking.delivery import deliver_due

    while not stopping.wait(0.05):
        deliver_due(stop=stopping.is_set)
    connection.close()


def end() -> None:
    stopping.set()
    threads.pop().join()


def profile() -> str:
    """Where the time of a drain goes."""
    import cProfile
    import io
    import pstats

    from capi_tracking.delivery import deliver_due

    profiler = cProfile.Profile()
    profiler.runcall(deliver_due)
    text = io.StringIO()
    pstats.Stats(profiler, stream=text).sort_stats("tottime").print_stats(45)
    return text.getvalue()


if __name__ == "__main__":
    django.setup()
    serve(prepare, empty, fill, fill_sent, drain, drain_in_parts, memory, claim, pages, prune, begin, end, profile)
