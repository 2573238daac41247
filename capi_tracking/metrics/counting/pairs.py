"""Which copies of an event Meta got: the server's, the browser's, or both close enough to count once."""

from datetime import timedelta
from typing import Any

from django.db.models import Case, CharField, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, TextChoices, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from ...models import BrowserReceipt, BrowserState, OutboxEvent, Status

META_PAIRS_WITHIN = timedelta(hours=48)
WEBSITE = "website"

_48_HOURS = Value(META_PAIRS_WITHIN)
_SENT = Q(status=Status.SENT)
# the usual case without arithmetic, which is slow on SQLite: a receipt ends the row's time 47 h after its copy
_MET = Q(browser_at__lte=F("sent_at"), sent_at__lte=F("deadline_at"))
_ANY = Q()
_EARLY = Q(changed_at__lt=OuterRef("sent_at") - _48_HOURS)
_LATER = Q(changed_at__gt=OuterRef("sent_at") + _48_HOURS)


class Pair(TextChoices):
    BOTH = "both", _("both sides")
    LATE = "late", _("both, more than 48 h apart")
    SERVER = "server", _("server only")
    BROWSER = "browser", _("browser only")
    NEITHER = "neither", _("neither side")


def with_pair(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Each row with ``seen_at`` (its browser copy was handed over, or None) and ``pair``."""
    # browser_at is empty where the receipt came before the row; Coalesce looks for one only then
    handed_over = BrowserReceipt.objects.filter(key=OuterRef("key"), state=BrowserState.HANDED_OVER)
    first = handed_over.order_by("changed_at").values("changed_at")[:1]
    with_receipt: QuerySet[Any] = rows.annotate(seen_at=Coalesce(F("browser_at"), Subquery(first)))
    with_both: QuerySet[Any] = with_receipt.annotate(pair=_pair())
    return with_both


def _within(seen_at: str) -> Q:
    return Q(sent_at__lte=F(seen_at) + _48_HOURS, sent_at__gte=F(seen_at) - _48_HOURS)


def _pair() -> Case:
    return Case(
        When(_SENT & Q(seen_at=None), then=Value(Pair.SERVER)),
        When(seen_at=None, then=Value(Pair.NEITHER)),
        When(~_SENT, then=Value(Pair.BROWSER)),
        When(_MET, then=Value(Pair.BOTH)),
        When(_within("seen_at"), then=Value(Pair.BOTH)),
        default=Value(Pair.LATE),
        output_field=CharField(),
    )


def in_pair_state(rows: QuerySet[Any], pair: str) -> QuerySet[Any]:
    """Only the rows in that state, as ``with_pair`` has it. Asks for a row's receipts once as a rule, not four times."""
    known, both = ~Q(browser_at=None), _MET | _within("browser_at")
    # a receipt that came before the row: the first one counts
    near, far = _receipt(~_EARLY & ~_LATER) & ~_receipt(_EARLY), _receipt(_EARLY | _LATER)
    conditions = {
        Pair.SERVER: _SENT & ~known & ~_receipt(),
        Pair.NEITHER: ~_SENT & ~known & ~_receipt(),
        Pair.BROWSER: ~_SENT & (known | _receipt()),
        Pair.BOTH: _SENT & (known & both | ~known & near),
        Pair.LATE: _SENT & (known & ~both | ~known & far & ~near),
    }
    return rows.filter(conditions[Pair(pair)]) if pair in Pair.values else rows.none()


def _receipt(changed: Q = _ANY) -> Q:
    """A copy was handed over, at such a time."""
    return Q(Exists(BrowserReceipt.objects.filter(changed, key=OuterRef("key"), state=BrowserState.HANDED_OVER)))


def browser_alone(receipts: QuerySet[BrowserReceipt]) -> QuerySet[BrowserReceipt]:
    """Copies that browsers handed over and of which the outbox knows nothing."""
    same_event = OutboxEvent.objects.filter(key=OuterRef("key"))
    return receipts.filter(~Exists(same_event), state=BrowserState.HANDED_OVER)


def first_alone(receipts: QuerySet[BrowserReceipt]) -> QuerySet[BrowserReceipt]:
    """Of each such event the first receipt, as the numbers count them: several visitors may tell of one id."""
    first = browser_alone(receipts).order_by().values("key").annotate(first=Min("pk"))
    return receipts.filter(pk__in=first.values("first"))
