"""Whether somebody sends: worker and timetable by their heartbeats, and the oldest row that waits."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.timesince import timesince

from .. import metrics
from ..conf import conf
from ..models import Heartbeat, OutboxEvent
from .line import Level, Line

Heart = Heartbeat.Name
START = {
    Heart.WORKER: "Start a Celery worker that takes the queue of your tasks, or a service that runs capi_deliver --watch, or cron with capi_deliver --once.",
    Heart.BEAT: "Start Celery beat, with capi_tracking.tasks.CAPI_BEAT_SCHEDULE in its schedule.",
}


def hearts(using: str) -> Iterator[Line]:
    """Beat is looked for where Celery delivers alone, and neither where nothing goes out."""
    if conf.SHADOW:
        yield Line(about="worker", level=Level.GOOD, text="SHADOW is on: nothing is sent, so nobody needs to.")
        return
    beats = dict(Heartbeat.objects.using(using).values_list("name", "beat_at"))
    yield _heart(Heart.WORKER, beats.get(Heart.WORKER), "worker")
    if conf.NUDGE == "celery":
        yield _heart(Heart.BEAT, beats.get(Heart.BEAT), "beat")


def _heart(name: Heartbeat.Name, at: datetime | None, about: str) -> Line:
    if at is None:
        return Line(about=about, level=Level.BAD, text="It has never shown itself.", mend=START[name])
    if at <= timezone.now() - metrics.SILENCE:
        return Line(about=about, level=Level.BAD, text=f"It has not shown itself for {_ago(at)}.", mend=START[name])
    return Line(about=about, level=Level.GOOD, text="It has shown itself within the last ten minutes.")


def oldest(using: str) -> Line:
    at = OutboxEvent.objects.using(using).waiting().order_by("created_at").values_list("created_at", flat=True).first()
    about = "outbox" if using == "default" else f"outbox {using}"
    if at is None:
        return Line(about=about, level=Level.GOOD, text="Nothing waits.")
    if at <= timezone.now() - timedelta(hours=1):
        mend = "Look at the latest delivery attempts in the admin, and into the worker's log."
        return Line(about=about, level=Level.BAD, text=f"The oldest event has waited for {_ago(at)}.", mend=mend)
    return Line(about=about, level=Level.GOOD, text="No event has waited for an hour.")


def _ago(at: datetime) -> str:
    return timesince(at).replace("\N{NO-BREAK SPACE}", " ")
