"""Shadow mode: all is recorded, and nothing of it is ever sent, not even after going live."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from capi_tracking.consent import ConsentState
from capi_tracking.delivery import deliver_due, sweep
from capi_tracking.events import UserData
from capi_tracking.exceptions import Denied
from capi_tracking.models import OutboxEvent, Pixel, Status
from capi_tracking.tracking import track
from capi_tracking.transports.local import MemoryTransport, ScriptedTransport
from tests.delivery.sending import deliver, ids, make_due
from tests.outbox_rows import make_row, make_rows, settled_by_another, statuses
from tests.sales import add_line, buy, row, stock

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
NEW_TOKEN = {"default": {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": "new"}}


def go_live(capi: Callable[..., None]) -> int:
    """How many events a worker sends after shadow mode, whatever they waited for."""
    capi(SHADOW=False)
    OutboxEvent.objects.filter(due_at__isnull=False).update(due_at=timezone.now() - HOUR)
    sweep()
    return sum(len(batch) for batch in MemoryTransport.sent)


def test_track__in_shadow_is_closed_at_once_and_never_sent_though_no_worker_ran(capi: Any, make_event: Any) -> None:
    capi(SHADOW=True)
    track(make_event(), delay=HOUR)
    stored = row()
    assert (stored.status, stored.reason, stored.payload, stored.due_at) == (Status.SKIPPED, "shadow", "", None)
    assert stored.settled_at is not None
    assert stored.redacted_at is not None
    assert go_live(capi) == 0


def test_track__in_shadow_keeps_what_the_dashboard_compares(capi: Any, make_event: Any) -> None:
    capi(SHADOW=True)
    track(make_event(), order_key="shop.order:1")
    stored = row()
    assert (stored.value, stored.currency, stored.order_key) == (Decimal("9.90"), "EUR", "shop.order:1")
    assert {"em", "country"} <= set(stored.match_keys.split())
    assert (stored.consent_state, bool(stored.match_score)) == (ConsentState.GRANTED, True)


@pytest.mark.django_db(transaction=True)
def test_order__in_shadow_stays_closed_when_its_lines_come_and_when_it_is_saved_after_going_live(
    capi: Any, visitor: Any
) -> None:
    capi(SHADOW=True)
    order = buy(visitor, stock())
    assert (row().status, row().reason, row().value) == (Status.SKIPPED, "shadow", order.total)
    order.save()
    capi(SHADOW=False)
    order.save()
    add_line(order, None)
    assert go_live(capi) == 0


def broken(self: Any, order: Any) -> Any:
    raise RuntimeError("no such field")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mended_in_shadow", [True, False])
def test_order__that_its_adapter_buried_in_shadow_is_never_sent(
    capi: Any, visitor: Any, adapter: Any, mended_in_shadow: bool
) -> None:
    capi(SHADOW=True)
    adapter(custom_data=broken)
    order = buy(visitor, stock())
    assert (row().status, row().reason) == (Status.DEAD, "adapter_failed")  # so that it is seen and mended
    capi(SHADOW=mended_in_shadow)
    adapter()
    order.save()
    stored = row()
    assert (stored.status, stored.reason, stored.payload) == (Status.SKIPPED, "shadow", "")
    assert stored.value == order.total  # now there is something to compare
    assert go_live(capi) == 0


@pytest.mark.django_db(transaction=True)
def test_order__that_was_recorded_before_shadow_is_closed_when_it_is_completed_in_it(
    capi: Any, visitor: Any, adapter: Any
) -> None:
    adapter(custom_data=broken)
    order = buy(visitor, stock())
    capi(SHADOW=True)
    adapter()
    order.save()
    assert (row().status, row().reason) == (Status.SKIPPED, "shadow")
    assert go_live(capi) == 0


@pytest.mark.parametrize("order_key", [None, "shop.order:1"])
def test_track__in_shadow_tells_of_too_little_data_and_leaves_nothing_to_send(
    capi: Any, make_event: Any, order_key: str | None
) -> None:
    capi(SHADOW=True)
    track(make_event(user_data=UserData.of(country="DE")), order_key=order_key)
    assert (row().status, row().reason, row().payload) == (Status.DEAD, "too_little_user_data", "")
    assert OutboxEvent.objects.retry() == 0
    assert go_live(capi) == 0


def test_track__after_shadow_is_sent(capi: Any, make_event: Any) -> None:
    capi(SHADOW=True)
    track(make_event(event_id="in-shadow"))
    capi(SHADOW=False)
    track(make_event(event_id="live"))
    assert go_live(capi) == 1
    assert json.loads(MemoryTransport.sent[0].payloads[0])["event_id"] == "live"


def test_sweep__in_shadow_a_new_token_lets_nothing_go(capi: Any) -> None:
    make_row()
    deliver_due(transport=ScriptedTransport(Denied("token", code=190)))
    capi(SHADOW=True, PIXELS=NEW_TOKEN)
    sweep()
    assert Pixel.objects.get().state == Pixel.State.PAUSED
    assert (row().status, bool(row().payload)) == (Status.HELD, True)


def test_sweep__in_shadow_leaves_what_is_held_behind_an_open_pixel(capi: Any) -> None:
    make_row(status=Status.HELD, due_at=None, reason="denied_190")
    capi(SHADOW=True)
    sweep()
    assert statuses() == {"e1": Status.HELD}


def test_worker__in_shadow_closes_what_is_due_from_before(capi: Any) -> None:
    make_row()
    capi(SHADOW=True)
    assert sweep().passed_over == 1
    assert (row().status, row().reason, row().payload) == (Status.SKIPPED, "shadow", "")


def test_pass_over__leaves_what_another_worker_settled_meanwhile(capi: Any) -> None:
    settled = make_row()
    with settled_by_another(settled):
        assert OutboxEvent.objects.pass_over(limit=10) == 0
    assert statuses() == {"e1": Status.SENT}


def test_shadow__closes_what_is_due_without_sending_and_going_live_sends_none_of_it(capi: Any) -> None:
    make_rows(3)
    make_row(9, due_at=timezone.now() + HOUR)
    capi(SHADOW=True)
    report, transport = deliver()
    assert (report.passed_over, transport.sent) == (3, [])
    closed = OutboxEvent.objects.filter(status=Status.SKIPPED)
    assert {(row.reason, row.payload, row.due_at) for row in closed} == {("shadow", "", None)}
    capi(SHADOW=False)
    make_due()
    assert [ids(batch) for batch in deliver()[1].sent] == [["e9"]]


def test_shadow__leaves_to_a_worker_what_it_is_sending(capi: Any) -> None:
    make_row(status=Status.LEASED, lease_token="t", due_at=timezone.now() + HOUR)
    capi(SHADOW=True)
    assert deliver()[0].passed_over == 0
