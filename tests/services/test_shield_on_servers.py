"""The shield where two transactions collide for real: InnoDB throws a whole transaction away, PostgreSQL a savepoint."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection, transaction

from capi_tracking.models import OutboxEvent, outbox_key
from capi_tracking.orders import identity
from capi_tracking.shield import shielded
from demo_project.shop.models import Category, Order
from tests.outbox_rows import make_rows
from tests.sales import new_order
from tests.services.servers import MARIADB, POSTGRESQL, wants, wants_a_server
from tests.services.side_by_side import Worker, wait_for
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

ORDER = 4711
HEAVY = 300  # rows that the other one wrote: InnoDB gives up whoever wrote less
DEADLOCK = 1213

WAITING = {
    POSTGRESQL: "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
    # not information_schema.innodb_trx, which stays as it was while it is read often
    MARIADB: "SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'",
}
IMPATIENT = {POSTGRESQL: "SET lock_timeout = '20ms'", MARIADB: "SET SESSION innodb_lock_wait_timeout = 0"}
PATIENT = {POSTGRESQL: "RESET lock_timeout", MARIADB: "SET SESSION innodb_lock_wait_timeout = DEFAULT"}


def key_of_the_sale() -> str:
    event_id = identity.event_id(identity.order_key(Order, ORDER), "Purchase")
    return outbox_key("1234567890", "Purchase", event_id)


def waiting() -> int:
    """How many transactions wait for a lock, by the server's own account."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING[connection.vendor])
        return int(cursor.fetchone()[-1])


class Collision:
    """A shop's buyer and another worker, each holding what the other wants next.

    The buyer holds a product (its stock) and wants the place of its sale in the outbox; the other the reverse.
    """

    def __init__(self) -> None:
        Category.objects.create(pk=1, slug="kite", title="Kite")
        self.buyer_holds, self.other_holds, self.other_waits = (threading.Event() for _ in range(3))
        self.believed: list[int] = []

    def buy(self, *settings: str) -> None:
        with connection.cursor() as cursor:
            for setting in settings:
                cursor.execute(setting)
        with transaction.atomic():
            Category.objects.filter(pk=1).update(position=1)
            self.buyer_holds.set()
            wait_for(self.other_waits)
            new_order(pk=ORDER).save(force_insert=True)
        self.believed.append(ORDER)

    def collide(self) -> None:
        with transaction.atomic():
            make_rows(HEAVY)
            make_rows(1, first=HEAVY + 1, key=key_of_the_sale())
            self.other_holds.set()
            wait_for(self.buyer_holds)
            Category.objects.filter(pk=1).update(position=2)

    def happen(self, *settings: str) -> tuple[Worker, Worker]:
        other = Worker(self.collide)
        wait_for(self.other_holds)
        buyer = Worker(self.buy, *settings)
        until(waiting)
        self.other_waits.set()
        buyer.join(30)
        other.outcome()
        return buyer, other


@wants(MARIADB)
def test_save__a_deadlock_that_took_the_shops_transaction_rises_out_of_it() -> None:
    collision = Collision()
    buyer, _ = collision.happen()
    with pytest.raises(OperationalError) as raised:
        buyer.outcome()
    assert raised.value.args[0] == DEADLOCK
    assert collision.believed == []
    assert not Order.objects.exists()
    assert Category.objects.get().position == 2  # nothing of the buyer's is left


@wants(POSTGRESQL)
def test_save__a_deadlock_costs_the_savepoint_alone(caplog: pytest.LogCaptureFixture) -> None:
    collision = Collision()
    # the buyer looks for deadlocks first, so it is the one who is given up
    buyer, _ = collision.happen("SET deadlock_timeout = '10ms'")
    buyer.outcome()
    assert collision.believed == [ORDER]
    assert Order.objects.get().pk == ORDER
    assert "Tracking failed with OperationalError" in caplog.text


class Occupied:
    """Another transaction that has taken the sale's place and neither commits nor rolls back yet."""

    def __init__(self) -> None:
        self.taken, self.done = threading.Event(), threading.Event()
        self.worker = Worker(self._occupy)
        wait_for(self.taken)

    def _occupy(self) -> None:
        with transaction.atomic():
            make_rows(1, key=key_of_the_sale())
            self.taken.set()
            wait_for(self.done)
            transaction.set_rollback(True)

    def __enter__(self) -> "Occupied":
        return self

    def __exit__(self, *error: Any) -> None:
        self.done.set()
        self.worker.outcome()


@pytest.fixture
def impatient() -> Any:
    with connection.cursor() as cursor:
        cursor.execute(IMPATIENT[connection.vendor])
    yield
    with connection.cursor() as cursor:
        cursor.execute(PATIENT[connection.vendor])


@wants(POSTGRESQL, MARIADB)
def test_save__a_lock_that_is_not_had_in_time_costs_the_order_nothing(
    impatient: None, caplog: pytest.LogCaptureFixture
) -> None:
    with Occupied(), transaction.atomic():
        new_order(pk=ORDER).save(force_insert=True)
        Category.objects.create(slug="kite", title="Kite")  # the transaction is good for more
    assert Order.objects.get().pk == ORDER
    assert Category.objects.exists()
    assert "Tracking failed with OperationalError" in caplog.text


@wants(POSTGRESQL, MARIADB)
def test_save__a_sale_that_was_lost_to_a_lock_is_recorded_by_the_next_save(impatient: None) -> None:
    with Occupied():
        new_order(pk=ORDER).save(force_insert=True)
    assert not OutboxEvent.objects.exists()
    Order.objects.get().save()
    assert OutboxEvent.objects.get().key == key_of_the_sale()


@wants(POSTGRESQL, MARIADB)
@pytest.mark.parametrize(
    "broken", ["SELECT 1 / nothing", "INSERT INTO capi_tracking_pixel (id) VALUES ('x')"], ids=["query", "insert"]
)
def test_save__an_adapters_broken_query_does_not_poison_the_shops_transaction(
    adapter: Callable[..., None], broken: str
) -> None:
    def is_purchase(self: Any, order: Any) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(broken)
        return True

    adapter(is_purchase=is_purchase)
    with transaction.atomic():
        new_order(pk=ORDER).save(force_insert=True)
        Category.objects.create(slug="kite", title="Kite")
    assert Order.objects.exists()
    assert Category.objects.exists()


def hang_up() -> None:
    connection.connection.close()


def reconnect() -> None:
    with suppress(OperationalError):  # MariaDB's driver minds that it is closed
        connection.close()


@wants_a_server()
def test_order__that_is_committed_is_no_error_if_the_connection_goes_next() -> None:
    """What completes it runs after the commit; the buyer has paid and must not see a 500."""
    with transaction.atomic():
        transaction.on_commit(hang_up)
        new_order().save()
    reconnect()
    assert OutboxEvent.objects.count() == 1


@wants_a_server()
def test_order__whose_connection_goes_before_its_row_is_written_is_an_error_of_the_databases() -> None:
    with pytest.raises((OperationalError, InterfaceError)), transaction.atomic():
        order = new_order(status=Order.Status.NEW)
        order.save()
        hang_up()
        with shielded("default"):
            OutboxEvent.objects.exists()
        pytest.fail("the shop would believe in its order")
    reconnect()
    assert not Order.objects.exists()
