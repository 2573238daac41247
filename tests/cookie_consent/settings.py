"""A shop whose visitors answer to django-cookie-consent. ``tests/contrib/test_cookie_consent.py`` runs its tests."""

SECRET_KEY = "tests-only"
ALLOWED_HOSTS = ["*"]
USE_TZ = True
ROOT_URLCONF = "tests.cookie_consent.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "cookie_consent",
    "capi_tracking",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "capi_tracking.middleware.TrackingMiddleware",
    "capi_tracking.contrib.cookie_consent.CookieConsentMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
CAPI_TRACKING = {
    "PIXELS": {"default": {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": "test-token"}},
    "GRAPH_URL": "http://127.0.0.1:9",
    "NUDGE": None,
    "TRANSPORT": "capi_tracking.transports.local.MemoryTransport",
}
