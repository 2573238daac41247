"""The same event twice: one row, no error, and a shop's transaction that is good for more. On every database."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from capi_tracking.models import BrowserReceipt, BrowserState, CheckoutContext, OutboxEvent, Pixel, SkipCount, Status
from capi_tracking.tracking import Receipt, acknowledge, skip, track
from demo_project.shop.models import Category, Order
from tests.sales import new_order
from tests.services.servers import shares_a_database
from tests.services.side_by_side import Worker, wait_for

pytestmark = shares_a_database


def still_usable(using: str) -> None:
    """Writes inside the transaction of the caller, which a failed statement would have broken on PostgreSQL."""
    Category.objects.using(using).create(slug="kite", title="Kite")


@pytest.mark.parametrize("places", [{}, {"order_key": "shop.order:1"}], ids=["page", "order"])
def test_track__twice_in_one_transaction(shared: str, make_event: Any, places: dict[str, str]) -> None:
    event = make_event()
    with transaction.atomic(using=shared):
        track(event, using=shared, **places)
        track(event, using=shared, **places)
        still_usable(shared)
    assert OutboxEvent.objects.using(shared).get().event_id == event.event_id
    assert Category.objects.using(shared).exists()


def test_track__an_order_under_another_id_changes_nothing_of_the_first(shared: str, make_event: Any) -> None:
    first = make_event(event_id="first-id")
    with transaction.atomic(using=shared):
        track(first, using=shared, order_key="shop.order:1")
        before = OutboxEvent.objects.using(shared).values().get()
        track(replace(first, event_id="rotated-id"), using=shared, order_key="shop.order:1")
        still_usable(shared)
    assert OutboxEvent.objects.using(shared).values().get() == before


def test_track__the_parts_of_an_order_are_events_of_their_own(shared: str, make_event: Any) -> None:
    for part in ("", "1", "2", "2"):
        track(make_event(), using=shared, order_key="shop.order:1", part=part)
    assert OutboxEvent.objects.using(shared).count() == 3


def test_track__what_was_sent_stays_sent(shared: str, make_event: Any) -> None:
    event = make_event()
    track(event, using=shared)
    rows = OutboxEvent.objects.using(shared)
    rows.settle([rows.get().pk], attempt=None, short=False, test=False)
    track(event, using=shared)
    assert rows.get().status == Status.SENT


def test_skip__and_the_other_tables_take_the_same_twice(shared: str, make_event: Any) -> None:
    event = make_event("ViewContent")
    receipt = Receipt(pixel="default", event_name=event.name, event_id=event.event_id, state=BrowserState.HANDED_OVER)
    with transaction.atomic(using=shared):
        for _ in range(2):
            skip(event, "bot", using=shared)
            acknowledge(receipt, using=shared)
            CheckoutContext.objects.using(shared).remember(CheckoutContext(key="k", consent_state="granted"))
            Pixel.objects.using(shared).ensure(["default", "other"])
        still_usable(shared)
    assert SkipCount.objects.using(shared).get().count == 2
    assert BrowserReceipt.objects.using(shared).count() == CheckoutContext.objects.using(shared).count() == 1
    assert Pixel.objects.using(shared).count() == 2


@pytest.fixture
def race(shared: str) -> Callable[..., OutboxEvent | None]:
    """Two transactions write the same; the second begins before the first has ended, and must be usable after."""

    def run(write: Callable[[], Any], *, first_commits: bool) -> OutboxEvent | None:
        written, second_begins = threading.Event(), threading.Event()

        def first() -> None:
            with transaction.atomic(using=shared):
                write()
                written.set()
                wait_for(second_begins)
                transaction.set_rollback(not first_commits, using=shared)

        def second() -> None:
            wait_for(written)
            second_begins.set()
            with transaction.atomic(using=shared):
                write()
                still_usable(shared)

        workers = [Worker(first), Worker(second)]
        for worker in workers:
            worker.outcome()
        assert Category.objects.using(shared).exists()
        return OutboxEvent.objects.using(shared).get()

    return run


@pytest.mark.parametrize("first_commits", [True, False])
def test_track__two_transactions_at_the_same_time(
    race: Callable[..., Any], shared: str, make_event: Any, first_commits: bool
) -> None:
    event = make_event()
    row = race(lambda: track(event, using=shared, order_key="shop.order:1"), first_commits=first_commits)
    assert row.event_id == event.event_id


@pytest.mark.parametrize("first_commits", [True, False])
def test_save__a_webhook_and_a_return_page_at_the_same_time(
    race: Callable[..., Any], shared: str, first_commits: bool
) -> None:
    order = new_order(status=Order.Status.PENDING, paid_at=None)
    order.save(using=shared)
    paid = new_order().paid_at

    def pay() -> None:
        mine = Order.objects.using(shared).get(pk=order.pk)
        mine.status, mine.paid_at = Order.Status.PAID, paid
        mine.save(using=shared)

    row = race(pay, first_commits=first_commits)
    assert row.order_key == f"shop.order:{order.pk}"
    assert Order.objects.using(shared).get().is_paid
