"""The lines of an order or a cart, by field paths."""

import math
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Model

from ...events import Content
from ...exceptions import InvalidEvent
from .. import fields
from .paths import Ask, PathAdapter, is_path
from .protocol import ItemAdapter

PRICE_PLACES = 2


class LinesAdapter(PathAdapter):
    """``line_id`` is the id that the catalogue has: a path, or a template such as ``"shop-{product.sku}"``."""

    PATHS: ClassVar[tuple[str, ...]] = ("lines",)
    LINE_PATHS: ClassVar[tuple[str, ...]] = (
        "line_id",
        "line_quantity",
        "line_price",
        "line_total",
    )  # of the line's own model

    lines: ClassVar[str] = ""
    line_id: ClassVar[Ask] = ()
    line_quantity: ClassVar[Ask] = "quantity"
    line_price: ClassVar[Ask] = ()
    line_total: ClassVar[Ask] = ()
    content_type: ClassVar[str] = "product"  # or product_group, where the ids are those of groups

    def contents(self, instance: Any) -> list[Content]:
        """All lines, read in one query; a line whose product has no id any more is left out."""
        if not self.lines:
            return []
        found = (self._content(line, instance) for line in self._rows(instance))
        return [content for content in found if content is not None]

    def line_money(self, instance: Any, amount: Any) -> Any:
        """A line's price in whole units of the currency."""
        return amount

    def _rows(self, instance: Any) -> Iterable[Any]:
        rows = fields.read(instance, self.lines)
        if not hasattr(rows, "all"):
            return rows or ()
        paths = [ask for ask in (self.line_id, self.line_quantity, self.line_price, self.line_total) if is_path(ask)]
        joins = fields.relations(rows.model, paths)
        if not joins and (children := fields.children(rows)) is not None:
            return children
        rows = fields.beside(instance, rows.all())
        return rows.select_related(*joins) if joins else rows

    def _content(self, line: Any, instance: Any = None) -> Content | None:
        """None for a line that Meta could not take: a voucher below zero, a deleted product. The total stays whole."""
        content_id = self.read(line, self.line_id)
        quantity = self.read(line, self.line_quantity)
        try:
            count = math.ceil(quantity or 0)
            return Content(id=content_id, quantity=count, item_price=self._price(line, count, instance))
        except (InvalidEvent, TypeError, ValueError, ArithmeticError):  # a quantity may be no number at all
            return None

    def _price(self, line: Any, count: int, instance: Any) -> Any:
        """Of one piece. Where lines know only what was paid for all, its share of that."""
        if self.line_price or not self.line_total:
            return self.line_money(instance, self.read(line, self.line_price))
        total = self.line_money(instance, self.read(line, self.line_total))
        return None if total is None else round(Decimal(total) / count, PRICE_PLACES)


def pieces(contents: Collection[Content]) -> int | None:
    """How many articles lie in the lines, None for none."""
    return sum(content.quantity for content in contents) or None


def path_from_line(adapter: ItemAdapter, model: type[Model]) -> tuple[type[Model], str] | None:
    """The model of an order's lines and the path from a line to the order's key, where both are Django's."""
    name = getattr(adapter, "lines", "")
    for relation in model._meta.related_objects:
        if relation.get_accessor_name() == name and relation.one_to_many:
            key = relation.field
            return relation.related_model, key.attname if key.target_field.primary_key else f"{key.name}.pk"
    return None
