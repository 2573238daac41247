"""An order by the names of its model's fields."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import QuerySet

from ...events import CustomData
from ...exceptions import ImproperlyTracked
from ...islands import MAX_CONTENTS
from .. import fields, narrowing
from . import customers
from .lines import LinesAdapter, pieces
from .money import ZERO, OrderMoney, rounded
from .paths import Ask, is_path
from .protocol import OrderAdapter


class ModelOrderAdapter(OrderMoney, LinesAdapter, OrderAdapter):
    """An order described by the names of its model's fields. Paths may cross relations: ``"customer.email"``.

    What ends in ``_when`` is spelled as in ``filter()``, and asks no query of its own.
    """

    PATHS: ClassVar[tuple[str, ...]] = ("paid_at", "created_at", "number", *customers.CUSTOMER)

    paid_when: ClassVar[Mapping[str, Any]] = {}
    trial_when: ClassVar[Mapping[str, Any]] = {}
    subscribe_when: ClassVar[Mapping[str, Any]] = {}
    renewal_when: ClassVar[Mapping[str, Any]] = {}
    cancelled_when: ClassVar[Mapping[str, Any]] = {}
    paid_at: ClassVar[Ask] = ()
    created_at: ClassVar[Ask] = ()
    number: ClassVar[Ask] = "pk"

    email: ClassVar[Ask] = ()
    phone: ClassVar[Ask] = ()
    first_name: ClassVar[Ask] = ()
    last_name: ClassVar[Ask] = ()
    date_of_birth: ClassVar[Ask] = ()
    gender: ClassVar[Ask] = ()
    city: ClassVar[Ask] = ()
    state: ClassVar[Ask] = ()
    postal_code: ClassVar[Ask] = ()
    country: ClassVar[Ask] = ()
    external_id: ClassVar[Ask] = ()

    def is_purchase(self, order: Any) -> bool:
        return fields.matches(order, self.told_when())

    def event_time(self, order: Any) -> datetime | None:
        return fields.moment(self.read(order, self.told_at()))

    def placed_at(self, order: Any) -> datetime | None:
        return fields.moment(self.read(order, self.created_at))

    def is_trial(self, order: Any) -> bool:
        return bool(self.trial_when) and fields.matches(order, self.trial_when)

    def is_subscription(self, order: Any) -> bool:
        return bool(self.subscribe_when) and fields.matches(order, self.subscribe_when)

    def is_renewal(self, order: Any) -> bool:
        return bool(self.renewal_when) and fields.matches(order, self.renewal_when)

    def is_cancelled(self, order: Any) -> bool:
        return bool(self.cancelled_when) and fields.matches(order, self.cancelled_when)

    def told_when(self) -> Mapping[str, Any]:
        """The conditions under which it is an event."""
        if not self.paid_when:
            raise ImproperlyTracked(f"{type(self).__name__} needs paid_when or is_purchase().")
        return self.paid_when

    def told_at(self) -> Ask:
        """The path to the event's time, if there is one."""
        return self.paid_at

    def paid_between(self, rows: QuerySet[Any], start: datetime, end: datetime) -> QuerySet[Any]:
        is_simple = self._goes_by_paths("events")  # else an order may tell of other times as well
        paid = self.told_at() if is_simple and self._goes_by_paths("event_time") else None
        placed = self.created_at if self._goes_by_paths("placed_at") else None
        return narrowing.between(rows, start, end, _path(paid), _path(placed), self._conditions())

    def joined(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        money = (self.total, self.tax, self.shipping, self.cost, self.currency)
        steps = (fields.condition(name)[0] for name in self._conditions())
        named = fields.relations(rows.model, filter(is_path, (self.told_at(), self.created_at, *money, *steps)))
        return rows.select_related(*named) if named else rows

    def _conditions(self) -> Mapping[str, Any]:
        """Those without which an order tells nothing."""
        is_simple = self._goes_by_paths("events") and not self.trial_when
        return self.told_when() if is_simple and self._goes_by_paths("is_purchase") else {}

    def awaits_lines(self) -> bool:
        return bool(self.lines) or not (self._goes_by_paths("contents") and self._goes_by_paths("custom_data"))

    def worth(self, order: Any) -> CustomData:
        if not self._goes_by_paths("custom_data"):
            return self.custom_data(order)
        return CustomData(value=self.value(order), currency=self.code(order))

    def _goes_by_paths(self, method: str) -> bool:
        """Whether the method is the one written here, or a path stands in its place."""
        return getattr(type(self), method) is getattr(ModelOrderAdapter, method)

    def line_money(self, instance: Any, amount: Any) -> Any:
        return self.exact(instance, "item_price", amount) if self.in_minor_units else amount

    def custom_data(self, instance: Any) -> CustomData:
        contents, code = self.contents(instance), self.code(instance)
        return CustomData(
            value=self.value(instance),
            currency=code,
            order_id=self.read_text(instance, self.number),
            content_type=self.content_type if contents else "",
            contents=contents[:MAX_CONTENTS],
            num_items=pieces(contents),
            delivery_category=customers.delivery(self.delivery_category(instance), type(self)),
            net_revenue=self._rounded("net_revenue", instance, code),
            predicted_ltv=self._above_zero("predicted_ltv", instance, code),
        )

    def user_data(self, order: Any) -> dict[str, Any]:
        named = ((name, getattr(self, name)) for name in customers.CUSTOMER)
        return {name: self.read(order, path) for name, path in named if path}

    def _rounded(self, name: str, order: Any, code: str) -> Decimal | None:
        given = getattr(self, name)(order)
        found = None if given is None else self.exact(order, name, given)
        return None if found is None else rounded(found, code)

    def _above_zero(self, name: str, order: Any, code: str) -> Decimal | None:
        found = self._rounded(name, order, code)
        return found if found is not None and found > ZERO else None


def _path(ask: Ask) -> fields.Path | None:
    """What a database can be asked: no method of the adapter's."""
    return ask if is_path(ask) else None
