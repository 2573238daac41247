"""The three bad days in numbers, as they come out of the rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from capi_tracking.models import BrowserState, OutboxEvent, Status
from demo_project.story import incidents
from demo_project.story.incidents import Outage
from demo_project.story.journeys import CURRENCY, Journey
from demo_project.story.models import Chapter
from demo_project.story.orders import Sale
from demo_project.story.outbox import Ledger

PURCHASE = "Purchase"


@dataclass(slots=True)
class Facts:
    """What was told, as far as the chapters speak of it."""

    ledger: Ledger
    sales: Sequence[Sale]
    frozen: Sequence[Journey]
    token: Outage
    end: datetime


def chapters(facts: Facts) -> list[Chapter]:
    return [cached_ids(facts), dead_token(facts), ad_blockers(facts)]


def cached_ids(facts: Facts) -> Chapter:
    """Views that shared one id, and what these visitors bought."""
    begin, end = incidents.frozen_span(facts.end)
    visits = {id(journey) for journey in facts.frozen}
    bought = [sale.order for sale in facts.sales if id(sale.journey) in visits and sale.order.is_paid]
    return Chapter(
        name=Chapter.Name.CACHED_IDS,
        began_at=begin,
        ended_at=end,
        events=len(facts.frozen),
        sales=len(bought),
        money=sum((order.total for order in bought), Decimal(0)),
        currency=CURRENCY,
        event_id=facts.frozen[0].steps[0].event_id if facts.frozen else "",
    )


def dead_token(facts: Facts) -> Chapter:
    """What waited for the new token: sent late, and what only the browsers had told by then."""
    span = (facts.token.begin, facts.token.end)
    waited = [row for row in facts.ledger.events.values() if span[0] <= row.created_at < span[1]]
    late = [row for row in waited if row.status == Status.SENT and row.sent_at > span[1]]
    missed = [row for row in waited if row.reason == "pair_window_closed"]
    sales = purchases(late)
    return Chapter(
        name=Chapter.Name.DEAD_TOKEN,
        began_at=span[0],
        ended_at=span[1],
        events=len(late),
        sales=len(sales),
        missed=len(missed),
        money=worth(sales),
        currency=CURRENCY,
    )


def ad_blockers(facts: Facts) -> Chapter:
    """What Meta knows from the server alone since the update, proved by the beacon."""
    begin = incidents.wave_begin(facts.end)
    blocked = {receipt.key for receipt in facts.ledger.receipts.values() if receipt.state == BrowserState.BLOCKED}
    rows = [row for row in facts.ledger.events.values() if row.created_at >= begin and row.key in blocked]
    sales = purchases(row for row in rows if row.status == Status.SENT)
    return Chapter(
        name=Chapter.Name.AD_BLOCKERS,
        began_at=begin,
        events=len(rows),
        sales=len(sales),
        money=worth(sales),
        currency=CURRENCY,
    )


def purchases(rows: Iterable[OutboxEvent]) -> list[OutboxEvent]:
    return [row for row in rows if row.event_name == PURCHASE]


def worth(rows: Iterable[OutboxEvent]) -> Decimal:
    return sum((row.value for row in rows if row.value), Decimal(0))
