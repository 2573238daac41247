"""What a beacon may do. It comes from anybody, so it is bounded, and believed only as far as we signed it."""

from ..visitors.exclusions import BOTS
from .bodies import MAX_BODY, MAX_ITEMS, Beacon, parse
from .claims import NAMES, is_sale
from .domains import cookie_domain
from .receipts import STATES
from .receiving import Answer, receive
from .welcome import foreign_origin, is_asked_by_own_page

__all__ = [
    "BOTS",
    "MAX_BODY",
    "MAX_ITEMS",
    "NAMES",
    "STATES",
    "Answer",
    "Beacon",
    "cookie_domain",
    "foreign_origin",
    "is_asked_by_own_page",
    "is_sale",
    "parse",
    "receive",
]
