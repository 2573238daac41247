"""Copies of a database: a clone on another host, and a backup that was restored."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from capi_tracking.delivery import deliver_due, hold_older_than, resume, sweep, sweeping
from capi_tracking.exceptions import Denied
from capi_tracking.models import OutboxEvent, Pixel, Status
from capi_tracking.models.database import slices
from capi_tracking.transports.local import MemoryTransport, ScriptedTransport
from tests.outbox_rows import make_row, make_rows, settled_by_another, statuses

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
OLD_TOKEN = "of the old token"


def paused_pixel() -> None:
    Pixel.objects.create(alias="default", state=Pixel.State.PAUSED, refused_fingerprint=OLD_TOKEN)


def refused_row(number: int = 1, **changes: Any) -> OutboxEvent:
    return make_row(number, status=Status.HELD, due_at=None, reason="denied_190", **changes)


def restore(*arguments: str) -> str:
    """The first command after a backup was restored."""
    out = StringIO()
    call_command("capi_deliver", "--once", "--hold-older-than", "6h", *arguments, stdout=out)
    return out.getvalue()


def sweep_thrice() -> int:
    return sum(sweep().delivered for _ in range(3))


# -- a clone ---------------------------------------------------------------------------------------------------------


def test_clone__sends_nothing_that_production_held_though_its_own_token_is_another(capi: Callable[..., None]) -> None:
    refused_row(1, environment="production")
    refused_row(2, environment="staging")
    paused_pixel()
    capi(ENVIRONMENT="staging")
    assert sweep_thrice() == 1
    assert statuses() == {"e1": Status.HELD, "e2": Status.SENT}
    assert OutboxEvent.objects.get(event_id="e1").environment == "production"


def test_clone__staff_who_resume_its_pixel_send_nothing_of_productions(capi: Callable[..., None]) -> None:
    refused_row(environment="production")
    paused_pixel()
    capi(ENVIRONMENT="staging")
    assert resume(["default"]) == 0
    assert sweep_thrice() == 0


def test_clone__without_a_name_there_is_no_guard(capi: Callable[..., None]) -> None:
    refused_row(environment="production")
    paused_pixel()
    assert sweep_thrice() == 1


# -- held behind a pixel that is open --------------------------------------------------------------------------------


def test_sweep__lets_go_what_a_worker_held_while_another_resumed_the_pixel() -> None:
    make_rows(2)
    deliver_due(transport=ScriptedTransport(Denied("token", code=190)))
    Pixel.objects.resume()  # the other worker's resume() came before this one's rows were committed
    assert sweep_thrice() == 2


def test_sweep__leaves_what_is_held_behind_a_paused_pixel() -> None:
    make_row()
    deliver_due(transport=ScriptedTransport(Denied("token", code=190)))
    assert sweep_thrice() == 0
    assert statuses() == {"e1": Status.HELD}


@pytest.mark.parametrize("reason", ["restored", "other_environment"])
def test_sweep__leaves_what_a_person_has_to_decide(reason: str) -> None:
    make_row(status=Status.HELD, due_at=None, reason=reason)
    assert sweep_thrice() == 0


def test_sweep__leaves_another_environments_rows_behind_an_open_pixel(capi: Callable[..., None]) -> None:
    capi(ENVIRONMENT="staging")
    refused_row(environment="production")
    assert sweep_thrice() == 0


# -- a restored backup -----------------------------------------------------------------------------------------------


def test_restored__all_old_rows_are_held_however_many(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (slices, sweeping):
        monkeypatch.setattr(module, "SLICE", 2)
    monkeypatch.setattr(slices, "SLICES", 1)
    make_rows(7, created_at=timezone.now() - 7 * HOUR)
    assert restore().startswith("7 held")
    assert set(statuses().values()) == {Status.HELD}
    assert MemoryTransport.sent == []


def test_restored__what_a_refused_token_held_is_not_let_go_by_the_new_token() -> None:
    refused_row(created_at=timezone.now() - 7 * HOUR)
    paused_pixel()
    restore()
    assert sweep_thrice() == 0
    assert set(OutboxEvent.objects.values_list("status", "reason")) == {(Status.HELD, "restored")}


def test_restored__rows_recorded_shortly_before_the_backup_are_held_by_an_age_below_the_backups() -> None:
    """The backup is six and a half hours old; a row was recorded ten minutes before it, and sent after it."""
    make_row(created_at=timezone.now() - timedelta(hours=6, minutes=40))
    restore()
    assert statuses() == {"e1": Status.HELD}


def test_restored__the_second_command_holds_nothing_anew() -> None:
    make_row(created_at=timezone.now() - 7 * HOUR)
    assert restore().startswith("1 held")
    assert restore().startswith("0 held")


def test_restored__a_worker_that_still_runs_keeps_what_it_sent_meanwhile() -> None:
    settled = make_row(created_at=timezone.now() - 7 * HOUR, status=Status.LEASED, lease_token="its")
    with settled_by_another(settled):
        assert hold_older_than(HOUR) == 0
    assert statuses() == {"e1": Status.SENT}
