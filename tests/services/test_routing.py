"""Several databases: rows live beside their orders. And a replica: nothing of ours is read there."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from capi_tracking import delivery, orders, tasks
from capi_tracking.delivery import deliver_due, sweep
from capi_tracking.events import UserData
from capi_tracking.keyed_hashes import identity_key
from capi_tracking.models import BrowserState, CheckoutContext, OutboxEvent, Pixel, Priority, SkipCount, Status
from capi_tracking.orders import checkout
from capi_tracking.reconciliation import reconcile
from capi_tracking.tracking import Receipt, acknowledge, is_recorded, skip, track
from capi_tracking.transports.local import MemoryTransport
from demo_project.shop.models import Order
from tests.outbox_rows import make_rows
from tests.sales import add_line, new_order, stock
from tests.services.servers import SECOND, uses_two_databases

pytestmark = uses_two_databases


def buy_in(using: str, *, fails: bool = False) -> None:
    with transaction.atomic(using=using):
        order = new_order()
        order.save(using=using)
        order.lines.db_manager(using).create(sku="kite-1", title="Kite", quantity=2, price="49.50")
        transaction.set_rollback(fails, using=using)


def rows_in(using: str) -> int:
    return OutboxEvent.objects.using(using).count()


# -- an outbox in each database --------------------------------------------------------------------------------------


def test_save__the_row_lies_beside_its_order(capi: Callable[..., None], visitor: Any) -> None:
    capi(OUTBOX_DATABASES=["default", SECOND])
    with visitor():
        buy_in(SECOND)
    assert (rows_in("default"), rows_in(SECOND)) == (0, 1)
    assert (CheckoutContext.objects.count(), CheckoutContext.objects.using(SECOND).count()) == (0, 1)
    row = OutboxEvent.objects.using(SECOND).get()
    assert '"kite-1"' in row.payload


def test_save__both_are_rolled_back_together(capi: Callable[..., None], visitor: Any) -> None:
    capi(OUTBOX_DATABASES=["default", SECOND])
    with visitor():
        buy_in(SECOND, fails=True)
    assert not Order.objects.using(SECOND).exists()
    assert (rows_in("default"), rows_in(SECOND)) == (0, 0)
    assert not CheckoutContext.objects.using(SECOND).exists()


def test_save__a_rollback_elsewhere_takes_nothing_along(capi: Callable[..., None]) -> None:
    capi(OUTBOX_DATABASES=["default", SECOND])
    with transaction.atomic():
        buy_in(SECOND)
        transaction.set_rollback(True)
    assert (rows_in("default"), rows_in(SECOND)) == (0, 1)


@pytest.mark.parametrize("task", [tasks.deliver, tasks.sweep])
def test_tasks__empty_every_outbox(capi: Callable[..., None], make_event: Any, task: Any) -> None:
    capi(OUTBOX_DATABASES=["default", SECOND])
    for using in ("default", SECOND):
        track(make_event(), using=using)
    task.run()
    assert sum(len(batch) for batch in MemoryTransport.sent) == 2
    for using in ("default", SECOND):
        assert OutboxEvent.objects.using(using).get().status == Status.SENT


def test_reconcile__finds_a_sale_of_either_database_that_was_never_recorded(capi: Callable[..., None]) -> None:
    capi(OUTBOX_DATABASES=["default", SECOND])
    for using in ("default", SECOND):
        Order.objects.using(using).bulk_create([new_order()])  # sends no signal
    reconcile(days=1, mends=True)
    assert (rows_in("default"), rows_in(SECOND)) == (1, 1)


def test_capi_erase__takes_a_person_out_of_both(capi: Callable[..., None], visitor: Any) -> None:
    capi(OUTBOX_DATABASES=["default", SECOND])
    with visitor():
        buy_in("default"), buy_in(SECOND)
    call_command("capi_erase", email=["jo@shop.example"], no_input=True, stdout=StringIO())
    for using in ("default", SECOND):
        row = OutboxEvent.objects.using(using).get()
        assert (row.status, row.payload, row.email_key) == (Status.CANCELLED, "", None)


# -- one outbox for several databases --------------------------------------------------------------------------------


def test_save__an_order_without_an_outbox_beside_it_goes_into_the_first(visitor: Any) -> None:
    with visitor():
        buy_in(SECOND)
    assert (rows_in("default"), rows_in(SECOND)) == (1, 0)
    row = OutboxEvent.objects.get()
    assert row.status == Status.PENDING
    assert '"kite-1"' in row.payload


def test_save__an_order_elsewhere_that_was_rolled_back_was_never_tracked(visitor: Any) -> None:
    with visitor():
        buy_in(SECOND, fails=True)
    assert (rows_in("default"), rows_in(SECOND)) == (0, 0)


# -- a replica -------------------------------------------------------------------------------------------------------


class Replica:
    """As shops write it: all reads to the replica, whatever the hints say."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return SECOND  # it lags: nothing of this moment is there yet

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return "default"

    def allow_relation(self, *objects: Any, **hints: Any) -> bool:
        return True


