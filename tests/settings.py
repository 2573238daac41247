"""Settings of the test-suite: SQLite and no broker, so that a newcomer needs nothing; DATABASE_URL names another."""

import os
from datetime import UTC, datetime

import environ

SECRET_KEY = "tests-only"
DEBUG = False
ALLOWED_HOSTS = ["*"]
USE_TZ = True
TIME_ZONE = "Europe/Berlin"
ROOT_URLCONF = "tests.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "capi_tracking",
    "demo_project.shop",
    "demo_project.people",
    "demo_project.hood",
    "demo_project.story",
    "demo_project.runner",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "capi_tracking.middleware.TrackingMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
SQLITE = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
DATABASES = {"default": environ.Env().db_url("DATABASE_URL") if "DATABASE_URL" in os.environ else SQLITE}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20}
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}  # of Django 6.1 on
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CAPI_TRACKING = {
    "PIXELS": {"default": {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": "test-token"}},
    "GRAPH_URL": "http://127.0.0.1:9",
    "NUDGE": None,
    "TRANSPORT": "capi_tracking.transports.local.MemoryTransport",
    "DEFAULT_COUNTRY": "DE",
    "CONSENT_DAYS": 36500,  # the suite's visitors answered on fixed days
    "TRACK_SINCE": datetime(2020, 1, 1, tzinfo=UTC),
}
