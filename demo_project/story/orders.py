"""The shop's orders of the story: paid, paid later by the gateway, never paid."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from capi_tracking.conf import conf
from capi_tracking.keyed_hashes import identity_key
from capi_tracking.models import CheckoutContext
from capi_tracking.orders.checkout import MAY_BE_KEPT
from capi_tracking.orders.identity import order_key
from demo_project.shop.models import READABLE, Order, OrderLine
from demo_project.story.journeys import CURRENCY, Journey, Piece

SLICE = 500
PAYS_LATER, NEVER_PAYS = 0.16, 0.05
# The demo's gateway pays what is younger than a day: an unpaid order of the story must stay unpaid.
UNPAID_IS_OLDER_THAN = timedelta(hours=30)


@dataclass(slots=True)
class Sale:
    """An order and the visit that it came from. ``pays_later``: the buyer may be gone when the money comes."""

    journey: Journey
    order: Order
    lines: list[OrderLine] = field(default_factory=list)
    pays_later: bool = False

    @property
    def key(self) -> str:
        return order_key(Order, self.order.pk)


def place(rng: Random, journeys: Iterable[Journey], end: datetime) -> list[Sale]:
    """An order for each visit that bought, not saved yet."""
    return [sale(rng, journey, end) for journey in journeys if journey.ordered_at]


def sale(rng: Random, journey: Journey, end: datetime) -> Sale:
    made_at = journey.ordered_at or end
    pays_later = rng.random() < PAYS_LATER
    order = Order(
        **journey.visitor.buyer,
        number="G-" + "".join(rng.choices(READABLE, k=8)),
        total=journey.total,
        currency=CURRENCY,
        created_at=made_at,
        status=Order.Status.PENDING,
    )
    settle(rng, order, end, pays_later=pays_later)
    return Sale(journey, order, [line(order, piece) for piece in journey.basket], pays_later)


def settle(rng: Random, order: Order, end: datetime, *, pays_later: bool) -> None:
    """Paid at once, by the gateway's webhook some seconds or hours later, or not at all."""
    if rng.random() < NEVER_PAYS and order.created_at < end - UNPAID_IS_OLDER_THAN:
        return
    wait = timedelta(seconds=rng.uniform(8, 22) if rng.random() < 0.7 else rng.uniform(600, 20 * 3600))
    paid_at = order.created_at + wait if pays_later else order.created_at
    order.status, order.paid_at = Order.Status.PAID, min(paid_at, max(order.created_at, end))


def line(order: Order, piece: Piece) -> OrderLine:
    item, option = piece.item, piece.option
    title = item.title if len(item.options) == 1 else f"{item.title}, {option.name}"
    return OrderLine(order=order, sku=option.sku, title=title, quantity=piece.quantity, price=piece.price)


def save(sales: Sequence[Sale]) -> int:
    """Write orders, lines and contexts. Sends no signal; returns the number of rows."""
    orders = [sale.order for sale in sales]
    moments = {order.number: order.created_at for order in orders}
    Order.objects.bulk_create(orders, batch_size=SLICE)
    name_them(orders, moments)
    lines = [line for sale in sales for line in sale.lines]
    OrderLine.objects.bulk_create(lines, batch_size=SLICE)
    contexts = [context(sale) for sale in sales]
    CheckoutContext.objects.using(conf.OUTBOX_DATABASES[0]).bulk_create(contexts, batch_size=SLICE)
    return len(orders) + len(lines) + len(contexts)


def name_them(orders: Sequence[Order], moments: dict[str, datetime]) -> None:
    """Give them the keys that not every database returns, and the time of the story, which saving took for now."""
    keys = dict(Order.objects.filter(number__in=moments).values_list("number", "pk"))
    for order in orders:
        order.pk, order.created_at = keys[order.number], moments[order.number]
    Order.objects.bulk_update(orders, ["created_at"], batch_size=SLICE // 2)


def context(sale: Sale) -> CheckoutContext:
    """What the buyer's browser said; of one who refused, the decision alone."""
    visitor = sale.journey.visitor
    consent = visitor.consent
    row = CheckoutContext(
        key=sale.key,
        consent_state=consent.state,
        consent_policy=consent.policy,
        consent_source=consent.source,
        consent_at=consent.at,
        created_at=sale.order.created_at,
    )
    if consent.state in MAY_BE_KEPT:
        row.fbp, row.fbc, row.client_ip, row.user_agent = visitor.fbp, visitor.fbc, visitor.ip, visitor.agent
        row.url, row.referrer = sale.journey.cart_url, sale.journey.steps[-1].url
        row.visitor_key = identity_key("fbp", visitor.fbp)
    return row
