"""What became of rows, as the numbers count it: the same words as conditions, for whoever looks at the rows behind one."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Q, QuerySet, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ...models import Status
from ..counting.facts import CLOSED_WINDOW, LOST, RIPE_AFTER, TOO_OLD, WAITING, is_order
from ..counting.pairs import WEBSITE, Pair, with_pair

# set_apart has an index, and says the same of these as the status
_LOST = Q(set_apart__in=[*LOST, Status.SKIPPED]) & (Q(status__in=LOST) | Q(status=Status.SKIPPED, reason=TOO_OLD))
_LEFT = Q(reason=CLOSED_WINDOW)
_WITHHELD = Q(status__in=(Status.SKIPPED, Status.CANCELLED)) & ~Q(reason__in=(TOO_OLD, CLOSED_WINDOW))


class Result(TextChoices):
    SENT = "sent", _("sent")
    WITHHELD = "withheld", _("withheld by choice")
    LOST = "lost", _("lost")
    LEFT = "left", _("left to the browser's copy")
    WAITING = "waiting", _("waiting")
    UNDELIVERED = "undelivered", _("older than an hour and not delivered")


class Side(TextChoices):
    """Of website events; a late pair stands on either side."""

    BOTH = "both", _("both sides")
    SERVER = "server", _("server only")
    BROWSER = "browser", _("browser only")


class Group(TextChoices):
    ORDERS = "orders", _("orders")
    PAGES = "pages", _("all but orders")


_RESULTS: Mapping[str, Callable[[], Q]] = {
    Result.SENT: lambda: Q(status=Status.SENT),
    Result.WITHHELD: lambda: _WITHHELD,
    Result.LOST: lambda: _LOST,
    Result.LEFT: lambda: _LEFT,
    Result.WAITING: lambda: Q(status__in=WAITING, redacted_at=None, settled_at=None),
    Result.UNDELIVERED: lambda: ~Q(status=Status.SENT) & ~_WITHHELD & Q(created_at__lte=timezone.now() - RIPE_AFTER),
}
_SIDES = {
    Side.BOTH: (Pair.BOTH,),
    Side.SERVER: (Pair.SERVER, Pair.LATE),
    Side.BROWSER: (Pair.BROWSER, Pair.LATE),
}


def with_result(rows: QuerySet[Any], result: str) -> QuerySet[Any]:
    """Those that the number of that name counts; none of an unknown one."""
    return rows.filter(_RESULTS[result]()) if result in _RESULTS else rows.none()


def on_side(rows: QuerySet[Any], side: str) -> QuerySet[Any]:
    """Those that the number of that side counts, but for the browsers' copies that have no row."""
    if side not in Side.values:
        return rows.none()
    return with_pair(rows.filter(action_source=WEBSITE)).filter(pair__in=_SIDES[Side(side)])


def with_key(rows: QuerySet[Any], key: str) -> QuerySet[Any]:
    """Those that carry that match key."""
    inside = Q(match_keys=key) | Q(match_keys__startswith=f"{key} ") | Q(match_keys__endswith=f" {key}")
    return rows.filter(inside | Q(match_keys__contains=f" {key} "), action_source=WEBSITE)


def in_group(rows: QuerySet[Any], group: str) -> QuerySet[Any]:
    if group not in Group.values:
        return rows.none()
    return rows.filter(is_order() if group == Group.ORDERS else ~is_order())
