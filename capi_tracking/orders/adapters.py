"""How a shop's own models tell about orders, products and carts."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Model, QuerySet

from ..consent import Consent
from ..events import ActionSource, Content, CustomData, StandardEvent
from ..exceptions import ImproperlyTracked, InvalidEvent
from ..islands import MAX_CONTENTS
from . import fields, identity, narrowing
from .fields import Path

PRICE_PLACES = 2
CUSTOMER = (
    "email",
    "phone",
    "first_name",
    "last_name",
    "date_of_birth",
    "gender",
    "city",
    "state",
    "postal_code",
    "country",
    "external_id",
)


class ItemAdapter:
    """What a page event says about an object: subclass it, or use :class:`ModelItemAdapter`."""

    def custom_data(self, instance: Any) -> CustomData:
        """The event's data: ids, value and currency."""
        raise ImproperlyTracked(f"{type(self).__name__} needs custom_data().")


class OrderAdapter(ItemAdapter):
    """Everything that is asked of an order. All plain: customer data is hashed behind the door, not here."""

    event_name: str = StandardEvent.PURCHASE
    action_source: str = ActionSource.WEBSITE

    def is_purchase(self, order: Any) -> bool:
        """Has it been paid? True for the rest of its life."""
        raise ImproperlyTracked(f"{type(self).__name__} needs is_purchase().")

    def event_time(self, order: Any) -> datetime | None:
        """When it was paid (aware); None takes the first time that it was seen paid."""
        return None

    def placed_at(self, order: Any) -> datetime | None:
        """When it was placed (aware): the guard against old orders where no payment time is known."""
        return None

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

    def user_data(self, order: Any) -> dict[str, Any]:
        """Plain customer data, by the names of ``UserData.of``."""
        return {}

    def consent(self, order: Any) -> Consent | None:
        """The buyer's consent if the shop keeps it; None asks the checkout context."""
        return None

    def context_key(self, order: Any) -> str:
        """Where the checkout context lies: under the order, or under the key that ``remember()`` gave ("" for none)."""
        return identity.order_key(type(order), order.pk)

    def source_url(self, order: Any) -> str:
        """The page of the purchase, where the checkout context does not know it."""
        return ""

    def admin_url(self, order: Any) -> str:
        return ""

    def pixels(self, order: Any) -> Sequence[str]:
        """Aliases of the pixels that get this order, a row each."""
        return ("default",)


class _Lines:
    """Lines of an order or a cart, by field paths."""

    lines: ClassVar[str] = ""
    line_id: ClassVar[Path] = ()
    line_quantity: ClassVar[Path] = "quantity"
    line_price: ClassVar[Path] = ()
    line_total: ClassVar[Path] = ()

    def contents(self, instance: Any) -> list[Content]:
        """At most 100 lines, read in one query; a line whose product has no id any more is left out."""
        if not self.lines:
            return []
        found = (self._content(line) for line in self._rows(instance))
        return [content for content in found if content is not None][:MAX_CONTENTS]

    def _rows(self, instance: Any) -> Iterable[Any]:
        rows = fields.read(instance, self.lines)
        if not hasattr(rows, "all"):
            return rows or ()
        joins = fields.relations(rows.model, (self.line_id, self.line_quantity, self.line_price, self.line_total))
        if not joins and (children := fields.children(rows)) is not None:
            return children
        rows = fields.beside(instance, rows.all())
        return rows.select_related(*joins) if joins else rows

    def _content(self, line: Any) -> Content | None:
        """None for a line that Meta could not take: a voucher below zero, a deleted product. The total stays whole."""
        content_id = fields.read(line, self.line_id)
        quantity = fields.read(line, self.line_quantity)
        try:
            count = math.ceil(quantity or 0)
            return Content(id=content_id, quantity=count, item_price=self._price(line, count))
        except (InvalidEvent, TypeError, ValueError, ArithmeticError):  # a quantity may be no number at all
            return None

    def _price(self, line: Any, count: int) -> Any:
        """Of one piece. Where lines know only what was paid for all, its share of that."""
        if self.line_price or not self.line_total:
            return fields.read(line, self.line_price) if self.line_price else None
        total = fields.read(line, self.line_total)
        return None if total is None else round(Decimal(total) / count, PRICE_PLACES)


