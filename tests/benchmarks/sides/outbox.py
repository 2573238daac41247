"""Our outbox: filled, drained, claimed from."""

import resource
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from datetime import timedelta
from statistics import median
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from tests.benchmarks.sides import build, filling, sample
from tests.benchmarks.sides.beside import fill_beside
from tests.benchmarks.sides.lines import serve

TABLE = "capi_tracking_outboxevent"
MANY = 50_000  # rows: from here on indexes are built at the end
SLICE = 1000
DURATIONS = {"LEASE", "CONNECT_TIMEOUT", "READ_TIMEOUT"}
ALIASES = ("default", "second", "third", "fourth")
FIRST_PIXEL = 1234567890
original = settings.CAPI_TRACKING
SOON_AFTER = {
    "event_time": 0,
    "created_at": 1,
    "updated_at": 60,
    "sent_at": 60,
    "settled_at": 60,
    "deadline_at": 604_800,
}


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


def fill(count: int, small: bool = False, pixels: Sequence[str] = ("default",)) -> None:
    """So many rows that are due, of each pixel as many."""
    from capi_tracking.models import OutboxEvent

    for alias in pixels:
        row = template(small=small, pixel=alias)
        with filling.without_indexes(OutboxEvent) if count >= MANY else nullcontext():
            filling.copy(row, count // len(pixels) - 1, filling.of_events(TABLE))
    filling.analyze(OutboxEvent)


def fill_sent(count: int, days: float = 3, redacted: bool = True, over_days: float = 0) -> None:
    """So many rows that were sent so long ago, as drain and redaction leave them; the first ones ``over_days`` before."""
    from capi_tracking.models import OutboxEvent

    row = template(small=True)
    at = timezone.now() - timedelta(days=days + over_days)
    done = {
        "status": "sent",
        "due_at": None,
        "sent_at": at,
        "settled_at": at,
        "event_time": at,
        "created_at": at,
        "attempts": 1,
    }
    gone = {"payload": "", "redacted_at": at} if redacted else {}
    OutboxEvent.objects.filter(pk=row.pk).update(**done, **gone)
    step = timedelta(days=over_days).total_seconds() / count
    times = {name: filling.later(at, step, after) for name, after in SOON_AFTER.items()}
    with filling.without_indexes(OutboxEvent) if count >= MANY else nullcontext():
        filling.copy(row, count - 1, filling.of_events(TABLE) | times)
    filling.analyze(OutboxEvent)


def template(*, small: bool, pixel: str = "default") -> Any:
    """A row made by the product itself."""
    from capi_tracking.models import OutboxEvent
    from capi_tracking.tracking import track

    number = filling.last_id(OutboxEvent) + 1
    sale = sample.sale(number)
    event = tiny(sale) if small else build.event(sale)
    made = track(event, pixel=pixel, order_key=f"old.order:{number}", source="order")
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


def redact(times: int) -> float:
    """Seconds of the middle one of so many slices."""
    from capi_tracking.conf import conf
    from capi_tracking.models import OutboxEvent

    return middle(times, lambda: OutboxEvent.objects.all().redact(conf.REDACT_AFTER, limit=SLICE))


def delete(times: int) -> float:
    """The same of what is older than all that is kept."""
    from capi_tracking.conf import conf
    from capi_tracking.models import OutboxEvent
    from capi_tracking.models.database.slices import delete

    old = OutboxEvent.objects.settled().filter(event_time__lt=timezone.now() - conf.PRUNE_AFTER)
    return middle(times, lambda: delete(old, limit=SLICE))


def middle(times: int, slice_of: Callable[[], int]) -> float:
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        done = slice_of()
        seconds.append(time.perf_counter() - began)
        assert done == SLICE, done
    return median(seconds)


def prune() -> dict[str, float]:
    """Until nothing is left of what is old."""
    from capi_tracking import privacy

    total, began = privacy.Cleared(), time.perf_counter()
    while (done := privacy.prune()) != privacy.Cleared():
        total += done
    return {"seconds": time.perf_counter() - began, **asdict(total)}


def configure(**changes: Any) -> None:
    """Settings from now on; durations in seconds. Pixels by their number: ``default``, ``second`` and so on."""
    given = {name: timedelta(seconds=value) if name in DURATIONS else value for name, value in changes.items()}
    if "PIXELS" in given:
        aliases = ALIASES[: given["PIXELS"]]
        given["PIXELS"] = {
            alias: {"PIXEL_ID": str(FIRST_PIXEL + number), "ACCESS_TOKEN": "test-token"}
            for number, alias in enumerate(aliases)
        }
    settings.CAPI_TRACKING = {**original, **given}


def await_sent(pixel: str) -> None:
    """Until nothing of that pixel waits any more, or is on its way."""
    from capi_tracking.models import OutboxEvent

    waiting = OutboxEvent.objects.filter(pixel=pixel, queue__isnull=False).order_by("queue", "id")
    while waiting.values_list("pk", flat=True).first() is not None:
        time.sleep(0.01)


def drain_in_threads(number: int) -> dict[str, float]:
    """As :func:`drain`, by so many threads of this process."""
    from capi_tracking.delivery import Report, deliver_due

    reports: list[Report] = []

    def work() -> None:
        reports.append(deliver_due())
        connection.close()

    began = time.perf_counter()
    workers = [threading.Thread(target=work) for _ in range(number)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    total = sum(reports, Report())
    return {"seconds": time.perf_counter() - began, "rows": total.delivered, "requests": total.requests}


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
    serve(
        prepare, empty, configure, fill, fill_sent, fill_beside, memory, claim, redact, delete, prune, profile,
        drain, drain_in_parts, drain_in_threads, await_sent, begin, end,
    )  # fmt: skip
