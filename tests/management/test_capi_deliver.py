"""``capi_deliver``, in this process and as one that is told to stop."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
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

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


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
        '2 held: in the admin, "Try again now" or "Cancel: never send".\n1 requests'
    )
    assert statuses() == {"e1": Status.HELD, "e2": Status.HELD, "e3": Status.SENT}
    assert set(OutboxEvent.objects.filter(status=Status.HELD).values_list("reason", "due_at")) == {("restored", None)}


@pytest.mark.django_db
def test_hold_older_than__leaves_the_release_to_staff() -> None:
    make_row(created_at=timezone.now() - timedelta(days=1))
    run("--hold-older-than", "90m")
    resume(["default"])
    assert statuses() == {"e1": Status.HELD}
    OutboxEvent.objects.retry()
    run("--once")
    assert statuses() == {"e1": Status.SENT}


@pytest.mark.parametrize("age", ["6", "h", "-1h", "1.5h", "1w", "9999999d", ""])
def test_hold_older_than__takes_only_an_age(age: str) -> None:
    with pytest.raises(CommandError):
        run("--hold-older-than", age)


@pytest.mark.django_db
@pytest.mark.parametrize(("setting", "is_on"), [("ENABLED", False), ("SHADOW", True)])
def test_command__says_which_setting_keeps_all_from_going(setting: str, is_on: bool, capi: Any) -> None:
    assert setting not in run()
    capi(**{setting: is_on})
    assert setting in run().splitlines()[0]


@pytest.mark.parametrize(
    "arguments",
    [["--once", "--watch"], ["--interval", "0"], ["--interval", "-1"], ["--interval", "x"], ["--database", "nowhere"]],
)
def test_arguments__that_make_no_sense_are_refused(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        run(*arguments)


@pytest.mark.django_db
def test_command__gives_the_signals_back_to_the_program_that_calls_it() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    run("--once")
    assert [signal.getsignal(number) for number in SIGNALS] == before


@pytest.mark.django_db
def test_command__hears_no_hangup_that_nohup_has_taken_care_of(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    heard = []
    monkeypatch.setattr(MemoryTransport, "send", lambda *_: heard.append(signal.getsignal(signal.SIGHUP)))
    make_rows(1)
    try:
        run("--once")
    finally:
        signal.signal(signal.SIGHUP, before)
    assert heard == [signal.SIG_IGN]


@pytest.mark.django_db
@pytest.mark.parametrize("is_full", [True, False])
def test_command__delivers_though_what_it_says_can_not_be_written(is_full: bool) -> None:
    make_rows(2)
    with Path("/dev/full").open("w") if is_full else unread() as out:
        call_command("capi_deliver", stdout=out, stderr=out)
        assert set(statuses().values()) == {Status.SENT}
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())  # what is in its buffer can go


def unread() -> Any:
    """The end of a pipe whose other end is closed."""
    reading, writing = os.pipe()
    os.close(reading)
    return os.fdopen(writing, "w")


def test_command__runs_in_any_thread_though_signals_are_the_main_ones(capi: Any) -> None:
    capi(OUTBOX_DATABASES=[])
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(run, "--once").result().startswith("0 requests")


MIGRATION = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()
from django.core.management import call_command
call_command("migrate", "capi_tracking", verbosity=0)
"""

PROGRAM = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()
from django.core.management import call_command
from tests.outbox_rows import make_rows
make_rows(3)
call_command("capi_deliver", "--watch", "--interval", "0.05")
"""


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An outbox without rows, as a file of SQLite's."""
    folder = tmp_path_factory.mktemp("migrated")
    out, errors = start(MIGRATION, folder).communicate(timeout=60)
    assert (out, errors) == ("", "")
    return (folder / "outbox.sqlite3").read_bytes()


@pytest.fixture
def outbox(migrated: bytes, tmp_path: Path) -> Path:
    """The folder of two, for a process of its own."""
    for name in ("outbox", "second"):
        (tmp_path / f"{name}.sqlite3").write_bytes(migrated)
    return tmp_path


