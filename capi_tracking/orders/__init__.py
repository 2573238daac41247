"""The shop's orders, products and carts, described once by adapters and followed from then on."""

from .adapters import ItemAdapter, ModelCartAdapter, ModelItemAdapter, ModelOrderAdapter, OrderAdapter
from .checkout import remember
from .lookup import keys_of_number
from .pages import PurchaseIsland, item_data, purchase_islands
from .recording import line_saved, observe, outbox_of, record_failure
from .registry import adapter_of, discover, order_adapter, parent_of, register, unregister

__all__ = [
    "ItemAdapter",
    "ModelCartAdapter",
    "ModelItemAdapter",
    "ModelOrderAdapter",
    "OrderAdapter",
    "PurchaseIsland",
    "adapter_of",
    "discover",
    "item_data",
    "keys_of_number",
    "line_saved",
    "observe",
    "order_adapter",
    "outbox_of",
    "parent_of",
    "purchase_islands",
    "record_failure",
    "register",
    "remember",
    "unregister",
]
