"""A shop that has types: all that is public, as ``mypy --strict`` reads it beside the installed package."""

from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from capi_tracking.consent import Consent
from capi_tracking.events import ActionSource, Content, CustomData, Event, StandardEvent, UserData
from capi_tracking.exceptions import Unreachable
from capi_tracking.models import OutboxEvent
from capi_tracking.orders import ModelItemAdapter, ModelOrderAdapter, register
from capi_tracking.shortcuts import remember, track_request
from capi_tracking.signals import event_delivered
from capi_tracking.testing import CapiTestMixin, ScriptedTransport, assert_tracked, deliver_now
from capi_tracking.tracking import track
from capi_tracking.transports import Acknowledgement, Transport
from capi_tracking.transports.base import Batch


class Order(Model):  # noqa: DJ008 - read by mypy alone
    total: Decimal


@register(Order)
class ShopOrder(ModelOrderAdapter):
    paid_when = {"status": "paid"}
    number, total = "number", "total"
    line_id = ("product.sku", "sku")

    def currency(self, order: Order) -> str:
        return "EUR"


@register(Order)
class ShopItem(ModelItemAdapter):
    content_id, price, currency = "sku", "price", "currency"


class FileTransport(Transport):
    def send(self, batch: Batch) -> Acknowledgement:
        if not batch.payloads:
            raise Unreachable("nothing")
        return Acknowledgement(events_received=len(batch))


def sign_up(request: HttpRequest) -> str:
    track_request(request, "Lead")
    return remember(request)


def tell(request: HttpRequest) -> OutboxEvent:
    data = CustomData(value=Decimal("9.90"), currency="EUR", contents=[Content(id="kite", item_price=Decimal("9.90"))])
    event = Event(
        name=StandardEvent.PURCHASE,
        event_time=timezone.now(),
        action_source=ActionSource.WEBSITE,
        user_data=UserData.of(email="jo@shop.example", country="DE"),
        custom_data=data,
    )
    return track(event, pixel="default", consent=Consent("granted"), order_key="1")


def delivered(sender: type[OutboxEvent], event: OutboxEvent, **kwargs: Any) -> None:
    print(event.event_id, event.value)  # noqa: T201


event_delivered.connect(delivered)


class SaleTest(CapiTestMixin):
    def test_sale(self) -> None:
        event: dict[str, Any] = assert_tracked("Purchase", value="9.90", user_data=["email"])
        self.assertTracked("Purchase", value=event["custom_data"]["value"], count=2)
        assert deliver_now(ScriptedTransport(Unreachable("down"))).put_back == 1
