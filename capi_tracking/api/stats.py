"""``stats/`` and ``reconciliation/``: the dashboard's numbers, and what the orders tell otherwise than the outbox."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from rest_framework.request import Request
from rest_framework.response import Response

from .. import metrics
from ..conf import conf
from ..metrics import Share
from ..models import DifferenceKind, OrderDifference, Reconciliation
from .reading import PRIVATE, ForStaff, Rows, asked_of, window_of

SHOWN = (
    "orders",
    "delivered",
    "order_overlap",
    "page_overlap",
    "match_keys",
    "waiting",
    "events",
    "skipped",
    "failures",
)
RUNS = 10
OF_A_RUN = ("started_at", "finished_at", "since", "until", "is_recording", "counts")


class Stats(ForStaff):
    """What the dashboard's cards and tables say of a period, of one pixel or all, of one event or all."""

    needs = "view_dashboard"

    def get(self, request: Request) -> Response:
        asked = asked_of(request, {"period", "pixel", "event"})
        window = window_of(asked.get("period", metrics.DEFAULT_WINDOW))
        health = metrics.health(window, pixel=asked.get("pixel", ""), event=asked.get("event", ""))
        body = {"since": window.start, "until": window.end, **{name: plain(getattr(health, name)) for name in SHOWN}}
        return Response(body, headers=PRIVATE)


class Differences(Rows):
    """The last comparisons of the shop's orders with the outbox, and the sales in which they differ."""

    needs = "view_reconciliation"
    moment = "event_time"
    exact = {"pixel": ("pixel", None), "kind": ("kind", DifferenceKind.values)}
    columns = (
        *("order_key", "part", "pixel", "event_name", "kind", "event_time"),
        *("value", "currency", "sent_value", "sent_currency", "found_at"),
    )

    def get(self, request: Request) -> Response:
        response = super().get(request)
        runs = Reconciliation.objects.using(conf.OUTBOX_DATABASES[0]).order_by("-pk").values(*OF_A_RUN)[:RUNS]
        response.data = {"runs": list(runs), **response.data}
        return response

    def source(self) -> Any:
        return OrderDifference.objects.using(conf.OUTBOX_DATABASES[0])


def plain(value: Any) -> Any:
    """A value of ``metrics`` as JSON has it: amounts are texts, shares tell their percent too."""
    if isinstance(value, Share):
        return {"part": value.part, "whole": value.whole, "percent": value.percent}
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return str(value) if isinstance(value, Decimal | Promise) else value


stats = Stats.as_view()
reconciliation = Differences.as_view()
