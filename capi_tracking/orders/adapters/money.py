"""What something is worth: the policy of the setting ``VALUE``, the same for the tag and the server."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, ClassVar

from ... import normalization
from ...conf import conf
from ...events.fields import amount
from ...exceptions import ImproperlyTracked, InvalidEvent
from .paths import Ask, PathAdapter

ZERO = Decimal(0)
POLICIES: Mapping[str, tuple[str, ...]] = {  # what each takes off the total
    "gross": (),
    "net": ("tax",),
    "without_shipping": ("shipping",),
    "margin": ("tax", "cost"),
}


class PricedAdapter(PathAdapter):
    """Amounts by field paths. ``total`` is all that is paid, ``tax`` and ``shipping`` are parts of it; ``cost`` is the
    shop's own, of the goods and their way. ``in_minor_units``: amounts count the currency's smallest unit, 990 for 9.90.
    """

    PATHS: ClassVar[tuple[str, ...]] = ("total", "tax", "shipping", "cost", "currency")
    TOTAL: ClassVar[str] = "total"  # the name of the path to it

    total: ClassVar[Ask] = ()
    tax: ClassVar[Ask] = ()
    shipping: ClassVar[Ask] = ()
    cost: ClassVar[Ask] = ()
    currency: ClassVar[Ask] = ()
    in_minor_units: ClassVar[bool] = False

    def value(self, instance: Any) -> Decimal | None:
        """What it is worth by the policy, rounded; not below zero where something was paid; None without a total."""
        total = self.amount(instance, self.TOTAL, field="value")
        if total is None:
            return None
        worth = total - self.less(instance, str(conf.VALUE))
        return rounded(max(worth, min(total, ZERO)), self.code(instance))

    def value_by(self, instance: Any, policy: str) -> Decimal | None:
        """What it is worth by a policy of that name: ``self.value_by(order, "margin")`` is the profit, or the loss."""
        total = self.amount(instance, self.TOTAL, field="value")
        return None if total is None else total - self.less(instance, policy)

    def less(self, instance: Any, policy: str) -> Decimal:
        """What the policy takes off the total."""
        return sum((self.taken_off(instance, name) for name in _parts(policy)), ZERO)

    def taken_off(self, instance: Any, name: str) -> Decimal:
        """A part of the total; zero where there is none, such as the tax on what is free of it."""
        return self.amount(instance, name) or ZERO

    def amount(self, instance: Any, name: str, *, field: str = "") -> Decimal | None:
        """An amount in whole units. Raises :class:`InvalidEvent` for what is none, naming the field."""
        return self.exact(instance, field or name, self.read(instance, getattr(self, name)))

    def exact(self, instance: Any, field: str, given: Any) -> Decimal | None:
        found = amount(field, given, signed=True)
        if found is None or not self.in_minor_units:
            return found
        return found.scaleb(-normalization.minor_units(self.code(instance)))

    def code(self, instance: Any) -> str:
        """Its currency: what the path says, else what the money itself does. Raises :class:`InvalidEvent` if they differ."""
        named = self.read_text(instance, self.currency)
        own = str(getattr(self.read(instance, getattr(self, self.TOTAL)), "currency", None) or "")
        if named and own and named.strip().upper() != own.upper():
            raise InvalidEvent("currency", "differs from the currency of the total")
        return named or own


class OrderMoney(PricedAdapter):
    """Of an order the policy must be right: what is called the margin may not be the gross."""

    def taken_off(self, instance: Any, name: str) -> Decimal:
        if not getattr(self, name):
            raise ImproperlyTracked(f"VALUE is {conf.VALUE!r}, so {type(self).__name__} needs {name}.")
        found = self.amount(instance, name)
        if found is None and name == "cost":
            raise InvalidEvent("cost", "is not known of this order")
        return found or ZERO

    def refunded_share(self, order: Any) -> Decimal:
        """Of the total, in whose unit refunds are counted."""
        given = self.refund(order)
        back = self.exact(order, "refund", given) if given else None
        return back / (self.amount(order, self.TOTAL) or back) if back else ZERO

    def refund(self, order: Any) -> Any:
        """How much of the total has been given back by now, in all."""
        return None


def rounded(value: Decimal, currency: str) -> Decimal:
    """To the currency's smallest unit, halves away from zero."""
    unit = _unit(currency)
    return value if value.same_quantum(unit) else value.quantize(unit, rounding=ROUND_HALF_UP)


@lru_cache(maxsize=256)
def _unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-normalization.minor_units(currency))


def _parts(policy: str) -> tuple[str, ...]:
    try:
        return POLICIES[policy]
    except KeyError:
        raise ImproperlyTracked(f"VALUE must be one of {', '.join(POLICIES)}.") from None
