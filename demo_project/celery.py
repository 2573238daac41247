"""The demo's Celery application: settings that begin with ``CELERY_``, one queue, no result backend."""

import os
from pathlib import Path

from celery import Celery
from celery.signals import import_modules, worker_ready

from demo_project.runner import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo_project.settings")

broker.use()
app = Celery("demo_project")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@import_modules.connect
def plan(sender: Celery, **kwargs: object) -> None:
    """The timetable, once Django is set up: this module is imported with the settings, before there are models."""
    from capi_tracking.tasks import CAPI_BEAT_SCHEDULE
    from demo_project.shop.tasks import GATEWAY_BEAT_SCHEDULE
    from demo_project.story.tasks import STORY_BEAT_SCHEDULE

    sender.conf.beat_schedule = CAPI_BEAT_SCHEDULE | GATEWAY_BEAT_SCHEDULE | STORY_BEAT_SCHEDULE


@app.on_after_configure.connect
def make_broker_folders(sender: Celery, **kwargs: object) -> None:
    """The filesystem transport makes its control folder, and fails without the others."""
    options = sender.conf.broker_transport_options or {}
    for name in ("data_folder_in", "data_folder_out", "control_folder"):
        if name in options:
            Path(options[name]).mkdir(parents=True, exist_ok=True)


@worker_ready.connect
def say_ready(**kwargs: object) -> None:
    """Tell ``manage.py demo`` that this worker takes tasks now."""
    if path := os.environ.get("DEMO_WORKER_READY_FILE"):
        Path(path).touch()
