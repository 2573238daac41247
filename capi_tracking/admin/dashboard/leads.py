"""Where the dashboard's numbers lead, for who may go there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from ... import metrics
from ..drilling import NO_COPY
from ..links import may_open, rows
from .asked import Asked

LISTS = (
    "outboxevent",
    "deliveryattempt",
    "browserreceipt",
    "skipcount",
    "orderdifference",
    "pagereport",
    "pixel",
    "reconciliation",
)


@dataclass(frozen=True, slots=True)
class Leads:
    """``seen``: the lists that this person may look at. An address is "" where it leads to none of them."""

    asked: Asked
    seen: frozenset[str]

    def to(self, model: str, **chosen: Any) -> str:
        """That list, with these filters, of the period and the pixel that the page is about."""
        if model not in self.seen:
            return ""
        return rows(model, **({"period": self.asked.window.name, "of_pixel": self.asked.pixel} | chosen))

    def events(self, **chosen: Any) -> str:
        here = {"name": self.asked.event, "tests": "" if self.asked.with_tests else "no"}
        return self.to("outboxevent", **(here | chosen))

    def alone(self, **chosen: Any) -> str:
        """Receipts of browsers, of which there is no event."""
        return self.to("browserreceipt", **({"name": self.asked.event, "copy": NO_COPY} | chosen))

    def of_part(self, start: datetime, **chosen: Any) -> str:
        """Events of that day; an hour has no list of its own."""
        return "" if self.asked.window.is_hourly else self.events(period=_day(start), **chosen)

    def alone_in_part(self, start: datetime) -> str:
        return "" if self.asked.window.is_hourly else self.alone(period=_day(start))

    def orders(self, **chosen: Any) -> str:
        """The events that the numbers of orders count; where the page is of one event, of that one."""
        return self.events(**({} if self.asked.event else {"group": "orders"}), **chosen)

    def waiting(self) -> str:
        """What waits, whatever its age."""
        return self.events(outcome=metrics.Result.WAITING, period="all")


def _day(start: datetime) -> str:
    day = timezone.localtime(start, timezone.get_default_timezone()).date()
    return f"{day}..{day}"


def leads(request: HttpRequest, asked: Asked) -> Leads:
    return Leads(asked, frozenset(model for model in LISTS if may_open(request, model)))
