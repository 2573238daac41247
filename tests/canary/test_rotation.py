"""Secrets are changed without a loss: what was made under the old one is still known."""

import pytest

from capi_tracking import islands
from capi_tracking.conf import pixel
from capi_tracking.events import CustomData
from capi_tracking.keyed_hashes import keyed_hash
from capi_tracking.models import BrowserReceipt, BrowserState, OutboxEvent, outbox_key
from capi_tracking.orders import identity, purchase_islands
from capi_tracking.relay import tokens
from capi_tracking.tracking import Receipt, acknowledge
from demo_project.shop.models import Order
from tests.sales import buy, new_order, stock

DATA = CustomData(value=9, currency="EUR", content_ids=["sku-1"])
ORIGIN = "https://front.example"


def rotate(settings, *, fallbacks=True):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY] if fallbacks else []
    settings.SECRET_KEY = "another-secret"


def made():
    island = islands.island("ViewContent", DATA)
    item, token = islands.item(DATA, pixels=["default"]), tokens.token(ORIGIN)
    return {
        "island": lambda: islands.verify("default", "ViewContent", island["data"], island["signature"]),
        "item": lambda: islands.verify_item(item, pixel="default"),
        "token": lambda: tokens.is_valid(token, ORIGIN),
    }


@pytest.mark.parametrize("what", ["island", "item", "token"])
def test_what_a_page_holds__is_believed_under_the_old_secret_and_no_longer_without_it(settings, capi, what):
    capi(ORIGINS=[ORIGIN])
    verify = made()[what]
    assert verify()
    rotate(settings)
    assert verify()
    settings.SECRET_KEY_FALLBACKS = []
    assert not verify()


def test_what_a_page_is_given_now__is_signed_with_the_new_secret(settings):
    rotate(settings)
    island = islands.island("ViewContent", DATA)
    settings.SECRET_KEY_FALLBACKS = []
    assert islands.verify("default", "ViewContent", island["data"], island["signature"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["SECRET_KEY", "EVENT_ID_KEY"])
def test_order__that_is_recorded_keeps_its_id_and_its_one_row(visitor, settings, capi, change):
    order = buy(visitor, stock())
    (before,) = OutboxEvent.objects.values_list("event_id", flat=True)
    if change == "SECRET_KEY":
        rotate(settings, fallbacks=False)
    else:
        capi(EVENT_ID_KEY="another")
    order.save()
    assert list(OutboxEvent.objects.values_list("event_id", flat=True)) == [before]
    assert [told.event_id for told in purchase_islands(order)] == [before]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["SECRET_KEY", "EVENT_ID_KEY"])
def test_order__of_which_a_browser_told_first_is_recorded_under_that_id(visitor, settings, capi, change):
    capi(EVENT_ID_KEY="first" if change == "EVENT_ID_KEY" else "")
    order = new_order()
    Order.objects.bulk_create([order])
    before = identity.event_id(identity.order_key(Order, order.pk), "Purchase")
    acknowledge(Receipt(pixel="default", event_name="Purchase", event_id=before, state=BrowserState.HANDED_OVER))
    if change == "SECRET_KEY":
        rotate(settings)
    else:
        capi(EVENT_ID_KEY="second", EVENT_ID_KEY_FALLBACKS=["first"])
    with visitor():
        order.save()
    row = OutboxEvent.objects.get()
    assert (row.event_id, row.key) == (before, outbox_key("1234567890", "Purchase", before))
    assert BrowserReceipt.objects.get().key == row.key


@pytest.mark.django_db(transaction=True)
def test_order__of_which_nobody_told_gets_its_id_by_the_new_key(visitor, settings):
    rotate(settings)
    order = buy(visitor, stock())
    key = identity.order_key(Order, order.pk)
    expected = keyed_hash(f"{key}\nPurchase\n", purpose="event_id", key="another-secret")
    assert OutboxEvent.objects.get().event_id == expected


@pytest.mark.parametrize("name", ["ACCESS_TOKEN", "APP_SECRET"])
def test_pixel__with_a_new_secret_is_another_to_delivery(capi, name):
    before = pixel("default").fingerprint
    capi(PIXELS={"default": {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": "test-token", name: "a-new-one"}})
    assert pixel("default").fingerprint != before
    assert "a-new-one" not in pixel("default").fingerprint
