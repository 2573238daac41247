from datetime import UTC, datetime

from capi_tracking.consent import Consent, ConsentState
from capi_tracking.orders import ModelOrderAdapter, register

from .models import Order

GIVEN_AT = datetime(2026, 1, 1, tzinfo=UTC)


@register(Order)
class ShopOrder(ModelOrderAdapter):
    paid_when = {"paid_at__isnull": False}
    paid_at = "paid_at"
    number, total, currency, email = "number", "total", "currency", "email"
    lines, line_id, line_quantity, line_price = "lines", "sku", "quantity", "price"

    def consent(self, order: Order) -> Consent:
        return Consent(ConsentState.GRANTED, policy="1", source="shop", at=GIVEN_AT)
