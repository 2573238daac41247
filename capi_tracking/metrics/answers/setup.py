"""How far the set-up has come, for a page that has nothing to show yet."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Subquery

from ...conf import conf
from ...models import BrowserReceipt, BrowserState, Heartbeat, OutboxEvent, Pixel, SkipCount, Status
from ..counting.columns import text

CONSENT_UNKNOWN = "consent_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What has happened at least once. ``unanswered``: visitors came, none has answered the consent question."""

    has_token: bool
    has_worker: bool
    has_receipt: bool
    has_event: bool
    has_sent: bool
    has_pair: bool
    unanswered: bool

    @property
    def is_done(self) -> bool:
        return self.has_token and self.has_receipt and self.has_event and self.has_sent and self.has_pair


def setup(using: str) -> Setup:
    """One query, for a row of each."""
    events = OutboxEvent.objects.using(using)
    steps = {
        "receipt": BrowserReceipt.objects.using(using).filter(state=BrowserState.HANDED_OVER),
        "event": events.all(),
        "worker": Heartbeat.objects.using(using).filter(name=Heartbeat.Name.WORKER),
        "sent": Pixel.objects.using(using).exclude(last_success_at=None),
        "pair": events.filter(status=Status.SENT).exclude(browser_at=None),
        "unanswered": SkipCount.objects.using(using).filter(reason=CONSENT_UNKNOWN),
    }
    first, *others = (_one(rows, step) for step, rows in steps.items())
    done = {step for (step,) in first.union(*others, all=True)}
    return Setup(
        has_token=any(entry.get("PIXEL_ID") and entry.get("ACCESS_TOKEN") for entry in conf.PIXELS.values()),
        has_worker="worker" in done,
        has_receipt="receipt" in done,
        has_event="event" in done,
        has_sent="sent" in done,
        has_pair="pair" in done,
        unanswered="unanswered" in done and "event" not in done,
    )


def _one(rows: QuerySet[Any], step: str) -> QuerySet[Any]:
    """The step's name once, if there is any such row."""
    first = Subquery(rows.values("pk")[:1])
    one: QuerySet[Any] = rows.model._default_manager.using(rows.db).filter(pk=first).annotate(step=text(step))
    named: QuerySet[Any] = one.order_by().values_list("step")
    return named
