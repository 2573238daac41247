"""No Celery application anywhere: orders are placed all the same, and cron delivers them."""

import re
from typing import Any

from tests.brokers.conftest import Shop, manage, run_manage

ORDERS = 400
WITHOUT = {"SHOP_APP": ""}


def test_nudge__without_a_celery_application_asks_nobody(shop: Shop, orders: Any) -> None:
    till = shop.till(WITHOUT)
    till.ask("place", first=1, count=3)
    done = run_manage(shop.env | WITHOUT, "capi_deliver", "--once")
    assert done.stdout.startswith("1 requests: 3 delivered, 0 failed")
    assert sorted(shop.accepted) == orders(3)
    assert till.ask("statuses") == {"sent": 3}
    report = till.ask("report")  # now, when a message would long have gone
    assert (report["main"], report["others"]) == ([], [])
    assert "nudged" not in till.tail


def test_cron__two_at_once_send_each_event_once(shop: Shop, orders: Any) -> None:
    till = shop.till(WITHOUT)
    till.ask("place", first=1, count=ORDERS, at_once=50)
    both = [
        shop.process(manage("capi_deliver", "--once"), WITHOUT | {"SHOP_BATCH_SIZE": "2"}, f"cron-{number}.log")
        for number in (1, 2)
    ]
    assert [cron.wait(60) for cron in both] == [0, 0], shop.tails()
    assert sorted(shop.accepted) == sorted(orders(ORDERS))
    assert till.ask("statuses") == {"sent": ORDERS}
    parts = [int(re.search(r"(\d+) delivered", cron.tail)[1]) for cron in both]
    assert sum(parts) == ORDERS
    assert all(parts), "they were not at it together"
