"""A project that watches itself with django-health-check. ``tests/contrib/test_health_check.py`` runs its tests."""

SECRET_KEY = "tests-only"
ALLOWED_HOSTS = ["*"]
USE_TZ = True
ROOT_URLCONF = "tests.health_check.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "health_check",
    "capi_tracking",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
CAPI_TRACKING = {
    "PIXELS": {"default": {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": "test-token"}},
    "GRAPH_URL": "http://127.0.0.1:9",
    "NUDGE": None,
    "TRANSPORT": "capi_tracking.transports.local.MemoryTransport",
}