class ModelOrderAdapter(_Lines, OrderAdapter):
    """An order described by the names of its model's fields. Paths may cross relations: ``"customer.email"``."""

    paid_when: ClassVar[Mapping[str, Any]] = {}
    paid_at: ClassVar[Path] = ()
    created_at: ClassVar[Path] = ()
    number: ClassVar[Path] = "pk"
    total: ClassVar[Path] = ()
    currency: ClassVar[Path] = ()

    email: ClassVar[Path] = ()
    phone: ClassVar[Path] = ()
    first_name: ClassVar[Path] = ()
    last_name: ClassVar[Path] = ()
    date_of_birth: ClassVar[Path] = ()
    gender: ClassVar[Path] = ()
    city: ClassVar[Path] = ()
    state: ClassVar[Path] = ()
    postal_code: ClassVar[Path] = ()
    country: ClassVar[Path] = ()
    external_id: ClassVar[Path] = ()

    def is_purchase(self, order: Any) -> bool:
        if not self.paid_when:
            raise ImproperlyTracked(f"{type(self).__name__} needs paid_when or is_purchase().")
        return fields.matches(order, self.paid_when)

    def event_time(self, order: Any) -> datetime | None:
        return fields.moment(self._read(order, self.paid_at))

    def placed_at(self, order: Any) -> datetime | None:
        return fields.moment(self._read(order, self.created_at))

    def paid_between(self, rows: QuerySet[Any], start: datetime, end: datetime) -> QuerySet[Any]:
        paid = self.paid_at if _is_own(self, "event_time") else None
        placed = self.created_at if _is_own(self, "placed_at") else None
        conditions = self.paid_when if _is_own(self, "is_purchase") else {}
        return narrowing.between(rows, start, end, paid, placed, conditions)

    def joined(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        asked = (self.paid_at, self.created_at, self.total, self.currency)
        conditions = (fields.condition(name)[0] for name in self.paid_when)
        named = fields.relations(rows.model, (*asked, *conditions))
        return rows.select_related(*named) if named else rows

    def worth(self, order: Any) -> CustomData:
        if not _is_own(self, "custom_data"):
            return self.custom_data(order)
        return CustomData(value=self.value(order), currency=str(self._read(order, self.currency) or ""))

    def value(self, order: Any) -> Decimal | None:
        """What the buyer paid."""
        amount: Decimal | None = self._read(order, self.total)
        return amount

    def custom_data(self, instance: Any) -> CustomData:
        contents = self.contents(instance)
        return CustomData(
            value=self.value(instance),
            currency=str(self._read(instance, self.currency) or ""),
            order_id=str(self._read(instance, self.number) or ""),
            content_type="product" if contents else "",
            contents=contents,
            num_items=_count(contents),
        )

    def user_data(self, order: Any) -> dict[str, Any]:
        named = ((name, getattr(self, name)) for name in CUSTOMER)
        return {name: self._read(order, path) for name, path in named if path}

    def _read(self, order: Any, path: Path) -> Any:
        return fields.read(order, path) if path else None


def _is_own(adapter: ModelOrderAdapter, name: str) -> bool:
    """Whether the method is the one written here, which goes by the paths."""
    return getattr(type(adapter), name) is getattr(ModelOrderAdapter, name)


class ModelItemAdapter(ItemAdapter):
    """A product described by the names of its model's fields."""

    content_id: ClassVar[Path] = "pk"
    name: ClassVar[Path] = ()
    price: ClassVar[Path] = ()
    currency: ClassVar[Path | None] = None
    category: ClassVar[Path] = ()

    def custom_data(self, instance: Any) -> CustomData:
        content_id = fields.read(instance, self.content_id)
        price = fields.read(instance, self.price) if self.price else None
        return CustomData(
            value=price,
            currency=str(fields.read(instance, self.currency) or "") if self.currency else "",
            content_type="product",
            contents=[Content(id=content_id, quantity=1, item_price=price)],
            content_name=str(fields.read(instance, self.name) or "") if self.name else "",
            content_category=str(fields.read(instance, self.category) or "") if self.category else "",
        )


class ModelCartAdapter(_Lines, ItemAdapter):
    """A cart described by the names of its model's fields, or of its methods."""

    total: ClassVar[Path] = ()
    currency: ClassVar[Path] = ()

    def custom_data(self, instance: Any) -> CustomData:
        contents = self.contents(instance)
        return CustomData(
            value=fields.read(instance, self.total) if self.total else None,
            currency=str(fields.read(instance, self.currency) or "") if self.currency else "",
            content_type="product" if contents else "",
            contents=contents,
            num_items=_count(contents),
        )


def _count(contents: Collection[Content]) -> int | None:
    return sum(content.quantity for content in contents) or None


def path_from_line(adapter: ItemAdapter, model: type[Model]) -> tuple[type[Model], str] | None:
    """The model of an order's lines and the path from a line to the order's key, where both are Django's."""
    name = getattr(adapter, "lines", "")
    for relation in model._meta.related_objects:
        if relation.get_accessor_name() == name and relation.one_to_many:
            key = relation.field
            return relation.related_model, key.attname if key.target_field.primary_key else f"{key.name}.pk"
    return None
