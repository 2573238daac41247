"""Each history gives its events and no other, on every database."""

from collections.abc import Iterator
from typing import Any

import pytest

from capi_tracking import orders
from capi_tracking.models import OutboxEvent
from demo_project.shop.capi import ShopOrder
from demo_project.shop.models import Order
from tests.histories.shop import Shop, ago, at_meta, kept_back
from tests.histories.table import HISTORIES, History

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(visitor: Any, rf: Any, capi: Any, tmp_path: Any) -> Iterator[Shop]:
    yield Shop(visitor, rf, capi, tmp_path)
    orders.register(Order)(ShopOrder)


@pytest.mark.parametrize("history", HISTORIES, ids=[history.name.replace(" ", "-") for history in HISTORIES])
def test_history__gives_these_events_and_no_other(shop: Shop, history: History) -> None:
    history.story(shop)
    OutboxEvent.objects.filter(due_at__isnull=False).update(due_at=ago(1))  # as if two seconds had passed
    shop.deliver()
    shop.deliver()
    assert (at_meta(), kept_back()) == (history.meta, history.kept)


def test_histories__are_thirty_at_least_and_each_its_own() -> None:
    assert len({history.name for history in HISTORIES}) == len(HISTORIES) >= 30
