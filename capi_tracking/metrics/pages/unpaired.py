"""Sales of which Meta got one copy alone, or two that it can't pair, and the likely cause."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, TextChoices
from django.utils.translation import gettext_lazy as _

from ...models import BrowserReceipt, BrowserState, CheckoutContext, OutboxEvent, Status
from ..answers.sales import Overlap
from ..counting.facts import CLOSED_WINDOW, LOST, WAITING, is_order
from ..counting.pairs import WEBSITE, Pair, with_pair
from ..values import Money, Share, money
from ..window import Window

MOST_SCANNED = 50_000
MOST_JUDGED = 2_000
NOT_PAIRED = (Pair.SERVER, Pair.BROWSER, Pair.LATE)
POLICY = "policy"
BROKEN = ("threw", "queue")


class Cause(TextChoices):
    """Why a sale has no pair: first what a person can mend."""

    POLICY = "policy", _("the page's own security policy blocked the pixel")
    BROKEN = "broken", _("the pixel's script was there and failed")
    LATE = "late", _("the copies came more than 48 hours apart")
    HELD = "held", _("the server's copy is held")
    WAITING = "waiting", _("the server's copy still waits")
    LOST = "lost", _("the server's copy was refused, or came too late")
    CLOSED = "closed", _("the server's copy was held back: the pair window had closed")
    WITHHELD = "withheld", _("the server's copy was withheld")
    NO_PAGE = "no_page", _("no thank-you page was seen")
    LEFT = "left", _("the visitor left before the pixel was there")
    BLOCKED = "blocked", _("the browser, or a blocker in it, kept Meta's script away")
    NO_VISIT = "no_visit", _("nothing is known of a visit")


_REMEDIES = {
    Cause.POLICY: _("Let capi_tracking.csp extend the policy."),
    Cause.BROKEN: _("Look at the thank-you page's console: another script may replace the pixel's function."),
    Cause.LATE: _("Meta counts these twice. See that a worker runs, and what held them back."),
    Cause.HELD: _("See “What did not go”: a person lets it go, and Meta pairs within 48 hours."),
    Cause.WAITING: _("Nothing, if a worker runs: it pairs within 48 hours."),
    Cause.LOST: _("See “What did not go”."),
    Cause.CLOSED: _("The browser's copy alone is counted. See what held the server's back for 47 hours."),
    Cause.WITHHELD: _("The browser told of it all the same. The event's page says why the server did not."),
    Cause.NO_PAGE: _(
        "Some buyers close the tab, or pay on another device. If it is most of them, see that the thank-you page has "
        "pixel_purchase."
    ),
    Cause.LEFT: _("Nothing: the server's copy made up for it."),
    Cause.BLOCKED: _("Nothing: the server's copy made up for it."),
    Cause.NO_VISIT: _(
        "Nothing, if such orders come by phone or by a payment's call. See that the checkout remembers its visitor."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpaired:
    pk: int
    event_name: str
    order_key: str | None
    at: datetime
    value: Decimal | None
    currency: str
    pair: Pair
    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseLine:
    cause: Cause
    count: int
    money: tuple[Money, ...]

    @property
    def remedy(self) -> str:
        return str(_REMEDIES[self.cause])


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """``overlap``: of the copies that browsers handed over those that Meta can pair; ``server_only`` came without one.

    ``unpaired``: the latest first, 2,000 at most. ``since``: all from there on was looked through.
    """

    overlap: Overlap
    server_only: int
    causes: tuple[CauseLine, ...]
    unpaired: tuple[Unpaired, ...]
    since: datetime
    is_whole: bool


def pairing(window: Window, *, using: str, pixel: str = "") -> Pairing:
    """Of the website's sales of the window, looking through its newest 50,000 rows at most. Three queries."""
    rows = OutboxEvent.objects.using(using).filter(event_time__gte=window.start, event_time__lt=window.end)
    rows = rows.filter(pixel=pixel) if pixel else rows
    since = _bound(rows) or window.start
    sales = with_pair(rows.filter(is_order(), event_time__gte=since, action_source=WEBSITE, is_test=False))
    counts = Counter(
        dict(sales.order_by().values_list("pair").annotate(count=Count("pk")).values_list("pair", "count"))
    )
    found = tuple(_judged(_with_receipts(sales.filter(pair__in=NOT_PAIRED))))
    seen = counts[Pair.BOTH] + counts[Pair.LATE] + counts[Pair.BROWSER]
    return Pairing(
        overlap=Overlap(share=Share(counts[Pair.BOTH], seen), late=counts[Pair.LATE]),
        server_only=counts[Pair.SERVER],
        causes=_lines(found),
        unpaired=found,
        since=since,
        is_whole=since == window.start and len(found) < MOST_JUDGED,
    )


def _bound(rows: QuerySet[Any]) -> datetime | None:
    times = rows.order_by("-event_time").values_list("event_time", flat=True)
    return next(iter(times[MOST_SCANNED - 1 : MOST_SCANNED]), None)


def _with_receipts(sales: QuerySet[Any]) -> QuerySet[Any]:
    """Each with the most that a browser said of it, and whether a visit of its buyer's is known."""
    best = BrowserReceipt.objects.filter(key=OuterRef("key")).order_by("-state", "pk")
    told: QuerySet[Any] = sales.annotate(
        heard=Subquery(best.values("state")[:1]),
        heard_why=Subquery(best.values("detail")[:1]),
        has_visit=Exists(CheckoutContext.objects.filter(key=OuterRef("order_key"))),
    ).defer("payload")
    return told


def _judged(sales: QuerySet[Any]) -> Iterable[Unpaired]:
    for row in sales.order_by("-event_time", "-pk")[:MOST_JUDGED]:
        yield Unpaired(
            pk=row.pk,
            event_name=row.event_name,
            order_key=row.order_key,
            at=row.event_time,
            value=row.value,
            currency=row.currency,
            pair=Pair(row.pair),
            cause=next(cause for cause, is_it in _SIGNS if is_it(row)),
        )


def _lines(found: Sequence[Unpaired]) -> tuple[CauseLine, ...]:
    groups: dict[Cause, list[Unpaired]] = defaultdict(list)
    for each in found:
        groups[each.cause].append(each)
    lines = (
        CauseLine(cause=cause, count=len(group), money=money((each.currency, each.value) for each in group))
        for cause, group in groups.items()
    )
    return tuple(sorted(lines, key=lambda line: (-line.count, line.cause)))


# The first that is true counts.
_SIGNS: tuple[tuple[Cause, Callable[[Any], bool]], ...] = (
    (Cause.LATE, lambda row: row.pair == Pair.LATE),
    (Cause.CLOSED, lambda row: row.reason == CLOSED_WINDOW),
    (Cause.HELD, lambda row: row.status == Status.HELD),
    (Cause.WAITING, lambda row: row.status in WAITING),
    (Cause.LOST, lambda row: row.status in LOST),
    (Cause.WITHHELD, lambda row: row.status != Status.SENT),
    (Cause.POLICY, lambda row: row.heard == BrowserState.BLOCKED and row.heard_why == POLICY),
    (Cause.BROKEN, lambda row: row.heard == BrowserState.BLOCKED and row.heard_why in BROKEN),
    (Cause.BLOCKED, lambda row: row.heard == BrowserState.BLOCKED),
    (Cause.LEFT, lambda row: row.heard is not None),
    (Cause.NO_PAGE, lambda row: row.has_visit),
    (Cause.NO_VISIT, lambda row: True),
)
