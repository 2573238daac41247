"""Twenty-eight days of a shop, told once: orders, and what capi_tracking would have stored of them.

``tell()`` writes rows directly, in bounded slices and one transaction. It sends no signal, so nothing is tracked anew,
and leaves nothing waiting, so no worker finds anything to send. It ends an hour ago: what happens now stands out.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone

from capi_tracking.conf import conf
from capi_tracking.models import (
    BrowserReceipt,
    DeliveryAttempt,
    OutboxEvent,
    Pixel,
    QualityFetch,
    QualitySnapshot,
    SkipCount,
    Status,
)
from demo_project.shop.models import Order
from demo_project.story import answers, chapters, incidents, journeys, orders, rhythm, visitors
from demo_project.story.deliveries import Kind, Request, Worker, redact
from demo_project.story.journeys import Journey
from demo_project.story.models import Chapter
from demo_project.story.outbox import PIXEL, Ledger

SEED = "wind from the sea"
SHOP = "http://127.0.0.1:8000"
QUIET = timedelta(hours=1)
SLICE = 500


def tell(now: datetime | None = None, seed: str = SEED, *, shop: str = SHOP) -> int:
    """Write the story that ends an hour before ``now``; how many rows that were. Told already, it does nothing.

    ``shop``: where the addresses of its pages begin.
    """
    with transaction.atomic():
        return 0 if Chapter.objects.exists() else write(now or timezone.now(), Random(seed), shop)  # noqa: S311


def write(now: datetime, rng: Random, shop: str) -> int:
    end = timezone.localtime(now, timezone.get_default_timezone()) - QUIET
    visits = [visit(rng, number, at, end, shop) for number, at in enumerate(rhythm.moments(rng, end), 1)]
    frozen = incidents.freeze(visits, end)
    sales = orders.place(rng, visits, end)
    count = orders.save(sales)
    ledger = Ledger(rng, end)
    ledger.add_visits(visits)
    ledger.add_sales(with_lines(sales))
    token = incidents.dead_token(end)
    requests = deliver(rng, ledger, token, end)
    asked = answers.ask_each_morning(ledger, end)
    redact(ledger.events.values(), end)
    told = chapters.chapters(chapters.Facts(ledger, sales, frozen, token, end))
    return count + save(ledger, requests) + save_answers(asked) + len(Chapter.objects.bulk_create(told))


def visit(rng: Random, number: int, at: datetime, end: datetime, shop: str) -> Journey:
    visitor = visitors.arrive(rng, number, at, incidents.blocking_at(at, end))
    return journeys.walk(rng, visitor, at, end, shop)


def with_lines(sales: Sequence[orders.Sale]) -> Iterable[orders.Sale]:
    """The same, their orders read anew with their lines: what the shop's own adapter will see."""
    for start in range(0, len(sales), SLICE):
        part = {sale.order.pk: sale for sale in sales[start : start + SLICE]}
        for order in Order.objects.filter(pk__in=part).order_by("pk").prefetch_related("lines"):
            part[order.pk].order = order
        yield from part.values()


def deliver(rng: Random, ledger: Ledger, token: incidents.Outage, end: datetime) -> list[Request]:
    rows = sorted(ledger.events.values(), key=lambda row: row.created_at)
    came = [row.created_at for row in rows if row.status == Status.PENDING]
    outages = [token, *incidents.small_troubles(end, came)]
    granted = [row for row in rows if row.order_key and row.payload]
    return Worker(rng, outages, incidents.never_taken(granted)).deliver(rows)


def save(ledger: Ledger, requests: Sequence[Request]) -> int:
    """Write what the package would have written; how many rows."""
    using = conf.OUTBOX_DATABASES[0]
    rows = sorted(ledger.events.values(), key=lambda row: row.created_at)
    receipts = sorted(ledger.receipts.values(), key=lambda receipt: receipt.created_at)
    save_attempts(requests, using)
    OutboxEvent.objects.using(using).bulk_create(rows, batch_size=SLICE)
    name_failed(requests, using)
    BrowserReceipt.objects.using(using).bulk_create(receipts, batch_size=SLICE)
    skips = SkipCount.objects.using(using).bulk_create(ledger.skip_counts(), batch_size=SLICE)
    open_pixel(rows, using)
    return len(requests) + len(rows) + len(receipts) + len(skips)


def save_answers(asked: Sequence[answers.Answer]) -> int:
    """What Meta told each morning; the questions hold the latest line of each event, as the package keeps it."""
    using = conf.OUTBOX_DATABASES[0]
    told = [row for _, rows in asked for row in rows]
    snapshots = QualitySnapshot.objects.using(using)
    snapshots.bulk_create(told, batch_size=SLICE)
    questions = [question for question, _ in asked]
    for question in questions[-1:]:
        question.told = snapshots.told(PIXEL, timezone.localtime(question.started_at).date())
    QualityFetch.objects.using(using).bulk_create(questions)
    return len(told) + len(questions)


def save_attempts(requests: Sequence[Request], using: str) -> None:
    """Failed ones one by one, since their rows need the key; of the others not every database returns it."""
    for request in failed(requests):
        request.attempt.save(using=using, force_insert=True)
    taken = {request.attempt.trace_id: request.attempt for request in requests if not request.attempt.pk}
    attempts = DeliveryAttempt.objects.using(using)
    attempts.bulk_create(taken.values(), batch_size=SLICE)
    first = min((attempt.started_at for attempt in taken.values()), default=None)
    if first:
        for trace_id, pk in attempts.filter(started_at__gte=first).values_list("trace_id", "pk"):
            if trace_id in taken:
                taken[trace_id].pk = pk


def failed(requests: Iterable[Request]) -> list[Request]:
    return [request for request in requests if request.attempt.kind != Kind.DELIVERED]


def name_failed(requests: Sequence[Request], using: str) -> None:
    """A failed request names its rows, which have keys by now."""
    for request in failed(requests):
        keys = [row.key for row in request.rows]
        found = OutboxEvent.objects.using(using).filter(key__in=keys).order_by("pk")
        request.attempt.events = list(found.values_list("pk", flat=True))
        request.attempt.save(using=using, update_fields=["events"])


def open_pixel(rows: Sequence[OutboxEvent], using: str) -> None:
    """It was refused, and is open again: last success is the story's last row that was sent."""
    pixels = Pixel.objects.using(using)
    pixels.ensure([PIXEL])
    last = max((row.sent_at for row in rows if row.sent_at), default=None)
    pixels.filter(alias=PIXEL, last_success_at=None).update(last_success_at=last)
