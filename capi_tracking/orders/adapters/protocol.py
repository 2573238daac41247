"""What is asked of a shop: the whole of it, in plain methods. ``ModelOrderAdapter`` answers by names of fields."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from ...consent import Consent
from ...events import ActionSource, CustomData, StandardEvent
from ...exceptions import ImproperlyTracked
from .. import identity
from . import told
from .told import OrderEvent


class ItemAdapter:
    """What a page event says about an object: subclass it, or use :class:`ModelItemAdapter`."""

    def custom_data(self, instance: Any) -> CustomData:
        """The event's data: ids, value and currency."""
        raise ImproperlyTracked(f"{type(self).__name__} needs custom_data().")


class OrderAdapter(ItemAdapter):
    """Everything that is asked of an order. All plain: customer data is hashed behind the door, not here."""

    event_name: str = StandardEvent.PURCHASE
    action_source: str = ActionSource.WEBSITE

    # -- what it is

    def is_purchase(self, order: Any) -> bool:
        """Has it been paid? True for the rest of its life."""
        raise ImproperlyTracked(f"{type(self).__name__} needs is_purchase().")

    def event_time(self, order: Any) -> datetime | None:
        """When it was paid (aware); None takes the first time that it was seen paid."""
        return None

    def placed_at(self, order: Any) -> datetime | None:
        """When it was placed (aware): the guard against old orders where no payment time is known."""
        return None

    def is_trial(self, order: Any) -> bool:
        """Is it a trial that has begun and that nobody has paid for yet? It is told as ``StartTrial``."""
        return False

    def is_subscription(self, order: Any) -> bool:
        """Does a subscription start with it? Beside its purchase, ``Subscribe`` is told."""
        return False

    def is_renewal(self, order: Any) -> bool:
        """Was it made by a subscription, with nobody at a browser? It is ``system_generated``, and has no copy there."""
        return False

    def events(self, order: Any) -> Iterable[OrderEvent]:
        """All that it tells by now, each once and for good. For shops whose order has several: a row that is renewed."""
        return told.of_life(self, order)

    def awaits_lines(self) -> bool:
        """May lines still come once the order is saved? Then an order without any waits two seconds for them."""
        return True

    def refund(self, order: Any) -> Decimal | None:
        """How much of what was paid has been given back by now, in all."""
        return None

    def refunded_share(self, order: Any) -> Decimal:
        """The same as a share of what was paid: 1 and above is all of it."""
        back = self.refund(order)
        return back / (self.value(order) or back) if back else Decimal(0)

    def is_cancelled(self, order: Any) -> bool:
        """Is it undone? What of it was not sent never is."""
        return False

    def value(self, order: Any) -> Decimal | None:
        """What it is worth by the ``VALUE`` policy; the same in the browser's copy and in the server's."""
        return self.custom_data(order).value

    def worth(self, order: Any) -> CustomData:
        """Value and currency alone, as the event tells them: asked of every order that is compared."""
        return self.custom_data(order)

    def joined(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows with what a comparison asks of each, so that none brings a query of its own."""
        return rows

    def paid_between(self, rows: QuerySet[Any], start: datetime, end: datetime) -> QuerySet[Any]:
        """Those of the rows that may have been paid in that time, or placed where no payment is known.

        To leave some out is what makes a comparison fast; to keep too many does no harm.
        """
        return rows

    # -- who bought, and what they agreed to

    def user_data(self, order: Any) -> dict[str, Any]:
        """Plain customer data, by the names of ``UserData.of``."""
        return {}

    def consent(self, order: Any) -> Consent | None:
        """The buyer's consent if the shop keeps it; None asks the checkout context."""
        return None

    def context_key(self, order: Any) -> str:
        """Where the checkout context lies: under the order, or under the key that ``remember()`` gave ("" for none)."""
        return identity.order_key(type(order), order.pk)

    def customer_type(self, order: Any) -> str:
        """ "new", "returning", one of Meta's words for it (``CustomerSegmentation``), or "" if nobody knows."""
        return ""

    # -- where it goes

    def pixels(self, order: Any) -> Sequence[str] | None:
        """Aliases of the pixels that get this order, a row each; None goes by ``SITES`` and ``HOSTS``, else default."""
        return None

    def site(self, order: Any) -> int | None:
        """The primary key of the order's site, for ``SITES``."""
        return None

    def host(self, order: Any) -> str:
        """The host that it was bought on, for ``HOSTS``; "" asks the checkout context."""
        return ""

    def source_url(self, order: Any) -> str:
        """The page of the purchase, where the checkout context does not know it."""
        return ""

    def admin_url(self, order: Any) -> str:
        return ""

    # -- whether it is told at all

    def is_test(self, order: Any) -> bool:
        """Nobody bought anything: a test of the shop or of its payment."""
        return False

    def channel(self, order: Any) -> str:
        """Where it came in, for ``EXCLUDED_CHANNELS``: "marketplace", "phone"."""
        return ""

    def placed_by(self, order: Any) -> Any:
        """The user who placed it, if one was logged in: staff and ``EXCLUDED_GROUPS`` are left out."""
        return None

    # -- for the rest of Meta's parameters

    def delivery_category(self, order: Any) -> str:
        """in_store, curbside or home_delivery; anything else is left out."""
        return ""

    def net_revenue(self, order: Any) -> Decimal | None:
        """The profit on it, in the currency of the value."""
        return None

    def predicted_ltv(self, order: Any) -> Decimal | None:
        """What its customer will be worth in all; what is not above zero is left out."""
        return None
