"""The settings of the processes that the tests start. The environment says which database, broker and Meta."""

import json
import os

from tests import settings as base

SECRET_KEY = base.SECRET_KEY
USE_TZ = True
DEFAULT_AUTO_FIELD = base.DEFAULT_AUTO_FIELD
# without the demo: its Celery application must not be here
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "capi_tracking"]
MIDDLEWARE = ["capi_tracking.middleware.TrackingMiddleware"]

DATABASES = {"default": dict(base.DATABASES["default"])}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
    DATABASES["default"]["OPTIONS"] = {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": pragmas}

CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "")
CELERY_BROKER_TRANSPORT_OPTIONS = json.loads(os.environ.get("SHOP_BROKER_OPTIONS", "{}"))
CELERY_BROKER_CONNECTION_TIMEOUT = 4.0
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = os.environ.get("SHOP_QUEUE", "celery")
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # no queues beside our own, so that nothing is left behind
CELERY_WORKER_PREFETCH_MULTIPLIER = 1

CAPI_TRACKING = {
    "PIXELS": {"default": {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": "sandbox-token"}},
    "GRAPH_URL": os.environ.get("SHOP_GRAPH_URL", "http://127.0.0.1:9"),
    "NUDGE": "celery",
    "BATCH_SIZE": int(os.environ.get("SHOP_BATCH_SIZE", "1000")),
    "DEFAULT_COUNTRY": "DE",
}
