"""``capi_deliver``, in this process and as one that is told to stop."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from capi_tracking.delivery import resume
from capi_tracking.models import OutboxEvent, Status
from capi_tracking.transports.local import MemoryTransport
from tests.outbox_rows import make_row, make_rows, statuses


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("capi_deliver", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("arguments", [[], ["--once"], ["--once", "--database", "default"]])
def test_once__drains_all_that_is_due_and_says_so(arguments: list[str], capi: Any) -> None:
    capi(BATCH_SIZE=2)
    make_rows(5)
    make_row(9, due_at=timezone.now() + timedelta(hours=1))
    assert run(*arguments).startswith("3 requests: 5 delivered, 0 failed")
    assert len(MemoryTransport.sent) == 3
    assert statuses()["e9"] == Status.PENDING


@pytest.mark.django_db
def test_once__sweeps_first() -> None:
    make_row(deadline_at=timezone.now() - timedelta(hours=1))
    assert "1 expired" in run()


@pytest.mark.django_db
def test_hold_older_than__holds_what_a_restored_backup_may_have_sent_and_sends_the_rest() -> None:
    now = timezone.now()
    make_row(1, created_at=now - timedelta(hours=7))
    make_row(2, created_at=now - timedelta(hours=7), status=Status.LEASED, lease_token="gone")
    make_row(3, created_at=now - timedelta(hours=5))
    assert run("--once", "--hold-older-than", "6h").startswith(
        "2 held: release or cancel them in the admin.\n1 requests"
    )
    assert statuses() == {"e1": Status.HELD, "e2": Status.HELD, "e3": Status.SENT}
    assert set(OutboxEvent.objects.filter(status=Status.HELD).values_list("reason", "due_at")) == {("restored", None)}


@pytest.mark.django_db
def test_hold_older_than__leaves_the_release_to_staff() -> None:
    make_row(created_at=timezone.now() - timedelta(days=1))
    run("--hold-older-than", "90m")
    resume(["default"])
    assert statuses() == {"e1": Status.HELD}
    OutboxEvent.objects.all().release()
    run("--once")
    assert statuses() == {"e1": Status.SENT}


@pytest.mark.parametrize("age", ["6", "h", "-1h", "1.5h", "1w", "9999999d", ""])
def test_hold_older_than__takes_only_an_age(age: str) -> None:
    with pytest.raises(CommandError):
        run("--hold-older-than", age)


@pytest.mark.parametrize(
    "arguments",
    [["--once", "--watch"], ["--interval", "0"], ["--interval", "-1"], ["--interval", "x"], ["--database", "nowhere"]],
)
def test_arguments__that_make_no_sense_are_refused(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        run(*arguments)


PROGRAM = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()
from django.core.management import call_command
from tests.outbox_rows import make_rows
call_command("migrate", "capi_tracking", verbosity=0)
make_rows(3)
call_command("capi_deliver", "--watch", "--interval", "0.05")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_watch__delivers_until_it_is_told_to_stop(number: signal.Signals, tmp_path: Path) -> None:
    root = Path(__file__).resolve().parent.parent
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root,
        env=os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'outbox.sqlite3'}"},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("1 requests: 3 delivered")
        started = time.monotonic()
        process.send_signal(number)
        out, errors = process.communicate(timeout=30)
        assert (process.returncode, out, errors) == (0, "", "")
        assert time.monotonic() - started < 10
    finally:
        process.kill()
        process.wait()
