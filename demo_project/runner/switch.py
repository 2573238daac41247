"""The worker's switch: a file that ``manage.py demo`` looks at, so that a page of the shop can stop and start the worker."""

from pathlib import Path

from django.conf import settings

NAME = "worker.stopped"


def stop_worker() -> None:
    """Ask the running demo to stop its Celery worker; it does within a second, after the task in hand."""
    file().parent.mkdir(parents=True, exist_ok=True)
    file().touch()


def start_worker() -> None:
    """Take ``stop_worker()`` back."""
    if worker_is_stopped():
        file().unlink(missing_ok=True)


def worker_is_stopped() -> bool:
    """Has somebody asked for it, and nobody taken it back?"""
    return file().exists()


def file() -> Path:
    return Path(settings.DEMO_DIR) / NAME
