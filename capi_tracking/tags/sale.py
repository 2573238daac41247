"""``pixel_purchase``: the browser's copy of a sale."""

from typing import Any

from django.utils.safestring import SafeString

from .. import context as visits
from ..orders import PurchaseIsland, purchase_islands
from . import markup
from .tag import Nothing, Page, request_of


def purchase(page: Page, order: Any, /) -> SafeString:
    """An island for each pixel of the order, under the order's own id. The page is sent ``private, no-store``."""
    request = request_of(page)
    if request is None:
        raise Nothing("without a request nothing keeps the page out of caches: add TrackingMiddleware")
    visits.keep_private(request)
    if order is None or order == "":
        raise Nothing("the order is empty here")
    sales = purchase_islands(order)
    if not sales:
        raise Nothing("it was not paid in the last 24 hours, is withheld, or a browser has had it already")
    return markup.scripts("purchase", map(_told, sales))


def _told(sale: PurchaseIsland) -> dict[str, Any]:
    return {"pixel": sale.pixel, "name": sale.name, "id": sale.event_id, "data": sale.data, "keys": sale.keys}
