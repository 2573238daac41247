"""What browsers say of their copies: believed of page events, and of all others that are in the outbox already."""

import re
from collections.abc import Iterable, Sequence

from .. import tracking
from ..conf import conf
from ..models import BrowserState
from ..tracking import Receipt
from .bodies import Said, text
from .claims import NAMES, is_event_id

STATES = {
    "unknown": BrowserState.UNKNOWN,
    "blocked": BrowserState.BLOCKED,
    "handed_over": BrowserState.HANDED_OVER,
}
MAX_NAME = 100

_is_detail = re.compile(r"[a-z_]{1,32}").fullmatch


def told(all_said: Iterable[Said], visitor_key: str) -> list[Receipt]:
    """The receipts that make sense."""
    return [receipt for said in all_said if (receipt := _receipt(said, visitor_key))]


def believed(receipts: Sequence[Receipt], *, using: str) -> list[Receipt]:
    """Without those of an order, or of a name of the shop's own, that nobody has recorded."""
    recorded = tracking.recorded([each for each in receipts if each.event_name not in NAMES], using=using)
    return [each for each in receipts if each.event_name in NAMES or each.key in recorded]


def _receipt(said: Said, visitor_key: str) -> Receipt | None:
    pixel, name, event_id = (text(said.get(key)) for key in ("pixel", "name", "id"))
    state, detail = STATES.get(text(said.get("state"))), text(said.get("detail"))
    if state is None or pixel not in conf.PIXELS or not _is_name(name) or not is_event_id(event_id):
        return None
    return Receipt(
        pixel=pixel,
        event_name=name,
        event_id=event_id,
        state=state,
        visitor_key=visitor_key,
        detail=detail if _is_detail(detail) else "",
    )


def _is_name(name: str) -> bool:
    return 0 < len(name) <= MAX_NAME and name.isprintable()
