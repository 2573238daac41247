"""Rows of the outbox, made directly: what delivery's tests start from."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from capi_tracking.consent import ConsentState
from capi_tracking.models import DeliveryAttempt, OutboxEvent, Priority, deadline, outbox_key


def make_row(number: int = 1, **changes: Any) -> OutboxEvent:
    """One stored event, due since a minute; its event id is ``e<number>``."""
    return make_rows(1, first=number, **changes)[0]


def make_rows(count: int, *, first: int = 1, using: str = "default", **changes: Any) -> list[OutboxEvent]:
    rows = [_row(number, changes) for number in range(first, first + count)]
    return OutboxEvent.objects.using(using).bulk_create(rows)


def payload(number: int) -> str:
    # a space that no encoder of ours writes: a payload that is parsed on the way loses it
    return json.dumps({"event_name": "ViewContent", "event_id": f"e{number}"}).replace("}", " }")


def statuses() -> dict[str, str]:
    return dict(OutboxEvent.objects.values_list("event_id", "status"))


def attempts() -> list[DeliveryAttempt]:
    return list(DeliveryAttempt.objects.order_by("pk"))


@contextmanager
def settled_by_another(row: OutboxEvent) -> Iterator[None]:
    """Another worker settles it right before our next UPDATE."""
    done: list[bool] = []

    def another_worker(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("UPDATE") and not done:
            done.append(True)
            OutboxEvent.objects.settle([row.pk], attempt=None, short=False, test=False)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(another_worker):
        yield


def _row(number: int, changes: dict[str, Any]) -> OutboxEvent:
    now = timezone.now()
    values: dict[str, Any] = {
        "key": outbox_key("1234567890", "ViewContent", f"e{number}"),
        "pixel": "default",
        "event_name": "ViewContent",
        "event_id": f"e{number}",
        "event_time": now - timedelta(minutes=1),
        "action_source": "website",
        "priority": Priority.NORMAL,
        "due_at": now - timedelta(minutes=1),
        "deadline_at": deadline(now, "website"),
        "payload": payload(number),
        "consent_state": ConsentState.GRANTED,
    }
    return OutboxEvent(**(values | changes))
