"""django-oscar's orders, products and baskets, ready-made.

In the ``capi.py`` of any app of the shop::

    from capi_tracking.contrib.oscar import follow

    follow()
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q
from django.db.models.signals import post_save
from django.urls import NoReverseMatch, reverse
from oscar.apps.checkout.signals import post_checkout
from oscar.apps.order.signals import order_placed, order_status_changed
from oscar.core.loading import get_class, get_model
from oscar.core.utils import get_default_currency

from .. import context, receivers
from ..conf import conf
from ..events import Content, CustomData
from ..exceptions import ImproperlyTracked
from ..islands import MAX_CONTENTS
from ..orders import ItemAdapter, ModelOrderAdapter, register
from ..orders.adapters.money import POLICIES


class OscarOrder(ModelOrderAdapter):
    """An order of Oscar's.

    Oscar places an order once the payment was taken, so a placed order is a sale. Where yours are placed first and paid
    later, ``paid_statuses`` names those statuses of ``OSCAR_ORDER_STATUS_PIPELINE`` in which the money has come in: an
    order that was in one of them stays a sale, whatever its status becomes. In ``cancelled_statuses`` it is undone.
    """

    paid_statuses: ClassVar[Collection[str]] = ()
    cancelled_statuses: ClassVar[Collection[str]] = ("Cancelled",)

    created_at = "date_placed"
    number, total, currency = "number", "total_incl_tax", "currency"
    tax, shipping = "total_tax", "shipping_incl_tax"
    email, external_id = "email", "user_id"
    phone = "shipping_address.phone_number"
    first_name = ("billing_address.first_name", "shipping_address.first_name", "user.first_name")
    last_name = ("billing_address.last_name", "shipping_address.last_name", "user.last_name")
    city = ("billing_address.line4", "shipping_address.line4")
    state = ("billing_address.state", "shipping_address.state")
    postal_code = ("billing_address.postcode", "shipping_address.postcode")
    country = ("billing_address.country_id", "shipping_address.country_id")
    lines, line_id, line_quantity, line_total = "lines", "partner_sku", "quantity", "line_price_incl_tax"

    def is_purchase(self, order: Any) -> bool:
        if not self.paid_statuses or order.status in self.paid_statuses:
            return True
        return self._paid_at(order) is not None

    def event_time(self, order: Any) -> datetime | None:
        paid_at: datetime | None = self._paid_at(order) if self.paid_statuses else order.date_placed
        return paid_at

    def joined(self, rows: Any) -> Any:
        return super().joined(rows).prefetch_related("sources", *(["status_changes"] if self.paid_statuses else []))

    def paid_between(self, rows: Any, start: datetime, end: datetime) -> Any:
        """Placed in that time, or of another status since."""
        found = Q(date_placed__gte=start, date_placed__lt=end)
        if self.paid_statuses:
            changes = get_model("order", "OrderStatusChange").objects.filter(
                date_created__gte=start, date_created__lt=end
            )
            found |= Q(pk__in=changes.values("order"))
        return rows.filter(found)

    def is_cancelled(self, order: Any) -> bool:
        return order.status in self.cancelled_statuses

    def refund(self, order: Any) -> Any:
        """What the order's payment sources say was given back."""
        return sum(source.amount_refunded for source in order.sources.all())

    def placed_by(self, order: Any) -> Any:
        return order.user

    def site(self, order: Any) -> int | None:
        return order.site_id  # type: ignore[no-any-return]

    def admin_url(self, order: Any) -> str:
        """Its page in Oscar's dashboard, "" where the shop has none."""
        try:
            return reverse("dashboard:order-detail", kwargs={"number": order.number})
        except NoReverseMatch:
            return ""

    def _paid_at(self, order: Any) -> datetime | None:
        """None while the change that paid it is not written yet: Oscar does that last, after its signal."""
        changes = sorted(order.status_changes.all(), key=lambda change: (change.date_created, change.pk))
        placed_as = changes[0].old_status if changes else getattr(settings, "OSCAR_INITIAL_ORDER_STATUS", "")
        if placed_as in self.paid_statuses:
            return order.date_placed  # type: ignore[no-any-return]
        return next((change.date_created for change in changes if change.new_status in self.paid_statuses), None)


class Offer(NamedTuple):
    """What one article is sold for. ``price`` is per piece, with tax where the tax is known; ``worth`` goes by ``VALUE``."""

    article: str
    price: Any
    worth: Any
    currency: str


class Articles(ItemAdapter):
    """How products are called and priced, on their own pages as in a basket."""

    def article_id(self, product: Any, record: Any) -> Any:
        """The id that the catalogue has, and the orders' ``line_id``; the product is for sale by that stock record."""
        return record.partner_sku

    def offer_of(self, product: Any, info: Any) -> Offer | None:
        """What Oscar's ``PurchaseInfo`` says; None for what nobody can buy."""
        price, record = info.price, info.stockrecord
        article = self.article_id(product, record) if record is not None and price.exists else None
        if not article:
            return None
        gross = price.incl_tax if price.is_tax_known else price.excl_tax
        return Offer(str(article), gross, price.excl_tax if _is_net() else gross, price.currency)


