"""What capi_tracking would have stored for the visits: rows of the outbox, receipts, and what was only counted.

Keys, hashes, payloads, scores and deadlines are made by the package's own functions.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from capi_tracking import tracking
from capi_tracking.conf import conf
from capi_tracking.conf import pixel as pixel_settings
from capi_tracking.consent import Consent, ConsentState
from capi_tracking.events import ActionSource, Event, UserData
from capi_tracking.keyed_hashes import identity_key
from capi_tracking.models import (
    PAIR_WINDOW,
    BrowserReceipt,
    BrowserState,
    OutboxEvent,
    Priority,
    SkipCount,
    Source,
    Status,
    deadline,
    outbox_key,
)
from capi_tracking.orders import order_adapter
from capi_tracking.orders.identity import event_id
from demo_project.shop.models import Order
from demo_project.story.journeys import Journey, Step
from demo_project.story.orders import Sale

PIXEL = "default"
BEACON_LOST, LEFT_EARLY, NEVER_HEARD = 0.004, 0.015, 0.02
STILL_THERE = 0.8  # of those who wait for their payment on the page


class Ledger:
    """All rows in the making; a key, and a key's visitor, is written once, as the outbox does it."""

    def __init__(self, rng: Random, end: datetime) -> None:
        self.rng, self.end = rng, end
        self.pixel_id = pixel_settings(PIXEL).pixel_id
        self.events: dict[str, OutboxEvent] = {}
        self.receipts: dict[tuple[str, str], BrowserReceipt] = {}
        self.skips: Counter[tuple[Any, str, str]] = Counter()

    # -- pages ---------------------------------------------------------------------------------------------------

    def add_visits(self, journeys: Iterable[Journey]) -> None:
        for journey in journeys:
            if journey.visitor.consent.state == ConsentState.LIMITED:
                self.count(journey.steps)
            elif journey.visitor.has_granted and not journey.visitor.is_silent:
                self.add_steps(journey)

    def count(self, steps: Iterable[Step]) -> None:
        """A browser that sends Global Privacy Control and does not tell the page: the server alone says no."""
        for step in steps:
            self.skips[timezone.localdate(step.at), step.name, "consent_limited"] += 1

    def add_steps(self, journey: Journey) -> None:
        user_data = UserData.of(**journey.visitor.browser)
        for step in journey.steps:
            key = outbox_key(self.pixel_id, step.name, step.event_id)
            if self.rng.random() >= BEACON_LOST and key not in self.events:
                self.events[key] = self.page_row(key, journey, step, user_data)
            self.add_receipt(key, step.name, step.event_id, step.at, journey)

    def page_row(self, key: str, journey: Journey, step: Step, user_data: UserData) -> OutboxEvent:
        event = Event(
            name=step.name,
            event_id=step.event_id,
            event_time=step.at,
            event_source_url=step.url,
            user_data=user_data,
            custom_data=step.data,
        )
        heard = step.at + timedelta(milliseconds=self.rng.randint(40, 400))
        return self.row(key, event, journey.visitor.consent, heard, source=Source.RELAY)

    # -- orders --------------------------------------------------------------------------------------------------

    def add_sales(self, sales: Sequence[Sale]) -> None:
        """One row for each paid order, sent or not; the browser's copy where the buyer saw the thank-you page."""
        for sale in sales:
            if sale.order.is_paid:
                self.add_sale(sale)

    def add_sale(self, sale: Sale) -> None:
        event = self.purchase(sale)
        key = outbox_key(self.pixel_id, event.name, event.event_id)
        visitor = sale.journey.visitor
        heard = event.event_time + timedelta(milliseconds=self.rng.randint(4, 60))
        row = self.row(key, event, visitor.consent, heard, source=Source.ORDER, order_key=sale.key, part="")
        self.events[key] = row if visitor.has_granted else withheld(row)
        saw_it = not sale.pays_later or self.rng.random() < STILL_THERE
        if visitor.has_granted and saw_it and not visitor.is_silent:
            self.add_receipt(key, event.name, event.event_id, heard + timedelta(seconds=1), sale.journey)

    def purchase(self, sale: Sale) -> Event:
        adapter = order_adapter(Order)
        browser = {name: value for name, value in sale.journey.visitor.browser.items() if value}
        return Event(
            name=adapter.event_name,
            event_id=event_id(sale.key, adapter.event_name),
            event_time=sale.order.paid_at,
            event_source_url=sale.journey.cart_url,
            user_data=UserData.of(**browser | {k: v for k, v in adapter.user_data(sale.order).items() if v}),
            custom_data=adapter.custom_data(sale.order),
        )

    # -- both ----------------------------------------------------------------------------------------------------

    def row(self, key: str, event: Event, consent: Consent, heard: datetime, **more: Any) -> OutboxEvent:
        is_sale = "order_key" in more or event.name in tracking.SALES
        return OutboxEvent(
            key=key,
            pixel=PIXEL,
            event_name=event.name,
            event_id=event.event_id,
            event_time=event.event_time,
            action_source=ActionSource.WEBSITE.value,
            environment=conf.ENVIRONMENT,
            status=Status.PENDING,
            priority=Priority.FIRST if is_sale else Priority.NORMAL,
            deadline_at=deadline(event.event_time, ActionSource.WEBSITE),
            consent_state=consent.state,
            consent_policy=consent.policy,
            consent_source=consent.source,
            consent_at=consent.at,
            created_at=heard,
            updated_at=heard,
            **tracking.contents_of(event),
            **more,
        )

    def add_receipt(self, key: str, name: str, of_event: str, at: datetime, journey: Journey) -> None:
        said = self.said(journey)
        visitor_key = identity_key("fbp", journey.visitor.fbp) or ""
        if said is None or (key, visitor_key) in self.receipts:
            return
        state, detail, seconds = said
        changed = at + timedelta(seconds=seconds)
        self.receipts[key, visitor_key] = BrowserReceipt(
            key=key,
            visitor_key=visitor_key,
            pixel=PIXEL,
            event_name=name,
            event_id=of_event,
            state=state,
            detail=detail,
            created_at=changed,
            changed_at=changed,
        )
        if state == BrowserState.HANDED_OVER and key in self.events:
            saw(self.events[key], changed)

    def said(self, journey: Journey) -> tuple[BrowserState, str, float] | None:
        """What the beacon tells of the pixel's copy, and after how many seconds."""
        if journey.visitor.blocks:
            return BrowserState.BLOCKED, "script_error", self.rng.uniform(0.1, 0.6)
        dice = self.rng.random()
        if dice < NEVER_HEARD:
            return None
        if dice < NEVER_HEARD + LEFT_EARLY:
            return BrowserState.UNKNOWN, "left", self.rng.uniform(0.1, 0.9)
        return BrowserState.HANDED_OVER, "", self.rng.uniform(0.4, 1.6)

    def skip_counts(self) -> list[SkipCount]:
        return [
            SkipCount(day=day, pixel=PIXEL, event_name=name, reason=reason, count=count)
            for (day, name, reason), count in self.skips.items()
        ]


def saw(row: OutboxEvent, at: datetime) -> None:
    """As ``OutboxQuerySet.browser_saw``: the first copy counts, and brings the deadline forward."""
    if row.browser_at is None and row.status == Status.PENDING:
        row.browser_at, row.deadline_at = at, min(row.deadline_at, at + PAIR_WINDOW)


def withheld(row: OutboxEvent) -> OutboxEvent:
    """A buyer who did not agree: the reason, one key of the person, and nothing else."""
    row.status, row.reason = Status.SKIPPED, f"consent_{ConsentState(row.consent_state).value}"
    row.payload = row.match_keys = row.notes = ""
    row.visitor_key = row.phone_key = row.match_score = row.key_bits = row.refused_bits = None
    row.email_key = None if row.external_key else row.email_key
    row.settled_at = row.redacted_at = row.created_at
    return row
