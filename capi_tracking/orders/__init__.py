"""The shop's orders, products and carts, described once by adapters and followed from then on."""

from .adapters.items import ModelCartAdapter, ModelItemAdapter
from .adapters.leads import ModelEventAdapter
from .adapters.orders import ModelOrderAdapter
from .adapters.protocol import ItemAdapter, OrderAdapter
from .adapters.told import OrderEvent
from .appending import append_value
from .between import Seen, Shelf, sales_between, shelves
from .checkout import remember, visitor_request
from .completing import complete, line_saved
from .identity import order_key, outbox_of
from .lookup import events_of, keys_of_number
from .naming import Called, called
from .pages import OwnEvent, PurchaseIsland, item_data, own_event, purchase_islands
from .recording import observe, record, record_failure
from .registry import adapter_of, discover, order_adapter, parent_of, register, registered, unregister
from .sales import Sale, sales_of
from .timing import track_since

__all__ = [
    "Called",
    "ItemAdapter",
    "ModelCartAdapter",
    "ModelEventAdapter",
    "ModelItemAdapter",
    "ModelOrderAdapter",
    "OrderAdapter",
    "OrderEvent",
    "OwnEvent",
    "PurchaseIsland",
    "Sale",
    "Seen",
    "Shelf",
    "adapter_of",
    "append_value",
    "called",
    "complete",
    "discover",
    "events_of",
    "item_data",
    "keys_of_number",
    "line_saved",
    "observe",
    "order_adapter",
    "order_key",
    "outbox_of",
    "own_event",
    "parent_of",
    "purchase_islands",
    "record",
    "record_failure",
    "register",
    "registered",
    "remember",
    "sales_between",
    "sales_of",
    "shelves",
    "track_since",
    "unregister",
    "visitor_request",
]
