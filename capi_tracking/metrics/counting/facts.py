"""What a page's numbers are made of: how many events are alike, and what they add up to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from ...conf import conf
from ...models import Status
from .columns import NO_DELAY
from .differences import NO_EVENT, UNRECORDED
from .pairs import Pair

PURCHASE = "Purchase"
FRESH_CLICK_DAYS = 7
RIPE_AFTER = timedelta(hours=1)  # what is not sent by then is late
LOST = frozenset({Status.DEAD, Status.EXPIRED})
WAITING = frozenset({Status.PENDING, Status.LEASED, Status.HELD})
CLOSED_WINDOW = "pair_window_closed"
TOO_OLD = "too_old"
BESIDE = ("Subscribe", "StartTrial", "AppendValue")


class Proof(TextChoices):
    """How sure it is that only the server told Meta of a sale."""

    PROVED = "proved", _("the browser said that its copy was blocked")
    LIKELY = "likely", _("paid, and no thank-you page was seen")
    UNKNOWN = "unknown", _("the page was seen, and what became of its copy is unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """``count`` rows that are alike in everything else, ``short`` of them with an odd answer of Meta's.

    ``slot``: which part of the window they fall into. ``delay``: of what was sent from the website, the number of the
    bucket of ``freshness`` that it took; -1 for all else. ``proof``: of sales that only the server told. ``retried``: how
    many took more than one request; ``clicked``: came with a click on an ad that was under seven days old.
    """

    event_name: str
    slot: int
    status: str = ""
    reason: str = ""
    pair: str = Pair.NEITHER
    is_order: bool = False
    is_website: bool = True
    is_ripe: bool = False
    currency: str = ""
    consent: str = ""
    delay: int = NO_DELAY
    proof: str = ""
    count: int = 0
    money: Decimal | None = None
    scored: int = 0
    score: int | None = None
    short: int = 0
    retried: int = 0
    clicked: int = 0

    @property
    def is_sent(self) -> bool:
        return self.status == Status.SENT

    @property
    def is_waiting(self) -> bool:
        return self.status in WAITING

    @property
    def is_browser_only_by_time(self) -> bool:
        return self.reason == CLOSED_WINDOW

    @property
    def is_lost(self) -> bool:
        return (
            self.status in LOST
            or self.status == UNRECORDED
            or (self.status == Status.SKIPPED and self.reason == TOO_OLD)
        )

    @property
    def is_withheld(self) -> bool:
        """Not sent by choice: consent, exclusion, cancelled before sending."""
        chosen = self.status in {Status.SKIPPED, Status.CANCELLED}
        return chosen and not self.is_lost and not self.is_browser_only_by_time

    @property
    def is_beside(self) -> bool:
        """No event: what a comparison with the orders tells of one that is counted elsewhere."""
        return self.status in NO_EVENT

    @property
    def is_alone(self) -> bool:
        """A browser's copy of which the outbox knows nothing."""
        return not self.status and self.pair == Pair.BROWSER

    @property
    def in_browser(self) -> bool:
        return self.pair in {Pair.BOTH, Pair.LATE, Pair.BROWSER}


def total(facts: Iterable[Fact]) -> int:
    return sum(fact.count for fact in facts)


def by_event(facts: Iterable[Fact]) -> Mapping[str, list[Fact]]:
    names: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        names[fact.event_name].append(fact)
    return names


def is_order() -> Q:
    """A sale, not what follows from one or stands beside it."""
    return Q(order_key__isnull=False) & is_sale() | Q(event_name=PURCHASE)


def is_sale() -> Q:
    """Of an order's events those that are one."""
    return ~Q(event_name__in=[name for name in (*BESIDE, conf.REFUND_EVENT) if name])
