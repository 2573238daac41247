"""The demo's settings. Every value has a default; the environment overrides it.

DATABASE_URL, CELERY_BROKER_URL, META_PIXEL_ID, META_ACCESS_TOKEN, META_GRAPH_URL, META_TEST_EVENT_CODE, SECRET_KEY,
DEBUG; and for several demos beside each other DEMO_DIR, DEMO_PORT, DEMO_SANDBOX_PORT, DEMO_QUEUE.
"""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import environ

from demo_project.runner import engines

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
DEMO_DIR = Path(env.str("DEMO_DIR", default="") or BASE_DIR / ".demo").resolve()
DEMO_PORT = engines.port("DEMO_PORT", env.str("DEMO_PORT", default="8000"))
DEMO_SANDBOX_PORT = engines.port("DEMO_SANDBOX_PORT", env.str("DEMO_SANDBOX_PORT", default="8990"))

SECRET_KEY = env.str("SECRET_KEY", default="demo-only-and-known-to-everybody-so-never-for-a-real-shop")
DEBUG = env.bool("DEBUG", default=True)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

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
    "demo_project.csp.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "capi_tracking.middleware.TrackingMiddleware",
    "demo_project.shop.middleware.NotHere",
]

# The demo listens on this machine alone, over plain http: no HSTS, no redirect to https, no cookies for https only.
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "security.W012", "security.W016"]
# One web process serves it, so that its own memory counts all beacons.
SILENCED_SYSTEM_CHECKS += ["capi_tracking.W404"]

ROOT_URLCONF = "demo_project.urls"
WSGI_APPLICATION = "demo_project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]


def database() -> dict:
    """The configured database; SQLite with what it needs beside a worker (WAL, IMMEDIATE, 20 s)."""
    if url := env.str("DATABASE_URL", default=""):
        chosen = env.db_url_config(engines.database_address(url))
    else:
        with suppress(OSError):  # the demo says it better
            DEMO_DIR.mkdir(parents=True, exist_ok=True)  # SQLite makes the file, not its folder
        chosen = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DEMO_DIR / "shop.sqlite3")}
    if chosen["ENGINE"].endswith("sqlite3"):
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
        chosen["OPTIONS"] = {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": pragmas}
    else:
        chosen.setdefault("OPTIONS", {}).setdefault("connect_timeout", 10)
    return chosen


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
LOGIN_URL = "people:sign_in"

CELERY_BROKER_URL = engines.broker_address(env.str("CELERY_BROKER_URL", default="") or "filesystem://localhost")
CELERY_TASK_DEFAULT_QUEUE = env.str("DEMO_QUEUE", default="capi_demo")  # a broker may serve others too
CELERY_BROKER_CONNECTION_TIMEOUT = 4.0
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
if CELERY_BROKER_URL.startswith("filesystem:"):
    DEMO_BROKER_DIR = DEMO_DIR / "broker"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(DEMO_BROKER_DIR / "queue"),
        "data_folder_out": str(DEMO_BROKER_DIR / "queue"),  # one folder: what is put in is what is taken out
        "control_folder": str(DEMO_BROKER_DIR / "control"),
        "polling_interval": 0.5,
    }

SHOP_URL = f"http://127.0.0.1:{DEMO_PORT}"

GRAPH_URL = env.str("META_GRAPH_URL", default=f"http://127.0.0.1:{DEMO_SANDBOX_PORT}").rstrip("/")
USES_SANDBOX = urlsplit(GRAPH_URL).hostname in {"127.0.0.1", "localhost", "::1"}

CAPI_TRACKING = {
    "PIXELS": {
        "default": {
            "PIXEL_ID": env.str("META_PIXEL_ID", default="1000000000000001"),
            "ACCESS_TOKEN": env.str("META_ACCESS_TOKEN", default="sandbox-token"),
            "TEST_EVENT_CODE": env.str("META_TEST_EVENT_CODE", default=""),
        }
    },
    "ENVIRONMENT": "demo",
    "TRACK_SINCE": datetime(2020, 1, 1, tzinfo=UTC),  # the story's month is older than the first migration
    "GRAPH_URL": GRAPH_URL,
    "NUDGE": "celery",
    "TRUSTED_PROXIES": 1,
    "DEFAULT_COUNTRY": "DE",
    "BASE_TEMPLATE": "shop/own_pages.html",
}
if USES_SANDBOX:
    SILENCED_SYSTEM_CHECKS += ["capi_tracking.W407"]
    CAPI_TRACKING["PIXEL_SCRIPT_URL"] = f"{GRAPH_URL}/fbevents.js"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
