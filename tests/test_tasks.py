"""The Celery door: the tasks, the schedule, and the way to a worker."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, connection, connections, transaction
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.utils import timezone

from capi_tracking import tasks
from capi_tracking.models import OutboxEvent, Status
from capi_tracking.signals import event_recorded
from capi_tracking.tasks import CAPI_BEAT_SCHEDULE, Nudger, publish
from capi_tracking.transports.local import MemoryTransport
from tests.outbox_rows import make_row, make_rows, statuses

SILENT_SECONDS = 0.3


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Celery]]:
    """Makes a shop's Celery application. Celery prefers the environment's broker to the one it is given."""
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    made: list[Celery] = []

    def make(broker: str, **settings: Any) -> Celery:
        app = Celery("shop", broker=broker, set_as_current=False)
        app.conf.update(settings)
        made.append(app)
        return app

    yield make
    for app in made:
        app.close()


# -- tasks -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("task", [tasks.deliver, tasks.sweep])
def test_tasks__send_what_is_due(task: Any) -> None:
    make_rows(3)
    task.run()
    assert set(statuses().values()) == {Status.SENT}
    assert [len(batch) for batch in MemoryTransport.sent] == [3]


@pytest.fixture
def closed_door(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Adds a database that nobody can open."""
    added: list[str] = []

    def add(alias: str) -> None:
        nowhere = {"NAME": str(tmp_path / "nowhere" / alias), "OPTIONS": {}}
        connections[alias] = DatabaseWrapper(deepcopy(connection.settings_dict) | nowhere, alias)
        added.append(alias)

    yield add
    for alias in added:
        del connections[alias]


@pytest.mark.django_db
@pytest.mark.parametrize("task", [tasks.deliver, tasks.sweep])
def test_tasks__a_database_that_is_down_does_not_stop_those_after_it(
    task: Any, closed_door: Any, capi: Any, caplog: Any
) -> None:
    closed_door("down")
    capi(OUTBOX_DATABASES=["down", "default"])
    make_rows(3)
    with pytest.raises(OperationalError):  # the task has failed, and monitoring sees it
        task.run()
    assert set(statuses().values()) == {Status.SENT}
    assert "The database down failed (OperationalError)" in caplog.text


@pytest.mark.django_db
def test_prune__a_database_that_is_down_does_not_stop_those_after_it(closed_door: Any, capi: Any) -> None:
    closed_door("down")
    capi(OUTBOX_DATABASES=["down", "default"])
    make_row(status=Status.SENT, due_at=None, settled_at=timezone.now() - timedelta(days=3))
    with pytest.raises(OperationalError):
        tasks.prune.run()
    assert OutboxEvent.objects.get().payload == ""


@pytest.mark.django_db
def test_tasks__tell_of_every_database_that_is_down(closed_door: Any, capi: Any, caplog: Any) -> None:
    closed_door("down")
    closed_door("gone")
    capi(OUTBOX_DATABASES=["down", "default", "gone"])
    make_row()
    with pytest.raises(ExceptionGroup) as failed:
        tasks.sweep.run()
    assert len(failed.value.exceptions) == 2
    assert all(f"The database {alias} failed" in caplog.text for alias in ("down", "gone"))
    assert statuses() == {"e1": Status.SENT}


