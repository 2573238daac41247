"""One row in one statement: what Django's own would write."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from capi_tracking.models import CheckoutContext, OutboxEvent
from capi_tracking.models.database.arrays import MANY
from capi_tracking.models.database.clock import later
from capi_tracking.models.database.inserts import insert_all, insert_once
from tests.outbox_rows import make_row

pytestmark = pytest.mark.django_db

OWN = {"id", "key", "due_at"}


def written(**changes: Any) -> OutboxEvent:
    row = make_row(**changes)
    OutboxEvent.objects.filter(pk=row.pk).delete()
    row.pk = None
    insert_once(OutboxEvent.objects.all(), row, same="event_name")
    assert not row._state.adding
    return OutboxEvent.objects.get(key=row.key)


def columns(row: OutboxEvent) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name not in OWN}


def test_insert__writes_what_django_writes() -> None:
    told = {"value": "19.90", "match_score": 7, "browser_at": timezone.now(), "order_key": "shop.order:1", "part": ""}
    ours = written(number=1, **told)
    ours_as_read = columns(ours)
    ours.delete()
    assert columns(OutboxEvent.objects.get(pk=make_row(1, **told, event_time=ours.event_time).pk)) == {
        **ours_as_read,
        "created_at": OutboxEvent.objects.get().created_at,
        "updated_at": OutboxEvent.objects.get().updated_at,
        "deadline_at": OutboxEvent.objects.get().deadline_at,
    }


@pytest.mark.parametrize("seconds", [0, 2])
def test_insert__reckons_by_the_databases_clock(seconds: int) -> None:
    before = timezone.now() - timedelta(minutes=1)
    row = written(due_at=later(timedelta(seconds=seconds)))
    assert row.due_at is not None
    assert before < row.due_at - timedelta(seconds=seconds) < timezone.now() + timedelta(minutes=1)


def test_insert__of_a_taken_key_leaves_the_row_as_it_is() -> None:
    first = make_row(notes="first")
    again = OutboxEvent.objects.get(pk=first.pk)
    again.pk, again.notes = None, "second"
    insert_once(OutboxEvent.objects.all(), again, same="event_name")
    assert OutboxEvent.objects.get().notes == "first"


def test_insert__is_one_statement_and_asks_no_compiler(
    django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def context(key: str) -> CheckoutContext:
        return CheckoutContext(key=key, client_ip="2001:db8::1", consent_state="granted")

    CheckoutContext.objects.remember(context("a"))
    monkeypatch.setattr(connection.ops, "compiler", None)
    with django_assert_num_queries(1):
        CheckoutContext.objects.remember(context("b"))


def several(number: int) -> list[OutboxEvent]:
    """Rows that differ in some columns, and are the same in others."""
    rows = []
    for count in range(number):
        odd = {"value": f"{count}.50", "order_key": f'a "b" \\ {{c}}, {count}', "part": "", "match_score": count}
        row = make_row(
            count, notes="NULL", **(odd if count % 2 else {}), browser_at=timezone.now() if count % 3 else None
        )
        rows.append(row)
    return rows


def test_insert_all__writes_many_as_django_does() -> None:
    rows = several(2 * MANY)
    by_django = kept()
    OutboxEvent.objects.all().delete()
    for row in rows:
        row.pk = None
    assert insert_all(OutboxEvent.objects.all(), rows, same="event_name") == len(rows)
    assert kept() == by_django


def kept() -> list[dict[str, Any]]:
    return [columns(row) for row in OutboxEvent.objects.order_by("key")]


def test_insert_all__of_many_takes_the_databases_clock_and_leaves_what_is_there() -> None:
    rows = several(2 * MANY)
    OutboxEvent.objects.all().delete()
    for count, row in enumerate(rows):
        row.pk, row.due_at = None, later(timedelta(0)) if count % 2 else None
    insert_all(OutboxEvent.objects.all(), rows[:MANY], same="event_name")  # expressions and values mixed
    for row in rows:
        row.due_at = later(timedelta(0))
    insert_all(OutboxEvent.objects.all(), rows, same="event_name")
    assert OutboxEvent.objects.count() == len(rows)
    assert OutboxEvent.objects.filter(due_at=None).count() == MANY // 2
