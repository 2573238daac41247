"""What a test spoils in the shop with which all is well, and how bad that is."""

from collections.abc import Callable
from typing import Any

from django.core import checks

from tests.checks.conftest import Shop

SESSION = "django.contrib.sessions.middleware.SessionMiddleware"
LOGIN = "django.contrib.auth.middleware.AuthenticationMiddleware"
OURS = "capi_tracking.middleware.TrackingMiddleware"
ERROR, WARNING, INFO = checks.Error, checks.Warning, checks.Info
Change = Callable[[Shop], None]


def capi(**changes: Any) -> Change:
    return lambda shop: shop.capi(**changes)


def pixel(**changes: Any) -> Change:
    return lambda shop: shop.pixel(**changes)


def project(**changes: Any) -> Change:
    return lambda shop: [setattr(shop.project, name, value) for name, value in changes.items()]


def database(**changes: Any) -> Change:
    return lambda shop: shop.database(**changes)


def adapter(**members: Any) -> Change:
    return lambda shop: shop.adapter(**members)


def both(*changes: Change) -> Change:
    return lambda shop: [change(shop) for change in changes]
