"""Ids that differ in case, accents or spaces alone. MariaDB's usual collations call them equal; Meta does not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from capi_tracking.models import BrowserState, OutboxEvent, Pixel, Priority
from capi_tracking.orders import checkout
from capi_tracking.tracking import Receipt, acknowledge, is_recorded, track

pytestmark = pytest.mark.django_db

LOOKALIKES = ["Order-1", "order-1", "ORDER-1", "Ordér-1"]


@pytest.mark.parametrize("others", [{}, {"order_key": "shop.order:1"}], ids=["page", "order"])
def test_track__ids_that_look_alike_are_events_of_their_own(make_event: Any, others: dict[str, str]) -> None:
    for number, event_id in enumerate(LOOKALIKES):
        track(make_event(event_id=event_id), part=str(number), **others)
    assert sorted(OutboxEvent.objects.values_list("event_id", flat=True)) == sorted(LOOKALIKES)


def test_track__names_that_look_alike_are_events_of_their_own(make_event: Any) -> None:
    for name in ("Lead", "lead", "LEAD"):
        track(make_event(name, event_id="the-same-id"))
    assert OutboxEvent.objects.count() == 3


def test_acknowledge__a_receipt_belongs_to_the_exact_id(make_event: Any) -> None:
    track(make_event(event_id="Order-1"))
    heard = Receipt(pixel="default", event_name="Purchase", event_id="order-1", state=BrowserState.HANDED_OVER)
    acknowledge(heard)
    assert not is_recorded(heard)
    assert OutboxEvent.objects.get().browser_at is None


@pytest.mark.parametrize("other", ["shop.order:AB", "shop.order:ab ", "shop.order:áb"])
def test_track__orders_whose_keys_look_alike_are_two_sales(make_event: Any, other: str) -> None:
    with transaction.atomic():
        track(make_event(event_id="first"), order_key="shop.order:ab")
        track(make_event(event_id="second"), order_key=other)
    assert sorted(OutboxEvent.objects.values_list("event_id", flat=True)) == ["first", "second"]


@pytest.mark.parametrize("other", ["CS_test_1", "cs_test_1 "])
def test_recall__never_gives_another_buyers_context(rf: Any, other: str) -> None:
    for key, agent in (("cs_test_1", "Safari"), (other, "Firefox")):
        request = rf.get("/", headers={"user-agent": agent})
        request.COOKIES["capi_consent"] = "granted.1.1767225600"
        checkout.capture(request, key, dict, using="default")
    found = {key: checkout.recall(key, using="default") for key in ("cs_test_1", other)}
    assert {key: row and row.user_agent for key, row in found.items()} == {"cs_test_1": "Safari", other: "Firefox"}


def test_claim__takes_nothing_of_a_pixel_whose_alias_looks_alike(make_event: Any, capi: Callable[..., None]) -> None:
    capi(PIXELS={alias: {"PIXEL_ID": alias, "ACCESS_TOKEN": "t"} for alias in ("shop", "Shop")})
    Pixel.objects.ensure(["shop", "Shop"])
    for alias in ("shop", "Shop"):
        track(make_event(event_id=alias), pixel=alias)
    OutboxEvent.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    claimed = OutboxEvent.objects.claim("Shop", Priority.FIRST, limit=10, lease=timedelta(minutes=5))[1]
    assert Pixel.objects.count() == 2
    assert [row.pk for row in claimed] == [OutboxEvent.objects.get(event_id="Shop").pk]
