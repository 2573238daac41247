"""A sale beside its row: what an adapter says now, set against what the outbox holds."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone

from ..models import DifferenceKind as Kind
from ..orders import Sale, Seen
from .judging import Judgement, Outcome, Place, Told, of_row, outcome_of, without_row


class Case(NamedTuple):
    """One sale, or an order whose sales can't be read, with what is to be said of it."""

    seen: Seen
    sale: Sale
    judgement: Judgement


class Worth(NamedTuple):
    value: Decimal | None = None
    currency: str = ""
    error: Exception | None = None


def cases_of(seen: Seen, blank: Sale, told: Mapping[Place, Told]) -> Iterator[Case]:
    """``blank``: the order's sale for no pixel, where the adapter names none."""
    if seen.error:
        yield Case(seen, blank, _unreadable(seen.error, place_of(blank), _any_of(blank.key, told)))
        return
    worth = _worth(seen.sales[0])
    for sale in seen.sales:
        own = _worth(sale) if sale.told and sale.told.data else worth
        when = sale.told.at if sale.told and sale.told.at else seen.when
        yield Case(seen, sale, _judged(sale, when, own, told.get(place_of(sale))))


def place_of(sale: Sale) -> Place:
    return Place(**sale.place)


def rejudged(case: Case, told: Mapping[Place, Told]) -> Judgement:
    """The same judgement, with what the sale has become by a mend; unchanged where nothing came of it."""
    before = case.judgement
    now = told.get(before.place) or _any_of(before.place.order_key, told)
    if now is None or now == before.told:
        return before
    fresh = _judged(case.sale, case.seen.when, Worth(before.value, before.currency), now)
    return Judgement(
        place=now.place,
        outcome=fresh.outcome,
        kind=before.kind,
        when=fresh.when,
        value=before.value,
        currency=before.currency,
        told=now,
        reason=before.reason,
        mended=now.state,
    )


def _judged(sale: Sale, when: datetime | None, worth: Worth, told: Told | None) -> Judgement:
    now = timezone.now()
    if told is None:
        outcome, kind = without_row(when, sale.action_source, now)
        return Judgement(
            place=place_of(sale), outcome=outcome, kind=kind, when=when, value=worth.value, currency=worth.currency
        )
    if worth.error:
        return _unreadable(worth.error, told.place, told)
    outcome, found = of_row(told, worth.value, worth.currency, now)
    return Judgement(
        place=told.place,
        outcome=outcome,
        kind=found,
        when=when or told.event_time,
        value=worth.value,
        currency=worth.currency,
        told=told,
        reason=told.reason,
    )


def _unreadable(error: Exception, place: Place, told: Told | None) -> Judgement:
    return Judgement(
        place=place,
        outcome=outcome_of(told) if told else Outcome.UNKNOWN,
        kind=Kind.UNREADABLE,
        when=told.event_time if told else None,
        told=told,
        reason=type(error).__name__,
    )


def _any_of(order_key: str, told: Mapping[Place, Told]) -> Told | None:
    return next((row for place, row in told.items() if place.order_key == order_key), None)


def _worth(sale: Sale) -> Worth:
    try:
        data = sale.worth
    except Exception as error:  # noqa: BLE001 - the shop's own code; what is wrong with one order costs the others nothing
        return Worth(error=error)
    return Worth(data.value, data.currency)