class OscarItem(Articles):
    """A product of Oscar's, by the SKU that its order line will keep. Of a parent, the first child that is for sale."""

    def custom_data(self, instance: Any) -> CustomData:
        offer = self.offer(instance)
        category = instance.get_categories().first()
        return CustomData(
            value=offer.worth if offer else None,
            currency=offer.currency if offer else "",
            content_type="product",
            contents=[Content(id=offer.article, item_price=offer.price)] if offer else (),
            content_name=instance.get_title(),
            content_category=category.name if category else "",
        )

    def offer(self, product: Any) -> Offer | None:
        """As the visitor of this request is offered it; None for what nobody can buy."""
        strategy, request = None, context.current_request()
        if request is not None:
            strategy = getattr(request, "strategy", None)
        strategy = strategy or get_class("partner.strategy", "Selector")().strategy(request=request)
        variants = product.get_public_children() if product.is_parent else [product]
        found = (self.offer_of(variant, strategy.fetch_for_product(variant)) for variant in variants)
        return next((offer for offer in found if offer), None)


class OscarBasket(Articles):
    """A basket with a strategy, as ``request.basket`` is."""

    def custom_data(self, instance: Any) -> CustomData:
        contents = [content for line in instance.all_lines() if (content := self.content(line))]
        return CustomData(
            value=instance.total_incl_tax if instance.is_tax_known and not _is_net() else instance.total_excl_tax,
            currency=instance.currency or get_default_currency(),  # an empty one has none
            content_type="product" if contents else "",
            contents=contents[:MAX_CONTENTS],
            num_items=sum(content.quantity for content in contents) or None,
        )

    def content(self, line: Any) -> Content | None:
        """None for a line that is empty or can't be bought any more."""
        offer = self.offer_of(line.product, line.purchase_info)
        if offer is None or line.quantity < 1:
            return None
        return Content(id=offer.article, quantity=line.quantity, item_price=offer.price)


def _is_net() -> bool:
    """Whether the policy takes the tax off what a sale is worth, and so off what leads to it."""
    return "tax" in POLICIES.get(str(conf.VALUE), ())


def follow(
    *,
    order: type[ModelOrderAdapter] = OscarOrder,
    product: type[ItemAdapter] = OscarItem,
    basket: type[ItemAdapter] = OscarBasket,
) -> None:
    """Register the adapters (or yours, which inherit from them) and follow Oscar's own signals.

    The models are those of the shop, forked or not. Raises :class:`ImproperlyTracked`.
    """
    _check_statuses(order)
    register(get_model("order", "Order"))(order)
    register(get_model("catalogue", "Product"))(product)
    register(get_model("basket", "Basket"))(basket)
    order_placed.connect(changed, dispatch_uid="capi_tracking.oscar.placed")
    order_status_changed.connect(changed, dispatch_uid="capi_tracking.oscar.status")
    post_checkout.connect(checked_out, dispatch_uid="capi_tracking.oscar.checkout")
    post_save.connect(source_saved, sender=get_model("payment", "Source"), dispatch_uid="capi_tracking.oscar.source")


def _check_statuses(adapter: type[ModelOrderAdapter]) -> None:
    """A status that no order ever has would lose every sale."""
    known = get_model("order", "Order").all_statuses()
    for name in ("paid_statuses", "cancelled_statuses"):
        named = getattr(adapter, name, ())
        if isinstance(named, str):
            raise ImproperlyTracked(f"{adapter.__name__}.{name} must be a list of names, not one text.")
        unknown = sorted(set(named) - set(known)) if named is not getattr(OscarOrder, name) else []
        if unknown:
            raise ImproperlyTracked(
                f"{adapter.__name__}.{name} names {', '.join(map(repr, unknown))}; OSCAR_ORDER_STATUS_PIPELINE has "
                f"{', '.join(map(repr, known)) or 'no status'}."
            )


def changed(sender: Any, order: Any, **kwargs: Any) -> None:
    """Seen again, as a shop may have written it by ``update()`` or ``bulk_create()``, which Django tells nobody."""
    receivers.saved(order.__class__, order, using=order._state.db or DEFAULT_DB_ALIAS)


def checked_out(sender: Any, order: Any, request: Any, **kwargs: Any) -> None:
    """The buyer is back from the payment: this request is theirs, whoever saved the order."""
    with context.serving(request):
        changed(sender, order)


def source_saved(sender: Any, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """Money went back by one of the order's payment sources, which Oscar saves alone."""
    if instance.amount_refunded and not raw:
        changed(sender, instance.order)
