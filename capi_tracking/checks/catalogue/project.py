"""The project: 2xx."""

from .finding import Finding

NO_TIME_ZONES = Finding(
    id="E201",
    when="`USE_TZ` is off",
    message="USE_TZ must be True: an event happens at one moment, wherever it is read.",
    hint="USE_TZ = True",
)
NO_MIDDLEWARE = Finding(
    id="W202",
    when="`TrackingMiddleware` (or a subclass) is not in `MIDDLEWARE`",
    message="TrackingMiddleware is missing: orders know nothing of the browser they came from, nor of its consent.",
    hint='At the end of MIDDLEWARE: "capi_tracking.middleware.TrackingMiddleware"',
)
EARLY_MIDDLEWARE = Finding(
    id="W203",
    when="`TrackingMiddleware` stands before the session's or the login's middleware",
    message="TrackingMiddleware stands before %(later)s: it must see requests whose visitor is known.",
    hint='Move "capi_tracking.middleware.TrackingMiddleware" to the end of MIDDLEWARE',
)
NO_URLS = Finding(
    id="W204",
    when="the app's URLs are not included, or not as namespace `capi_tracking` at the top",
    message="There is no URL capi_tracking:collect: browsers can't report what they did.",
    hint='In %(urlconf)s: urlpatterns += [path("capi/", include("capi_tracking.urls"))]',
)
NO_CELERY = Finding(
    id="W205",
    when='`NUDGE` is "celery", and this process has no Celery application',
    message='NUDGE is "celery", but there is no Celery application here: no worker is woken after an order.',
    hint=(
        'In the __init__.py of your project: from .celery import app as celery_app. Or in CAPI_TRACKING: "NUDGE": None, '
        "where cron or a service runs capi_deliver"
    ),
)

POLICY_BLOCKS = Finding(
    id="W206",
    when="`SECURE_CSP` or `CONTENT_SECURITY_POLICY` blocks what the pixel, or `capi.js`, needs",
    message="%(setting)s blocks %(sources)s in %(directive)s: browsers' copies of events would be lost.",
    hint=(
        "In the settings: from capi_tracking import csp, and %(setting)s = csp.extended({...}), around what stands there. "
        "With a PIXEL_SCRIPT_URL or BROWSER of your own: csp.extended({...}, CAPI_TRACKING)"
    ),
)
