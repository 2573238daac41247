"""How long website events take to Meta. Under an hour is good, over two hurts, over a day is lost to attribution."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Case, Count, F, SmallIntegerField, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..models import OutboxEvent, Status
from .facts import tests
from .pairs import WEBSITE
from .window import Window

LIMITS: dict[timedelta, Promise] = {
    timedelta(seconds=1): _("1\N{NO-BREAK SPACE}s"),
    timedelta(seconds=5): _("5\N{NO-BREAK SPACE}s"),
    timedelta(seconds=30): _("30\N{NO-BREAK SPACE}s"),
    timedelta(minutes=2): _("2\N{NO-BREAK SPACE}min"),
    timedelta(minutes=10): _("10\N{NO-BREAK SPACE}min"),
    timedelta(hours=1): _("1\N{NO-BREAK SPACE}h"),
    timedelta(days=1): _("1\N{NO-BREAK SPACE}day"),
}


@dataclass(frozen=True, slots=True)
class Freshness:
    """``counts``: events by delay, one for each of LIMITS and one for what took longer."""

    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def half(self) -> str:
        return self.within(50)

    @property
    def most(self) -> str:
        return self.within(95)

    def within(self, percent: int) -> str:
        """The first limit that holds so many percent of the events; "" if none does, or if there are no events."""
        held = 0
        for label, count in zip(LIMITS.values(), self.counts, strict=False):
            held += count
            if held and held * 100 >= percent * self.total:
                return str(label)
        return ""


def freshness(window: Window, *, pixel: str, using: str, event: str = "", with_tests: bool = False) -> Freshness:
    """Of what was sent in the window, test events left out unless they are asked for. One query."""
    rows = OutboxEvent.objects.using(using).filter(
        event_time__gte=window.start,
        event_time__lt=window.end,
        status=Status.SENT,
        action_source=WEBSITE,
        **tests(with_tests),
    )
    if pixel:
        rows = rows.filter(pixel=pixel)
    if event:
        rows = rows.filter(event_name=event)
    groups = rows.order_by().annotate(slot=_slot()).values_list("slot").annotate(count=Count("id"))
    found = dict(groups)
    return Freshness(tuple(found.get(number, 0) for number in range(len(LIMITS) + 1)))


def _slot() -> Case:
    cases = [When(sent_at__lte=F("event_time") + limit, then=Value(number)) for number, limit in enumerate(LIMITS)]
    return Case(*cases, default=Value(len(LIMITS)), output_field=SmallIntegerField())