@pytest.mark.django_db
def test_tasks__end_where_celery_ends_them(capi: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A time limit is no database's failure: the next database would begin after it."""
    capi(OUTBOX_DATABASES=["default", "default"])
    make_rows(3)
    asked: list[str] = []

    def out_of_time(alias: str) -> Any:
        asked.append(alias)
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(tasks.privacy, "prune", out_of_time)
    with pytest.raises(SoftTimeLimitExceeded):
        tasks.prune.run()
    assert asked == ["default"]


def test_schedule__names_tasks_that_exist_and_expire() -> None:
    ours = {tasks.alert.name, tasks.sweep.name, tasks.prune.name, tasks.reconcile.name, tasks.ask_meta.name}
    ours |= {tasks.roll_up.name}
    assert {entry["task"] for entry in CAPI_BEAT_SCHEDULE.values()} == ours
    for entry in CAPI_BEAT_SCHEDULE.values():
        assert entry["options"]["expires"] <= entry["schedule"] <= 3600
    assert CAPI_BEAT_SCHEDULE["capi-tracking-sweep"]["schedule"] <= 60
    assert tasks.deliver.name == "capi_tracking.tasks.deliver"


def test_tasks__carry_no_arguments_so_that_no_customer_is_in_a_message() -> None:
    for task in (tasks.deliver, tasks.sweep, tasks.prune, tasks.reconcile, tasks.ask_meta):
        assert task.run.__code__.co_argcount == 0
        assert task.ignore_result


# -- after the commit ------------------------------------------------------------------------------------------------


def tell(row: OutboxEvent, **kwargs: Any) -> None:
    tasks.nudge_after_commit(sender=OutboxEvent, event=row, using="default", **kwargs)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the process's own nudger was asked for, in seconds."""
    seconds: list[float] = []

    class Listener(Nudger):
        def ask(self, delay_seconds: float) -> None:
            seconds.append(delay_seconds)

    monkeypatch.setattr(tasks, "_nudger", Listener(tasks.wake))
    return seconds


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "nudge", "expected"),
    [
        ({}, "celery", [2.0]),
        ({}, None, []),
        ({"status": Status.SKIPPED}, "celery", []),
        ({"status": Status.DEAD}, "celery", []),
    ],
)
def test_nudge_after_commit__asks_for_rows_that_can_go(
    changes: dict[str, Any],
    nudge: str | None,
    expected: list[float],
    asked: list[float],
    capi: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    capi(NUDGE=nudge)
    with django_capture_on_commit_callbacks(execute=True):
        tell(make_row(**changes), delay=timedelta(seconds=2))
        assert asked == []
    assert asked == expected


@pytest.mark.django_db(transaction=True)
def test_nudge_after_commit__nothing_for_what_was_rolled_back(asked: list[float], capi: Any) -> None:
    capi(NUDGE="celery")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tell(make_row())
        raise ZeroDivisionError
    assert asked == []
    with transaction.atomic():
        tell(make_row())
    assert asked == [0.0]


@pytest.mark.django_db
def test_nudge_after_commit__is_connected_to_the_signal(
    asked: list[float], capi: Any, django_capture_on_commit_callbacks: Any
) -> None:
    capi(NUDGE="celery")
    with django_capture_on_commit_callbacks(execute=True):
        event_recorded.send_robust(sender=OutboxEvent, event=make_row(), using="default", delay=timedelta(seconds=1))
    assert asked == [1.0]


# -- the broker ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("app", [None, Celery("eager", task_always_eager=True, set_as_current=False)])
def test_wake__sends_nothing_where_nobody_would_take_it(app: Celery | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "shop_app", lambda: app)
    monkeypatch.setattr(tasks, "publish", lambda *_: pytest.fail("sent"))
    tasks.wake()


def test_publish__puts_one_message_that_expires_into_the_queue(shop: Any, tmp_path: Path) -> None:
    folder = str(tmp_path)
    options = {"data_folder_in": folder, "data_folder_out": folder, "control_folder": folder}
    publish(shop("filesystem://", broker_transport_options=options))
    (message,) = tmp_path.glob("*.msg")
    headers = json.loads(message.read_text())["headers"]
    assert headers["task"] == tasks.deliver.name
    assert headers["expires"]
    assert headers["ignore_result"] is True


def test_publish__obeys_the_shops_routes(shop: Any, tmp_path: Path) -> None:
    folder = str(tmp_path)
    options = {"data_folder_in": folder, "data_folder_out": folder, "control_folder": folder}
    routes = {"capi_tracking.*": {"queue": "tracking"}}
    publish(shop("filesystem://", broker_transport_options=options, task_routes=routes))
    assert [path.name.split(".")[-2] for path in tmp_path.glob("*.msg")] == ["tracking"]


def test_publish__a_silent_broker_costs_no_more_than_the_timeout(shop: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:  # accepts, and never answers
        app = shop(f"amqp://127.0.0.1:{listener.getsockname()[1]}//")
        started = time.monotonic()
        with pytest.raises(OSError, match="timed out"):
            publish(app, timeout=SILENT_SECONDS)
    assert time.monotonic() - started < 20 * SILENT_SECONDS


def test_publish__nobody_there_is_an_error_at_once(shop: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(OSError, match="refused"):
        publish(shop(f"amqp://127.0.0.1:{port}//"), timeout=SILENT_SECONDS)


# -- which application, and forks: each in a process of its own -----------------------------------------------------


def run(code: str) -> str:
    prelude = (
        "import os, sys, threading, time\n"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'\n"
        "import django\n"
        "from django.conf import settings\n"
        "settings.INSTALLED_APPS = [a for a in settings.INSTALLED_APPS if not a.startswith('demo')]\n"
    )
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", prelude + code],
        capture_output=True, text=True, timeout=60, check=False, cwd=root,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


IN_A_THREAD = """
found = []
thread = threading.Thread(target=lambda: found.append(tasks.shop_app()))
thread.start(); thread.join()
print(found[0].main if found[0] else None)
"""


def test_shop_app__is_found_from_every_thread() -> None:
    code = "from celery import Celery\napp = Celery('shop')\ndjango.setup()\nfrom capi_tracking import tasks\n"
    assert run(code + IN_A_THREAD) == "shop"


def test_shop_app__made_after_us_is_found_too() -> None:
    code = "django.setup()\nfrom capi_tracking import tasks\nfrom celery import Celery\napp = Celery('shop')\n"
    assert run(code + IN_A_THREAD) == "shop"


def test_shop_app__is_none_where_the_shop_has_none() -> None:
    code = "django.setup()\nfrom capi_tracking import tasks\nimport celery\ncelery.current_app.main\n"
    assert run(code + IN_A_THREAD) == "None"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_nudge__works_in_a_forked_child() -> None:
    code = """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)  # of forking with threads: just what a preloading server does
django.setup()
from capi_tracking import tasks
sent = threading.Event()
class Watched(tasks.Nudger):
    def __init__(self):
        super().__init__(sent.set)
tasks.Nudger = lambda send: Watched()
tasks._nudger = Watched()
tasks.nudge(); sent.wait(10); sent.clear()
tasks._nudger._asked.acquire()  # the worst moment
child = os.fork()
if not child:
    tasks.nudge()
    os._exit(0 if sent.wait(10) else 1)
print(os.waitpid(child, 0)[1])
"""
    assert run(code) == "0"
