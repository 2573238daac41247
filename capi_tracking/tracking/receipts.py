"""What browsers say of their copies."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from ..conf import conf
from ..conf import pixel as pixel_settings
from ..models import BrowserReceipt, BrowserState, OutboxEvent, mark_stale, outbox_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a browser says of its copy of one event."""

    pixel: str
    event_name: str
    event_id: str
    state: BrowserState = BrowserState.UNKNOWN
    visitor_key: str = ""
    detail: str = ""

    @property
    def key(self) -> str:
        return outbox_key(pixel_settings(self.pixel).pixel_id, self.event_name, self.event_id)


def acknowledge(receipt: Receipt, *, using: str | None = None) -> None:
    """Keep what the browser knows. A copy that was handed over brings the row's deadline forward."""
    acknowledge_all([receipt], using=using)


def acknowledge_all(receipts: Sequence[Receipt], *, using: str | None = None) -> None:
    """As :func:`acknowledge` does, with one INSERT for all, and one UPDATE for those that were handed over."""
    now = timezone.now()
    database = using or conf.OUTBOX_DATABASES[0]
    BrowserReceipt.objects.using(database).raise_to(_kept(receipt, now) for receipt in receipts)
    handed_over = {receipt.key for receipt in receipts if receipt.state == BrowserState.HANDED_OVER}
    if handed_over:
        OutboxEvent.objects.using(database).browser_saw(handed_over, now)


def told_id(pixel: str, event_name: str, event_ids: Iterable[str], *, using: str) -> str:
    """The first of these ids under which a browser told of that event; "" for none."""
    keys = {Receipt(pixel=pixel, event_name=event_name, event_id=each).key: each for each in event_ids}
    known = set(BrowserReceipt.objects.using(using).filter(key__in=keys).values_list("key", flat=True))
    return next((event_id for key, event_id in keys.items() if key in known), "")


def catch_up(key: str, *, using: str) -> None:
    """A row that came after its browser copy goes by that copy's time: Meta pairs the two only until its window closes."""
    receipts = BrowserReceipt.objects.using(using).filter(key=key, state=BrowserState.HANDED_OVER)
    told = list(receipts.values_list("changed_at", "created_at"))
    if told:
        OutboxEvent.objects.using(using).browser_saw([key], min(changed_at for changed_at, _ in told))
        # it is counted there as a copy without a row
        mark_stale((created_at for _, created_at in told), using=using)


def _kept(receipt: Receipt, now: datetime) -> BrowserReceipt:
    return BrowserReceipt(
        key=receipt.key,
        visitor_key=receipt.visitor_key,
        pixel=receipt.pixel,
        event_name=receipt.event_name,
        event_id=receipt.event_id,
        state=receipt.state,
        detail=receipt.detail[:64],
        changed_at=now,
    )


def is_recorded(receipt: Receipt, *, using: str | None = None) -> bool:
    """Whether the event that the receipt speaks of is in the outbox."""
    return bool(recorded([receipt], using=using))


def recorded(receipts: Iterable[Receipt], *, using: str | None = None) -> set[str]:
    """The keys of those receipts whose events are in the outbox."""
    keys = [receipt.key for receipt in receipts]
    rows = OutboxEvent.objects.using(using or conf.OUTBOX_DATABASES[0])
    return set(rows.filter(key__in=keys).values_list("key", flat=True)) if keys else set()
