"""The shop's Celery application, as a shop writes it, with a journal of what its workers did.

Each line of the journal (a file that ``SHOP_JOURNAL`` names) is one JSON list: ``["ready", pid]``,
``["delivered", pid, rows]``, ``["ran", pid, task]`` or ``["expired", pid, task]``.
"""

import importlib.util
import json
import os
import sys
from pathlib import Path

from celery import Celery
from celery.signals import import_modules, task_prerun, task_revoked, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.brokers.shop_settings")


def use_folder_broker() -> None:
    """The demo's, without the demo: importing its package would make a second Celery application."""
    file = Path(__file__).resolve().parents[2] / "demo_project" / "runner" / "broker.py"
    spec = importlib.util.spec_from_file_location("folder_broker", file)
    sys.modules["folder_broker"] = broker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(broker)
    broker.use()


def write(*line: object) -> None:
    if path := os.environ.get("SHOP_JOURNAL"):
        with Path(path).open("a") as journal:  # one write of less than a page: lines of several workers do not mix
            journal.write(json.dumps(line) + "\n")


def delivered(sender: object, keys: list[str], **kwargs: object) -> None:
    write("delivered", os.getpid(), len(keys))


use_folder_broker()
app = Celery("shop")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@import_modules.connect(sender=app)
def plan(**kwargs: object) -> None:
    """The package's own timetable, with the shorter times that ``SHOP_SWEEP`` may give."""
    from capi_tracking.signals import event_delivered
    from capi_tracking.tasks import CAPI_BEAT_SCHEDULE

    times = json.loads(os.environ.get("SHOP_SWEEP", "{}"))
    app.conf.beat_schedule = {name: hasten(entry, **times) for name, entry in CAPI_BEAT_SCHEDULE.items()}
    event_delivered.connect(delivered)


def hasten(entry: dict, schedule: float | None = None, expires: float | None = None) -> dict:
    """Changes only what is there: an entry that never expires stays so, and is found out."""
    options = entry["options"]
    if expires and "expires" in options:
        options = options | {"expires": expires}
    return entry | {"schedule": schedule or entry["schedule"], "options": options}


@app.task(name="shop.mark", ignore_result=True)
def mark() -> None:
    """Does nothing: once it has run, what was in the queue before it has been dealt with."""


@worker_ready.connect
def say_ready(**kwargs: object) -> None:
    write("ready", os.getpid())


@task_prerun.connect
def say_running(sender: object, **kwargs: object) -> None:
    write("ran", os.getpid(), getattr(sender, "name", ""))


@task_revoked.connect
def say_revoked(sender: object, expired: bool, **kwargs: object) -> None:
    write("expired" if expired else "revoked", os.getpid(), getattr(sender, "name", ""))
