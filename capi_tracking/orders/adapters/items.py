"""Products and carts by the names of their models' fields."""

from typing import Any, ClassVar

from ...events import Content, CustomData
from ...islands import MAX_CONTENTS
from .lines import LinesAdapter, pieces
from .money import PricedAdapter
from .paths import Ask
from .protocol import ItemAdapter


class ModelItemAdapter(PricedAdapter, ItemAdapter):
    """A product described by the names of its model's fields. Its ``content_id`` must be the lines' ``line_id``."""

    PATHS: ClassVar[tuple[str, ...]] = ("content_id", "name", "price", "category")
    TOTAL = "price"

    content_id: ClassVar[Ask] = "pk"
    name: ClassVar[Ask] = ()
    price: ClassVar[Ask] = ()
    category: ClassVar[Ask] = ()
    content_type: ClassVar[str] = "product"  # or product_group

    def custom_data(self, instance: Any) -> CustomData:
        price = self.exact(instance, "item_price", self.read(instance, self.price))
        return CustomData(
            value=self.value(instance),
            currency=self.code(instance),
            content_type=self.content_type,
            contents=[Content(id=self.read(instance, self.content_id), quantity=1, item_price=price)],
            content_name=self.read_text(instance, self.name),
            content_category=self.read_text(instance, self.category),
        )


class ModelCartAdapter(PricedAdapter, LinesAdapter, ItemAdapter):
    """A cart described by the names of its model's fields, or of its methods."""

    def line_money(self, instance: Any, amount: Any) -> Any:
        return self.exact(instance, "item_price", amount) if self.in_minor_units else amount

    def custom_data(self, instance: Any) -> CustomData:
        contents = self.contents(instance)
        return CustomData(
            value=self.value(instance),
            currency=self.code(instance),
            content_type=self.content_type if contents else "",
            contents=contents[:MAX_CONTENTS],
            num_items=pieces(contents),
        )
