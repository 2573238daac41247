"""How a shop's own models tell about orders, leads, products and carts."""

from .items import ModelCartAdapter, ModelItemAdapter
from .leads import ModelEventAdapter
from .lines import path_from_line
from .money import POLICIES
from .orders import ModelOrderAdapter
from .paths import Answer, PathAdapter, is_path
from .protocol import ItemAdapter, OrderAdapter
from .told import OrderEvent

__all__ = [
    "POLICIES",
    "Answer",
    "ItemAdapter",
    "ModelCartAdapter",
    "ModelEventAdapter",
    "ModelItemAdapter",
    "ModelOrderAdapter",
    "OrderAdapter",
    "OrderEvent",
    "PathAdapter",
    "is_path",
    "path_from_line",
]