@pytest.fixture
def replica(settings: Any) -> Iterator[None]:
    settings.DATABASE_ROUTERS = [Replica()]
    with CaptureQueriesContext(connections[SECOND]) as read:
        yield
    assert read.captured_queries == []


def test_track__and_its_kin_read_no_replica(replica: None, make_event: Any) -> None:
    event = make_event()
    track(event)
    track(event)
    heard = Receipt(pixel="default", event_name=event.name, event_id=event.event_id, state=BrowserState.HANDED_OVER)
    acknowledge(heard)
    assert is_recorded(heard)
    skip(make_event("ViewContent"), "bot")
    assert SkipCount.objects.using("default").get().count == 1
    assert OutboxEvent.objects.using("default").get().browser_at


def test_save__an_order_reads_no_replica(replica: None, visitor: Any) -> None:
    with visitor(), transaction.atomic():
        order = new_order()
        order.save()
        add_line(order, None)
    row = OutboxEvent.objects.using("default").get()
    assert row.status == Status.PENDING
    assert '"kite-1"' in row.payload


def test_save__the_lines_products_are_read_beside_the_order(
    replica: None, visitor: Any, adapter: Callable[..., None]
) -> None:
    adapter(line_id="variant.sku")
    variant = stock("from-the-product")
    with visitor(), transaction.atomic():
        order = new_order()
        order.save()
        add_line(order, variant)
    assert '"from-the-product"' in OutboxEvent.objects.using("default").get().payload


def test_save__the_customer_is_read_beside_the_order(
    replica: None, visitor: Any, adapter: Callable[..., None], django_user_model: Any
) -> None:
    adapter(email="user.email", phone=())
    with visitor(), transaction.atomic():
        customer = django_user_model(username="jo", email="jo@shop.example")
        customer.save()
        order = new_order(user_id=customer.pk)
        order.save()
    row = OutboxEvent.objects.using("default").get()
    assert row.email_key == identity_key("em", UserData.of(email="jo@shop.example").em[0])


def test_deliver__and_sweep_read_no_replica(replica: None, make_event: Any) -> None:
    track(make_event())
    deliver_due("default")
    track(make_event())
    make_rows(1, deadline_at=timezone.now() - timedelta(hours=1))
    make_rows(1, first=2, priority=Priority.NORMAL, due_at=timezone.now() + timedelta(hours=2))
    assert sweep("default").expired == 1
    Pixel.objects.using("default").pause("default", reason="test", fingerprint="another")
    assert delivery.resume(["default"]) == 0
    left = OutboxEvent.objects.using("default").order_by("pk").values_list("status", flat=True)
    assert list(left) == [Status.SENT, Status.SENT, Status.EXPIRED, Status.PENDING]


def test_remember__and_recall_read_no_replica(replica: None, rf: Any) -> None:
    request = rf.get("/", headers={"user-agent": "Safari"})
    request.COOKIES["capi_consent"] = "granted.1.1767225600"
    key = orders.remember(request)
    found = checkout.recall(key, using="default")
    assert found is not None
    assert found.user_agent == "Safari"


def test_beacon__reads_no_replica(replica: None, client: Any) -> None:
    client.cookies.load({"capi_consent": "granted.1.1767225600"})
    answer = client.post(
        "/capi/collect/",
        data={
            "url": "http://testserver/",
            "events": [{"pixel": "default", "name": "PageView", "id": "abcdefgh12345678", "age": 5}],
            "receipts": [{"pixel": "default", "name": "PageView", "id": "abcdefgh12345678", "state": "handed_over"}],
        },
        content_type="application/json",
        headers={"user-agent": "Mozilla/5.0 Safari", "sec-fetch-site": "same-origin", "origin": "http://testserver"},
    )
    assert answer.status_code < 400
    assert OutboxEvent.objects.using("default").get().browser_at