def start(program: str, directory: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments], text=True, cwd=Path(__file__).resolve().parents[2],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=os.environ | {"DATABASE_URL": f"sqlite:///{directory / 'outbox.sqlite3'}"},
    )  # fmt: skip


@pytest.mark.parametrize("number", SIGNALS)
def test_watch__delivers_until_it_is_told_to_stop(number: signal.Signals, outbox: Path) -> None:
    process = start(PROGRAM, outbox)
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


TWO_OUTBOXES = """
import os, sys, django
from datetime import timedelta
from tests import settings
settings.DATABASES["second"] = settings.DATABASES["default"] | {"NAME": sys.argv[1]}
settings.CAPI_TRACKING["OUTBOX_DATABASES"] = ["default", "second"]
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()
from django.core.management import call_command
from django.utils import timezone
from capi_tracking.models import OutboxEvent
from tests.outbox_rows import make_rows
for using in ("default", "second"):
    make_rows(2, using=using, created_at=timezone.now() - timedelta(days=1))
call_command("capi_deliver", "--hold-older-than", "6h")
for using in ("default", "second"):
    print(using, *OutboxEvent.objects.using(using).values_list("reason", flat=True))
"""


def test_hold_older_than__holds_in_every_outbox(outbox: Path) -> None:
    process = start(TWO_OUTBOXES, outbox, str(outbox / "second.sqlite3"))
    out, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    assert out.startswith("4 held")
    assert out.splitlines()[-2:] == ["default restored restored", "second restored restored"]


ONE_IS_DOWN = """
import os, sys, django
from tests import settings
settings.DATABASES["down"] = settings.DATABASES["default"] | {"NAME": "/no/such/folder/outbox.sqlite3"}
settings.CAPI_TRACKING["OUTBOX_DATABASES"] = ["down", "default"]
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()
from django.core.management import call_command, execute_from_command_line
from tests.outbox_rows import make_rows
make_rows(2)
execute_from_command_line(["manage.py", "capi_deliver", sys.argv[1], "--skip-checks"])
"""


def test_once__a_database_that_is_down_stops_no_other_and_is_told(outbox: Path) -> None:
    process = start(ONE_IS_DOWN, outbox, "--once")
    out, errors = process.communicate(timeout=60)
    assert out.startswith("1 requests: 2 delivered")
    assert process.returncode == 1
    assert errors.splitlines()[0] == "The database down failed (OperationalError)."


def test_watch__a_database_that_is_down_stops_no_other(outbox: Path) -> None:
    process = start(ONE_IS_DOWN, outbox, "--watch")
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("1 requests: 2 delivered")
        process.terminate()
        process.communicate(timeout=30)
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait()


# one claim of three rows that go in requests of their own; the first is answered when a line comes in
IN_MID_BATCH = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()
from django.conf import settings
from django.core.management import call_command
from capi_tracking.models import OutboxEvent
from capi_tracking.transports import local
from tests.outbox_rows import make_rows, payload

def send(self, batch):
    print("asked", flush=True)
    sys.stdin.readline()
    return local.Acknowledgement(events_received=len(batch))

local.MemoryTransport.send = send
settings.CAPI_TRACKING["BATCH_BYTES"] = len(payload(1)) + 1
make_rows(3)
call_command("capi_deliver", sys.argv[1])
print(*OutboxEvent.objects.order_by("id").values_list("status", "lease_token", "attempts"))
"""


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("mode", ["--once", "--watch"])
def test_signal__in_mid_batch_what_is_on_its_way_is_recorded_and_the_rest_put_back(
    mode: str, number: signal.Signals, outbox: Path
) -> None:
    process = start(IN_MID_BATCH, outbox, mode)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "asked\n"
        process.send_signal(number)
        out, errors = process.communicate("answer\n", timeout=30)
        assert (process.returncode, errors) == (0, "")
        assert out.splitlines() == [
            "1 requests: 1 delivered, 0 failed, 0 expired, 0 held, 2 put back",
            "('sent', '', 1) ('pending', '', 0) ('pending', '', 0)",
        ]
    finally:
        process.kill()
        process.wait()
