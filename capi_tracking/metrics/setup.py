"""How far the set-up has come, for a page that has nothing to show yet."""

from dataclasses import dataclass

from ..conf import conf
from ..models import BrowserReceipt, BrowserState, OutboxEvent, Pixel, SkipCount, Status

CONSENT_UNKNOWN = "consent_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What has happened at least once. ``unanswered``: visitors came, none has answered the consent question."""

    has_token: bool
    has_receipt: bool
    has_event: bool
    has_sent: bool
    has_pair: bool
    unanswered: bool


def setup(using: str) -> Setup:
    """At most five queries, each for one row."""
    events = OutboxEvent.objects.using(using)
    receipts = BrowserReceipt.objects.using(using)
    sent = events.filter(status=Status.SENT)
    has_event = events.exists()
    return Setup(
        has_token=any(entry.get("PIXEL_ID") and entry.get("ACCESS_TOKEN") for entry in conf.PIXELS.values()),
        has_receipt=receipts.filter(state=BrowserState.HANDED_OVER).exists(),
        has_event=has_event,
        has_sent=Pixel.objects.using(using).exclude(last_success_at=None).exists(),
        has_pair=sent.exclude(browser_at=None).exists(),
        unanswered=not has_event and SkipCount.objects.using(using).filter(reason=CONSENT_UNKNOWN).exists(),
    )
