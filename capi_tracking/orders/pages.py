"""What a page may say of a registered object: the browser's copy is made of the same values as the server's."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from .. import minimisation
from ..conf import conf
from ..conf import pixel as pixel_settings
from ..consent import Consent, ConsentState
from ..events import ActionSource, CustomData, UserData
from ..models import Status
from . import excluding
from .registry import adapter_of, order_adapter
from .sales import Sale, sales_of
from .timing import time_of

BROWSER_WINDOW = timedelta(hours=24)
NOT_FOR_THE_BROWSER = frozenset({"client_ip_address", "client_user_agent", "fbp", "fbc"})
WITHHELD = frozenset({Status.SKIPPED, Status.CANCELLED})


@dataclass(frozen=True, slots=True)
class PurchaseIsland:
    """What the thank-you page hands to one pixel: the order's own id, the data, and the buyer's hashes."""

    pixel: str
    pixel_id: str
    name: str
    event_id: str
    data: dict[str, Any]
    keys: dict[str, str] = field(repr=False)


class OwnEvent(NamedTuple):
    """``ids``: by pixel, under which a browser may tell of it, "" if it may not. ``withheld``: why nobody may, or ""."""

    event_id: str
    order_key: str
    ids: dict[str, str]
    withheld: str


def item_data(instance: Any) -> CustomData:
    """The data of a registered product, cart or order. Raises :class:`ImproperlyTracked` if there is no adapter."""
    return adapter_of(instance.__class__).custom_data(instance)  # not type(): a context processor's cart is lazy


def purchase_islands(order: Any) -> list[PurchaseIsland]:
    """The browser's copies of a sale, one per pixel that may still have one.

    None unless it was paid under 24 hours ago; none for a pixel whose copy a browser has had already.
    """
    adapter = order_adapter(order.__class__)
    if adapter is None or not conf.ENABLED:
        return []
    sales = sales_of(order, adapter, using=order._state.db or DEFAULT_DB_ALIAS)
    return _islands([(sale, event_id) for sale in sales if _is_of_today(sale) and (event_id := _open_id(sale))])


def own_event(obj: Any, name: str) -> OwnEvent | None:
    """What a registered order or lead tells under that name by itself, with its saves; None if it tells no such thing."""
    adapter = None if obj is None else order_adapter(obj.__class__)
    if adapter is None or obj.pk is None:
        return None
    sales = sales_of(obj, adapter, using=obj._state.db or DEFAULT_DB_ALIAS)
    own = [sale for sale in sales if sale.name == name and not sale.part]
    if not own:
        return None
    withheld = excluding.reason(own[0], None, adapter.user_data(obj), Consent(ConsentState.GRANTED))
    ids = {sale.pixel: "" if withheld else _open_id(sale) for sale in own}
    return OwnEvent(next(filter(None, ids.values()), own[0].event_id), own[0].key, ids, withheld)


def _is_of_today(sale: Sale) -> bool:
    """What was made without a browser has no copy in one."""
    if sale.action_source == ActionSource.SYSTEM_GENERATED:
        return False
    when = time_of(sale)
    return when is not None and timezone.now() - when < BROWSER_WINDOW


def _open_id(sale: Sale) -> str:
    """The id under which a browser may tell of it; "" if it may not."""
    if sale.pixel not in conf.PIXELS or not pixel_settings(sale.pixel).pixel_id:
        return ""  # what is wrong with one pixel costs the others nothing
    row = sale.rows.values_list("event_id", "browser_at", "status").first()
    event_id, browser_at, status = row or (sale.event_id, None, Status.PENDING)
    return "" if browser_at is not None or status in WITHHELD else str(event_id)


def _islands(told: list[tuple[Sale, str]]) -> list[PurchaseIsland]:
    """The order is read once, whatever the number of its pixels and events."""
    if not told:
        return []
    sale = told[0][0]
    buyer = UserData.of(**sale.adapter.user_data(sale.order))
    if minimisation.is_minor(buyer):
        return []
    has_own = all(each.told and each.told.data for each, _ in told)
    shared = CustomData() if has_own else sale.adapter.custom_data(sale.order)
    return [_island(each, event_id, (each.told and each.told.data) or shared, buyer) for each, event_id in told]


def _island(sale: Sale, event_id: str, data: CustomData, buyer: UserData) -> PurchaseIsland:
    """As much as this pixel may have."""
    pixel = pixel_settings(sale.pixel)
    reduced = minimisation.minimised_data(data, pixel).as_payload()
    keys = _hashes(minimisation.minimised_keys(buyer, pixel))
    return PurchaseIsland(sale.pixel, pixel.pixel_id, sale.name, event_id, reduced, keys)


def _hashes(buyer: UserData) -> dict[str, str]:
    """The first value of each key, as the pixel takes only texts."""
    payload = buyer.as_payload()
    hashed = {key: value for key, value in payload.items() if key not in NOT_FOR_THE_BROWSER}
    return {key: value[0] if isinstance(value, list) else value for key, value in hashed.items()}
