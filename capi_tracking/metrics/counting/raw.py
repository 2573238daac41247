"""All that a page, or a rollup, wants to know of rows: one query, whose groups become figures."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from ...models import Status
from . import scan, tallies
from .columns import SUMS, named
from .facts import Fact
from .figures import DIMENSIONS, PLACE, TALLIED, Figures, Tally, keys_carried, summed
from .scan import Asked
from .spans import Span

Group = dict[str, Any]


def looked_up(
    asked: Asked,
    *,
    rows: Sequence[Span],
    beside: Sequence[Span],
    visitors: Sequence[QuerySet[Any]],
    moving: Sequence[Span],
    ripe_before: datetime,
) -> list[Group]:
    """Settled events of ``rows``, what stands beside those of ``beside``, the ``visitors`` of whom tallies tell; and of
    the ``moving`` what is never added up: events that wait, and what differs from the orders. One query."""
    return _together(
        scan.settled(asked, rows, ripe_before),
        scan.alone_in_browsers(asked, rows),
        tallies.sales(asked, beside),
        tallies.reused(asked, beside),
        *visitors,
        *_of_moving(asked, moving, ripe_before),
    )


def _of_moving(asked: Asked, spans: Sequence[Span], ripe_before: datetime) -> list[QuerySet[Any]]:
    return [scan.waiting(asked, spans, ripe_before), scan.differing(asked, spans)] if spans else []


def _together(first: QuerySet[Any], *others: QuerySet[Any]) -> list[Group]:
    return [named(group) for group in first.union(*others, all=True)]


def figures_of(groups: Iterable[Group]) -> Figures:
    told: tuple[list[Group], list[Group]] = ([], [])
    for group in groups:
        told[bool(group["kind"])].append(group)
    facts, counted = told
    sent = [group for group in facts if group["status"] == Status.SENT and group["is_website"]]
    return Figures(
        [_fact(group) for group in summed(facts, DIMENSIONS, SUMS)],
        [*keys_carried(sent), *(_tally(group) for group in summed(counted, PLACE, TALLIED))],
    )


def _fact(group: Group) -> Fact:
    flags = {name: bool(group[name]) for name in ("is_order", "is_website", "is_ripe")}
    counts = {name: group[name] or 0 for name in ("scored", "short", "retried", "clicked")}
    return Fact(**{**group, **flags, **counts, "proof": scan.PROOFS.get(group["proof"], "")})


def _tally(group: Group) -> Tally:
    return Tally(**{**group, "returning": bool(group["returning"]), "clicked": group["clicked"] or 0})
