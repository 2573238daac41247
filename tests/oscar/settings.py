"""A small shop of django-oscar's own models, basket and checkout. ``tests/contrib/test_oscar.py`` runs its tests in a process of
their own, as its apps are not those of the rest of the suite.
"""

import atexit
import os
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import environ
import oscar
from oscar.defaults import *  # noqa: F403 - as Oscar's manual has it

SECRET_KEY = "tests-only"
ALLOWED_HOSTS = ["*"]
USE_TZ = True
ROOT_URLCONF = "tests.oscar.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"
SITE_ID = 1
INSTALLED_APPS = ["tests.oscar.shop", *oscar.INSTALLED_APPS, "capi_tracking"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "oscar.apps.basket.middleware.BasketMiddleware",
    "capi_tracking.middleware.TrackingMiddleware",
]
AUTHENTICATION_BACKENDS = ["oscar.apps.customer.auth_backends.EmailBackend"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "oscar.apps.search.context_processors.search_form",
                "oscar.apps.checkout.context_processors.checkout",
                "oscar.core.context_processors.metadata",
            ]
        },
    }
]
FOLDER = Path(mkdtemp(prefix="capi-oscar-"))
atexit.register(rmtree, FOLDER, ignore_errors=True)
SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "TEST": {"NAME": FOLDER / "shop.sqlite3"},  # a file, as a browser's server has threads
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;",
    },
}
DATABASES = {"default": environ.Env().db_url("DATABASE_URL") if "DATABASE_URL" in os.environ else SQLITE}
if not DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": f"test_{DATABASES['default']['NAME']}_oscar"}  # beside that of the suite
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
HAYSTACK_SIGNAL_PROCESSOR = "haystack.signals.BaseSignalProcessor"  # that engine has no index to keep

OSCAR_ALLOW_ANON_CHECKOUT = True
OSCAR_DEFAULT_CURRENCY = "EUR"
OSCAR_INITIAL_ORDER_STATUS = "Pending"
OSCAR_ORDER_STATUS_PIPELINE = {"Pending": ("Paid", "Cancelled"), "Paid": ("Shipped", "Cancelled"), "Shipped": ()}

CAPI_TRACKING = {
    "PIXELS": {"default": {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": "test-token"}},
    "GRAPH_URL": "http://127.0.0.1:9",
    "NUDGE": None,
    "TRANSPORT": "capi_tracking.transports.local.MemoryTransport",
    "DEFAULT_COUNTRY": "DE",
    "TRACK_SINCE": datetime(2020, 1, 1, tzinfo=UTC),
}
