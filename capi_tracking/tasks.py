"""The Celery door: periodic sweeps, and a nudge after a commit. Nothing else knows Celery.

Add ``CAPI_BEAT_SCHEDULE`` to the shop's ``beat_schedule``. A nudge only saves waiting: the sweep finds what it missed.
"""

import logging
import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from celery import Celery, _state, shared_task
from django.db import DatabaseError, InterfaceError, transaction

from . import alerts, dataset_quality, delivery, metrics, privacy, reconciliation
from .conf import conf
from .logs import fields
from .models import Heartbeat, OutboxEvent, Status
from .nudging import Nudger

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 15.0
PRUNE_SECONDS = 3600.0
RECONCILE_SECONDS = 3600.0
ALERT_SECONDS = 300.0
META_SECONDS = 900.0  # is there anything to ask today? A beat that starts anew each day would never reach a day
ROLL_UP_SECONDS = 60.0
NUDGE_EXPIRES_SECONDS = 60
BUDGET = timedelta(seconds=50)  # a worker of the shop's is never ours for longer
BROKER_TIMEOUT = 4.0
NOW = timedelta(0)
Heart = Heartbeat.Name


def _every(seconds: float, task: str) -> dict[str, Any]:
    """Without a worker the messages would pile up: each is gone when the next one comes."""
    options = {"expires": seconds, "ignore_result": True}
    return {"task": f"capi_tracking.tasks.{task}", "schedule": seconds, "options": options}


CAPI_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "capi-tracking-sweep": _every(SWEEP_SECONDS, "sweep"),
    "capi-tracking-prune": _every(PRUNE_SECONDS, "prune"),
    "capi-tracking-alert": _every(ALERT_SECONDS, "alert"),
    "capi-tracking-reconcile": _every(RECONCILE_SECONDS, "reconcile"),
    "capi-tracking-ask-meta": _every(META_SECONDS, "ask_meta"),
    "capi-tracking-roll-up": _every(ROLL_UP_SECONDS, "roll_up"),
}

# The options that bound every wait for a broker that accepts and never answers, by kombu's driver type.
BOUNDS = {"redis": ("socket_timeout", "socket_connect_timeout"), "amqp": ("read_timeout", "write_timeout")}


@shared_task(name="capi_tracking.tasks.deliver", ignore_result=True)  # type: ignore[untyped-decorator]
def deliver() -> None:
    """Send what is due."""
    delivery.alive(Heart.WORKER)
    _in_each_database(partial(delivery.deliver_due, budget=BUDGET))


@shared_task(name="capi_tracking.tasks.sweep", ignore_result=True)  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Close what is too late, resume what may go on, send what is due."""
    delivery.alive(*Heart)  # nobody but beat asks for this
    _in_each_database(partial(delivery.sweep, budget=BUDGET))


@shared_task(name="capi_tracking.tasks.prune", ignore_result=True)  # type: ignore[untyped-decorator]
def prune() -> None:
    """Take customers' data out of what was sent long ago; delete what is old."""
    _in_each_database(privacy.prune)


@shared_task(name="capi_tracking.tasks.reconcile", ignore_result=True)  # type: ignore[untyped-decorator]
def reconcile() -> None:
    """Compare orders with the outbox, and record what was never recorded (``BACKFILL``)."""
    reconciliation.reconcile(conf.RECONCILE_DAYS, mends=conf.BACKFILL, budget=BUDGET)


@shared_task(name="capi_tracking.tasks.alert", ignore_result=True)  # type: ignore[untyped-decorator]
def alert() -> None:
    """Tell staff what needs them, once each. Of a worker that stopped it can't: cron's ``capi_doctor --alert`` does."""
    _in_each_database(alerts.tell)


@shared_task(name="capi_tracking.tasks.ask_meta", ignore_result=True)  # type: ignore[untyped-decorator]
def ask_meta() -> None:
    """Fetch Meta's own scores and counts of each pixel, once a day."""
    dataset_quality.fetch_due(budget=BUDGET)


@shared_task(name="capi_tracking.tasks.roll_up", ignore_result=True)  # type: ignore[untyped-decorator]
def roll_up() -> None:
    """Add up the days and hours that the dashboard would have to read row by row."""
    _in_each_database(partial(metrics.roll_up, budget=BUDGET))


def _in_each_database(work: Callable[[str], object]) -> None:
    """One that is down does not stop those after it. The task fails in the end, so that monitoring sees it."""
    errors: list[Exception] = []
    for using in conf.OUTBOX_DATABASES:
        try:
            work(using)
        except (DatabaseError, InterfaceError) as error:
            what = type(error).__name__
            logger.error(
                "The database %s failed (%s); the next run tries it again.",
                using,
                what,
                extra=fields(database=using, error=what),
            )
            errors.append(error)
    if errors:
        raise errors[0] if len(errors) == 1 else ExceptionGroup("Several databases failed.", errors)


def nudge_after_commit(sender: Any, event: OutboxEvent, using: str, delay: timedelta = NOW, **kwargs: Any) -> None:
    """Receiver of ``event_recorded``: wake a worker once the caller's transaction has committed."""
    if conf.NUDGE == "celery" and event.status == Status.PENDING:
        transaction.on_commit(partial(nudge, delay), using=using, robust=True)


def nudge(delay: timedelta = NOW) -> None:
    """Ask for a worker in ``delay``. Returns at once: another thread talks to the broker."""
    _nudger.ask(delay.total_seconds())


def shop_app() -> Celery | None:
    """The shop's own Celery application, or None.

    ``current_app`` will not do: it is a thread's own, and elsewhere it makes up one with a broker on localhost.
    """
    default = _state.default_app
    if default is not None and default.main != "default":
        return default
    apps = [app for app in list(_state._get_active_apps()) if app.set_as_current]
    return _app_at_import if _app_at_import in apps else next(iter(apps), None)


def wake(timeout: float = BROKER_TIMEOUT) -> None:
    """Send for a worker, where the shop has an application and does not do its tasks itself."""
    app = shop_app()
    if app is not None and not app.conf.task_always_eager:
        publish(app, timeout)


def publish(app: Celery, timeout: float = BROKER_TIMEOUT) -> None:
    """Send one ``deliver`` message over a connection of its own; no wait is longer than ``timeout`` seconds."""
    options = BOUNDS.get(app.connection_for_write().transport.driver_type, ())
    connection = app.connection_for_write(connect_timeout=timeout, transport_options=dict.fromkeys(options, timeout))
    try:
        # a channel of our own: the default one is tried for again and again, without an end
        with connection.channel() as channel, app.amqp.Producer(channel, auto_declare=False) as producer:
            app.send_task(
                deliver.name, producer=producer, retry=False, ignore_result=True, expires=NUDGE_EXPIRES_SECONDS
            )
    finally:
        connection.release()


def _start_afresh() -> None:
    """A forked child has neither the thread nor a usable lock."""
    global _nudger
    _nudger = Nudger(wake)


_app_at_import = _state._tls.current_app  # of the main thread, where the shop made it
_nudger = Nudger(wake)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_afresh)
