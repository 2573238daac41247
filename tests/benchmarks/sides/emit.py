"""Saving an order, with tracking and without, and what else a shop could insert meanwhile.

The order has its five lines and its buyer's context, and is being paid: the event that follows is the whole one.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from unittest import mock

import django
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Model
from django.db.models.signals import post_save
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.benchmarks.sides import build, sample
from tests.benchmarks.sides.lines import serve

number = 0


def prepare() -> None:
    from capi_tracking import orders
    from demo_project.shop.capi import ShopOrder
    from demo_project.shop.models import Order

    class WholeOrder(ShopOrder):
        external_id = "token"  # the eighth hashed field

    call_command("migrate", verbosity=0)
    orders.unregister(Order)
    orders.register(Order)(WholeOrder)


def unpaid(count: int, lines: int = 5) -> list[Any]:
    """So many orders in the database, each with lines and a context; returned as a view would have them."""
    from capi_tracking.models import CheckoutContext
    from capi_tracking.orders.identity import order_key
    from demo_project.shop.models import Order, OrderLine

    made = Order.objects.bulk_create([order(status="pending") for _ in range(count)])
    OrderLine.objects.bulk_create([line(each, part) for each in made for part in range(lines)])
    CheckoutContext.objects.bulk_create([context(order_key(Order, each.pk), each.pk) for each in made])
    return list(Order.objects.filter(pk__in=[each.pk for each in made]))


def order(status: str = "paid") -> Any:
    from demo_project.shop.models import Order

    global number
    number += 1
    person = sample.person(number)
    del person["external_id"]
    return Order(status=status, street="Road 1", total=sample.VALUE, paid_at=timezone.now(), **person)


def line(of: Any, part: int) -> Any:
    from demo_project.shop.models import OrderLine

    return OrderLine(order=of, sku=f"kite-{part:05d}", title="Kite", quantity=1, price="49.49")


def context(key: str, of: int) -> Any:
    from capi_tracking.models import CheckoutContext

    seen = sample.browser(of)
    return CheckoutContext(
        key=key,
        fbp=seen["fbp"],
        fbc=seen["fbc"],
        client_ip=seen["client_ip_address"],
        user_agent=seen["client_user_agent"],
        url=sample.URL,
        consent_state="granted",
        consent_policy="1",
    )


# -- what is timed -----------------------------------------------------------------------------------------------


def pay(each: Any) -> None:
    each.status = "paid"
    each.save()


@contextmanager
def untracked() -> Iterator[None]:
    from capi_tracking import receivers

    post_save.disconnect(dispatch_uid="capi_tracking.saved")
    try:
        yield
    finally:
        post_save.connect(receivers.saved, dispatch_uid="capi_tracking.saved")


@contextmanager
def unshielded() -> Iterator[None]:
    """Nothing stands between the receiver and what it calls: no savepoint."""
    from capi_tracking.shield import Outcome

    @contextmanager
    def bare(using: str) -> Iterator[Outcome]:
        yield Outcome()

    with (
        mock.patch("capi_tracking.receivers.shielded", bare),
        mock.patch("capi_tracking.orders.recording.shielded", bare),
    ):
        yield


def timed(work: Callable[[Any], None], each: Any) -> float:
    """Seconds inside the transaction. The commit costs all of them the same, and what runs after it is not emitting."""
    with transaction.atomic():
        began = time.perf_counter()
        work(each)
        seconds = time.perf_counter() - began
        connection.run_on_commit.clear()
    return seconds


def round_of(count: int, backwards: bool) -> dict[str, float]:
    """One after the other, order by order: the sides are as near to each other in time as can be."""
    ways = [untracked_pay, tracked_pay, unshielded_pay, written_pay, written_row, tracked_row, timed_insert, timed_read]
    seconds: Counter[str] = Counter()
    for turn in range(count):
        for way, each in zip(turned(ways, turn + backwards), unpaid(len(ways)), strict=True):
            seconds[way.__name__] += way(each)
    return dict(seconds)


def turned(ways: list[Any], turn: int) -> list[Any]:
    start = turn % len(ways)
    return [*ways[start:], *ways[:start]]


def untracked_pay(each: Any) -> float:
    with untracked():
        return timed(pay, each)


def tracked_pay(each: Any) -> float:
    return timed(pay, each)


def unshielded_pay(each: Any) -> float:
    with unshielded():
        return timed(pay, each)


def timed_insert(each: Any) -> float:
    """The yardstick: one plain INSERT by the ORM, of a model like any other, which nobody tracks."""
    with untracked():
        return timed(partial(Model.save, force_insert=True), order())


def written_pay(each: Any) -> float:
    """The limit: the same reads, the same JSON and the same row, written down for this one order model."""
    with untracked():
        return timed(pay_and_write, each)


def pay_and_write(each: Any) -> None:
    from capi_tracking.models import CheckoutContext

    pay(each)
    seen = CheckoutContext.objects.filter(key=f"shop.order:{each.pk}").first()
    write(each, sale_of(each, seen))


def write(each: Any, sale: sample.Sale) -> None:
    from capi_tracking.models import OutboxEvent

    now = timezone.now()
    row = OutboxEvent(
        key=build.hashed(f"1234567890\nPurchase\n{each.pk}"),
        pixel="default",
        event_name="Purchase",
        event_id=f"{each.pk:032x}",
        event_time=each.paid_at,
        action_source="website",
        source="order",
        priority=0,
        due_at=now,
        deadline_at=now + timedelta(days=7),
        payload=build.dumps(build.written(sale)),
        value=each.total,
        currency=each.currency,
        order_key=f"shop.order:{each.pk}",
        part="",
        consent_state="granted",
    )
    OutboxEvent.objects.bulk_create([row], ignore_conflicts=True)


def sale_of(each: Any, seen: Any) -> sample.Sale:
    person = {name: str(getattr(each, name)) for name in build.NAMES if hasattr(each, name)}
    browser = {"client_ip_address": seen.client_ip, "client_user_agent": seen.user_agent, "fbp": seen.fbp}
    lines = [{"id": each.sku, "quantity": each.quantity, "item_price": each.price} for each in each.lines.all()]
    return sample.Sale(each.pk, {**person, "external_id": each.token}, {**browser, "fbc": seen.fbc}, lines)


def written_row(each: Any) -> float:
    """The limit where all is known already: JSON and row by hand, nothing read."""
    sale = sample.sale(each.pk)
    return timed(partial(write, sale=sale), each)


def tracked_row(each: Any) -> float:
    """What a view does that knows all of its event: build it, hand it to ``track``."""
    from capi_tracking.tracking import track

    sale = sample.sale(each.pk)
    return timed(lambda each: track(build.event(sale), order_key=f"shop.order:{each.pk}", source="order"), each)


def timed_read(each: Any) -> float:
    """One plain query by the ORM that finds a row by its primary key."""
    with untracked():
        return timed(lambda each: type(each).objects.filter(pk=each.pk).first(), each)


def statements(lines: int) -> dict[str, int]:
    """What paying an order of so many lines asks of the database inside the transaction, and not without tracking."""
    with_tracking, without = unpaid(2, lines)
    with untracked():
        before = captured(without)
    return dict(captured(with_tracking) - before)


def captured(each: Any) -> Counter[str]:
    with transaction.atomic():
        with CaptureQueriesContext(connection) as queries:
            pay(each)
        connection.run_on_commit.clear()
    return Counter(kind(query["sql"]) for query in queries)


def kind(sql: str) -> str:
    """Its first word; LOOK where we ask whether the row is there already, which is no reading of the order."""
    from capi_tracking.models import OutboxEvent

    word = sql.split(maxsplit=1)[0]
    return "LOOK" if word == "SELECT" and OutboxEvent._meta.db_table in sql else word


def profile(count: int) -> str:
    """Where the time of an emission goes."""
    import cProfile
    import io
    import pstats

    orders = unpaid(count)
    profiler = cProfile.Profile()
    for each in orders:
        with transaction.atomic():
            profiler.runcall(pay, each)
            connection.run_on_commit.clear()
    text = io.StringIO()
    pstats.Stats(profiler, stream=text).sort_stats("cumulative").print_stats(60)
    return text.getvalue()


def example() -> str:
    """The payload of one order."""
    from capi_tracking.models import OutboxEvent

    (each,) = unpaid(1)
    with transaction.atomic():
        pay(each)
    return str(OutboxEvent.objects.latest("pk").payload)


if __name__ == "__main__":
    django.setup()
    serve(prepare, round_of, statements, profile, example)
