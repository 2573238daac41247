"""The latest events as they come in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Subquery

from ...models import OutboxEvent, Status
from ..counting.pairs import Pair, with_pair
from ..counting.scan import Asked
from ..reasons import explain_status
from ..values import CENT, Money

MAX_LINES = 20
MOST_LINES = 100
LOOKED_THROUGH = 50_000  # of what is recorded, where no index leads to a name


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """One event, without what tells who its visitor is. ``pk``: for a link, where somebody may follow it."""

    pk: int
    event_name: str
    pixel: str
    event_time: datetime
    created_at: datetime
    status: str
    reason: str
    pair: str
    is_test: bool
    money: Money | None

    @property
    def status_label(self) -> str:
        return str(Status(self.status).label)

    @property
    def pair_label(self) -> str:
        return str(Pair(self.pair).label)

    @property
    def explanation(self) -> str:
        return explain_status(self.status, self.reason)


_COLUMNS = ("pk", "event_name", "pixel", "event_time", "created_at", "status", "reason", "pair", "is_test")


def feed(asked: Asked, event: str = "", limit: int = MAX_LINES) -> tuple[Latest, ...]:
    """The last that were recorded, the newest first; of a rare kind those among the last 50,000. One query."""
    newest = OutboxEvent.objects.using(asked.using).order_by("-pk").values("pk")[:1]
    recent = asked.events.filter(pk__gt=Subquery(newest) - LOOKED_THROUGH).order_by("-pk")
    rows = with_pair(recent.filter(event_name=event) if event else recent).values_list(*_COLUMNS, "value", "currency")[
        : min(limit, MOST_LINES)
    ]
    return tuple(_latest(*row) for row in rows)


def _latest(*row: Any) -> Latest:
    *columns, value, currency = row
    worth = Money(value.quantize(CENT), currency) if value is not None and currency else None
    return Latest(**dict(zip(_COLUMNS, columns, strict=True)), money=worth)
