"""A small shop that shows capi_tracking at work: ``python manage.py demo``."""

from demo_project.celery import app as celery_app

__all__ = ["celery_app"]
