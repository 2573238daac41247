"""The numbers of a week, and a sale on both sides."""

from datetime import timedelta

from capi_tracking import metrics
from tests.factories import (
    BrowserReceiptFactory,
    OutboxEventFactory,
)


def health(name="7d", **more):
    return metrics.health(metrics.window(name), **more)


def paired(*, apart=timedelta(seconds=1), **row):
    """A sent row and the receipt of its browser copy, so far apart."""
    event = OutboxEventFactory(sent=True, **row)
    BrowserReceiptFactory(row=event, created_at=event.sent_at - apart)
    return event
