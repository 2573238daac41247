"""What stands around a block of Python: a project with its settings, URLs and models, a visitor and a sale."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from celery import Celery
from django import shortcuts, urls
from django.conf import settings
from django.contrib import auth
from django.http import HttpResponse
from django.test import RequestFactory
from prometheus_client import CollectorRegistry

from capi_tracking import orders
from tests.factories import an_event

from .shop import models

SECRETS = {"META_PIXEL_ID": "1234567890"}


def surroundings(sandbox: object) -> dict[str, Any]:
    """Names that a block may take for granted, of a module in the shop's own app."""
    return {
        "__name__": "tests.docs.shop.capi",
        "__package__": "tests.docs.shop",
        **_settings(),
        **{name: getattr(orders, name) for name in orders.__all__},
        **{name: vars(models)[name] for name in ("Order", "Product", "Enquiry")},
        **_visit(),
        "sandbox": sandbox,
        "event": an_event(event_id="block"),
        "signed_at": datetime(2026, 1, 1, tzinfo=UTC),
        "SWITCHED_AT": datetime(2026, 1, 1, tzinfo=UTC),
        "registry": CollectorRegistry(),
        "app": Celery("shop", set_as_current=False),
    }


def _settings() -> dict[str, Any]:
    return {
        "env": lambda name, default="a-token": SECRETS.get(name, default),
        "INSTALLED_APPS": [],
        "MIDDLEWARE": [],
        "CAPI_TRACKING": deepcopy(settings.CAPI_TRACKING),
        "urlpatterns": [],
        "path": urls.path,
        "include": urls.include,
        "datetime": datetime,
        "UTC": UTC,
        "timedelta": timedelta,
    }


def _visit() -> dict[str, Any]:
    user = auth.get_user_model()(pk=1, username="jo", email="jo@shop.example")
    request = RequestFactory().get("/")
    request.user = user
    return {
        "request": request,
        "response": HttpResponse(),
        "user": user,
        "chat": SimpleNamespace(say=str),
        "render": shortcuts.render,
        "redirect": shortcuts.redirect,
        "login": auth.login,
    }
