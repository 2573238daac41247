"""The project around the app."""

from typing import Any

from django.urls import path

from tests.checks.changes import ERROR, LOGIN, OURS, SESSION, WARNING, project

POLICY_HINT = (
    "In the settings: from capi_tracking import csp, and {} = csp.extended({{...}}), around what stands there. "
    "With a PIXEL_SCRIPT_URL or BROWSER of your own: csp.extended({{...}}, CAPI_TRACKING)"
)
urlpatterns: list[Any] = [path("empty/", lambda request: None)]  # a URLconf without the app

CASES = [
    (
        "E201", project(USE_TZ=False), ERROR,
        "USE_TZ must be True: an event happens at one moment, wherever it is read.",
        "USE_TZ = True",
    ),
    (
        "W202", project(MIDDLEWARE=[SESSION, LOGIN]), WARNING,
        "TrackingMiddleware is missing: orders know nothing of the browser they came from, nor of its consent.",
        'At the end of MIDDLEWARE: "capi_tracking.middleware.TrackingMiddleware"',
    ),
    (
        "W203", project(MIDDLEWARE=[OURS, SESSION, LOGIN]), WARNING,
        "TrackingMiddleware stands before SessionMiddleware and AuthenticationMiddleware: "
        "it must see requests whose visitor is known.",
        'Move "capi_tracking.middleware.TrackingMiddleware" to the end of MIDDLEWARE',
    ),
    (
        "W204", project(ROOT_URLCONF=__name__), WARNING,
        "There is no URL capi_tracking:collect: browsers can't report what they did.",
        'In tests/checks/cases/project.py: urlpatterns += [path("capi/", include("capi_tracking.urls"))]',
    ),
    (
        "W205", lambda shop: setattr(shop, "celery_app", None), WARNING,
        'NUDGE is "celery", but there is no Celery application here: no worker is woken after an order.',
        'In the __init__.py of your project: from .celery import app as celery_app. Or in CAPI_TRACKING: "NUDGE": None, '
        "where cron or a service runs capi_deliver",
    ),
    (
        "W206", project(SECURE_CSP={"default-src": ["*"], "img-src": ["'self'"]}), WARNING,
        "SECURE_CSP blocks https://www.facebook.com in img-src: browsers' copies of events would be lost.",
        POLICY_HINT.format("SECURE_CSP"),
    ),
    (
        "W206", project(CONTENT_SECURITY_POLICY={"DIRECTIVES": {"default-src": ["*"], "script-src": []}}), WARNING,
        "CONTENT_SECURITY_POLICY blocks 'self' and https://connect.facebook.net in script-src: "
        "browsers' copies of events would be lost.",
        POLICY_HINT.format("CONTENT_SECURITY_POLICY"),
    ),
]  # fmt: skip
