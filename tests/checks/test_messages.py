"""Every check, word for word: one thing is wrong, and nothing else is said."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import checks
from django.urls import path

from capi_tracking import csp
from capi_tracking.checks.catalogue import CATALOGUE
from capi_tracking.middleware import TrackingMiddleware
from capi_tracking.readiness import WEIGHTS
from capi_tracking.transports.local import MemoryTransport
from tests.checks.conftest import OPTIONS, PIXEL, Shop

SESSION = "django.contrib.sessions.middleware.SessionMiddleware"
LOGIN = "django.contrib.auth.middleware.AuthenticationMiddleware"
OURS = "capi_tracking.middleware.TrackingMiddleware"
EXAMPLE_PIXEL = '{"PIXELS": {"default": {"PIXEL_ID": "...", "ACCESS_TOKEN": "..."}}}'
CONSENT_HINT = 'In CAPI_TRACKING: "CONSENT": "shop.consent.decide" (module and function), or "CONSENT": None'
TRANSPORT_HINT = (
    'For Meta\'s own, in CAPI_TRACKING: "TRANSPORT": "capi_tracking.transports.graph.GraphTransport", '
    '"GRAPH_URL": "https://graph.facebook.com"'
)
NEWEST_HINT = 'In CAPI_TRACKING: "GRAPH_VERSION": "v26.0"'
SQLITE_HINT = (
    'In DATABASES["books"]: "OPTIONS": '
    '{"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL;"}'
)
CACHE_HINT = (
    'CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", '
    '"LOCATION": "redis://127.0.0.1:6379"}}, or any other cache that processes share'
)
REGION_HINT = 'In CAPI_TRACKING: "REGION": "shop.visitors.region" (module and function), or "REGION": None'
VISITOR_HINT = 'In CAPI_TRACKING: "VISITOR": "shop.visitors.plain" (module and function), or "VISITOR": None'
POLICY_HINT = (
    "In the settings: from capi_tracking import csp, and {} = csp.extended({{...}}), around what stands there. "
    "With a PIXEL_SCRIPT_URL or BROWSER of your own: csp.extended({{...}}, CAPI_TRACKING)"
)
ORDER_HAS = (
    "Order has: city, country, created_at, currency, email, first_name, id, last_name, lines, number, paid_at, phone, "
    "postal_code, status, street, token, total, user."
)
ERROR, WARNING, INFO = checks.Error, checks.Warning, checks.Info
NOT_CALLABLE = 5
urlpatterns: list[Any] = [path("empty/", lambda request: None)]  # a URLconf without the app


class ShopMiddleware(TrackingMiddleware):
    pass


class Refusing(MemoryTransport):
    def check(self) -> list[checks.CheckMessage]:
        raise RuntimeError("the token is s3cret")


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


CASES = [
    (
        "E001", project(CAPI_TRACKING=["PIXELS"]), ERROR,
        "CAPI_TRACKING must be a dict, not list of str.",
        f"CAPI_TRACKING = {EXAMPLE_PIXEL}",
    ),
    (
        "W002", capi(BATCHSIZE=5), WARNING,
        "CAPI_TRACKING has an unknown key 'BATCHSIZE'.",
        'Did you mean "BATCH_SIZE"?',
    ),
    (
        "E003", capi(TRUSTED_PROXIES="1"), ERROR,
        "CAPI_TRACKING['TRUSTED_PROXIES'] must be int or list of str, not str.",
        'In CAPI_TRACKING, for example: "TRUSTED_PROXIES": 0',
    ),
    (
        "E004", capi(PIXELS={"default": PIXEL, "second": "1234567890"}), ERROR,
        "PIXELS['second'] must be a dict, not str.",
        'In CAPI_TRACKING["PIXELS"]: "second": {"PIXEL_ID": "...", "ACCESS_TOKEN": "..."}',
    ),
    (
        "W005", pixel(TOKEN="t"), WARNING,
        "PIXELS['default'] has an unknown key 'TOKEN'.",
        'Did you mean "ACCESS_TOKEN"?',
    ),
    (
        "E006", pixel(ACCESS_TOKEN=None), ERROR,
        "PIXELS['default']['ACCESS_TOKEN'] must be str, not NoneType.",
        'In CAPI_TRACKING["PIXELS"]["default"], for example: "ACCESS_TOKEN": "..."',
    ),
    (
        "E011", capi(OUTBOX_DATABASES=[]), ERROR,
        "CAPI_TRACKING['OUTBOX_DATABASES'] must name a database.",
        'In CAPI_TRACKING: "OUTBOX_DATABASES": ["default"]',
    ),
    (
        "E012", capi(OUTBOX_DATABASES=["books", "reports"]), ERROR,
        "CAPI_TRACKING['OUTBOX_DATABASES'] names 'reports', which is not in DATABASES.",
        "There are: books, default.",
    ),
    (
        "E013", capi(CONSENT_POLICY="2.0"), ERROR,
        "CAPI_TRACKING['CONSENT_POLICY'] must be 1 to 64 letters, digits, - or _: it is a part of a cookie.",
        'In CAPI_TRACKING: "CONSENT_POLICY": "1"',
    ),
    (
        "E014", capi(CONSENT="no.such.rule"), ERROR,
        "CAPI_TRACKING['CONSENT'] can't be imported: No module named 'no'.",
        CONSENT_HINT,
    ),
    (
        "E015", capi(CONSENT=f"{__name__}.NOT_CALLABLE"), ERROR,
        "CAPI_TRACKING['CONSENT'] names what can't be called.",
        CONSENT_HINT,
    ),
    (
        "E016", capi(TRUSTED_PROXIES=-1), ERROR,
        "CAPI_TRACKING['TRUSTED_PROXIES'] counts proxies, and -1 is no count.",
        'In CAPI_TRACKING: "TRUSTED_PROXIES": 1',
    ),
    (
        "E017", capi(TRUSTED_PROXIES=["10.0.0.0/8", "10.0.0.1/8"]), ERROR,
        "CAPI_TRACKING['TRUSTED_PROXIES']: 10.0.0.1/8 has host bits set.",
        'In CAPI_TRACKING: "TRUSTED_PROXIES": ["10.0.0.0/8"]',
    ),
    (
        "E018", capi(NUDGE="rq"), ERROR,
        "CAPI_TRACKING['NUDGE'] is 'rq': nobody would wake a worker.",
        'In CAPI_TRACKING: "NUDGE": "celery", or "NUDGE": None where cron or a service delivers',
    ),
    (
        "E019", capi(CONTEXT_DAYS=0), ERROR,
        "CAPI_TRACKING['CONTEXT_DAYS'] is 0, and must be 1 or more.",
        'In CAPI_TRACKING: "CONTEXT_DAYS": 30',
    ),
    (
        "E019", capi(RECONCILE_DAYS=0), ERROR,
        "CAPI_TRACKING['RECONCILE_DAYS'] is 0, and must be 1 or more.",
        'In CAPI_TRACKING: "RECONCILE_DAYS": 7',
    ),
    (
        "W020", capi(BATCH_SIZE=1001), WARNING,
        "CAPI_TRACKING['BATCH_SIZE'] is 1001; Meta takes 1000 events in one request, so 1000 are sent.",
        'In CAPI_TRACKING: "BATCH_SIZE": 1000',
    ),
    (
        "E021", capi(READ_TIMEOUT=timedelta(0)), ERROR,
        "CAPI_TRACKING['READ_TIMEOUT'] must be longer than nothing: no request could succeed.",
        'In CAPI_TRACKING: "READ_TIMEOUT": timedelta(seconds=10)',
    ),
    (
        "E022", capi(LEASE=timedelta(seconds=59)), ERROR,
        "CAPI_TRACKING['LEASE'] is 59 seconds: "
        "a second worker would take the rows that the first one is still sending.",
        'In CAPI_TRACKING: "LEASE": timedelta(minutes=5)',
    ),
    (
        "E022", capi(LEASE=timedelta(seconds=90), CONNECT_TIMEOUT=timedelta(seconds=30), READ_TIMEOUT=timedelta(minutes=1)),
        ERROR,
        "CAPI_TRACKING['LEASE'] is 90 seconds: "
        "a second worker would take the rows that the first one is still sending.",
        'In CAPI_TRACKING: "LEASE": timedelta(minutes=5)',
    ),
    (
        "E023", capi(TRACK_SINCE=datetime(2026, 11, 1)), ERROR,  # noqa: DTZ001 (that is what is wrong)
        "CAPI_TRACKING['TRACK_SINCE'] must be aware: no order's time can be compared with it.",
        'In CAPI_TRACKING: "TRACK_SINCE": datetime(2026, 11, 1, tzinfo=UTC) (from datetime import UTC, datetime)',
    ),
    (
        "E024", capi(DEFAULT_COUNTRY="Absurdistan"), ERROR,
        "CAPI_TRACKING['DEFAULT_COUNTRY'] is 'Absurdistan', which is no country.",
        'In CAPI_TRACKING: "DEFAULT_COUNTRY": "DE" (two letters of ISO 3166-1), or ""',
    ),
    (
        "E058", capi(DATE_ORDER="dmy"), ERROR,
        "CAPI_TRACKING['DATE_ORDER'] is 'dmy': no birthday that is written day or month first could be read by it.",
        'In CAPI_TRACKING: "DATE_ORDER": "DMY" (or "MDY"), or "" to leave out what is ambiguous',
    ),
    (
        "E025", capi(ENVIRONMENT="x" * 65), ERROR,
        "CAPI_TRACKING['ENVIRONMENT'] has 65 characters; 64 are the most.",
        "Type a shorter one.",
    ),
    (
        "E025", capi(PIXELS={"default": PIXEL, "second" * 11: PIXEL}), ERROR,
        "The alias 'secondsecondseco'... in PIXELS has 66 characters; 64 are the most.",
        "Type a shorter one.",
    ),
    (
        "E026", capi(PRUNE_AFTER=timedelta(days=62, hours=12)), ERROR,
        "CAPI_TRACKING['PRUNE_AFTER'] is 62.5 days: "
        "Meta takes events up to 62 days old, and a sale whose row is gone could be sent again.",
        'In CAPI_TRACKING: "PRUNE_AFTER": timedelta(days=400)',
    ),
    (
        "E027", capi(FOREIGN_PIXELS="ignore"), ERROR,
        "CAPI_TRACKING['FOREIGN_PIXELS'] is 'ignore', which says nothing about other snippets' calls.",
        'In CAPI_TRACKING: "FOREIGN_PIXELS": "report", "refuse" or "adopt"',
    ),
    (
        "E028", capi(PAGE_PIXELS=[]), ERROR,
        "CAPI_TRACKING['PAGE_PIXELS'] must name a pixel.",
        'In CAPI_TRACKING: "PAGE_PIXELS": ["default"]',
    ),
    (
        "E029", capi(PAGE_PIXELS=["default", "second"]), ERROR,
        "CAPI_TRACKING['PAGE_PIXELS'] names 'second', which is not in PIXELS.",
        "There are: default.",
    ),
    (
        "W030", capi(PIXELS={"default": PIXEL, "again": PIXEL}, PAGE_PIXELS=["default", "again"]), WARNING,
        "CAPI_TRACKING['PAGE_PIXELS'] names 'again', whose PIXEL_ID another one has: browsers tell it all twice.",
        'In CAPI_TRACKING: take "again" out of "PAGE_PIXELS"',
    ),
    (
        "W101", pixel(PIXEL_ID="my shop"), WARNING,
        "PIXEL_ID of the pixel 'default' is not a number.",
        'In CAPI_TRACKING["PIXELS"]["default"]: "PIXEL_ID": "1234567890" (Events Manager, Data sources, shows yours)',
    ),
    (
        "W102", pixel(ACCESS_TOKEN=""), WARNING,
        "ACCESS_TOKEN of the pixel 'default' is empty.",
        'In CAPI_TRACKING["PIXELS"]["default"]: "ACCESS_TOKEN": os.environ["META_ACCESS_TOKEN"] '
        "(Events Manager, Settings, makes one)",
    ),
    (
        "E019", capi(COLLECT_VISITOR_RATE=0), ERROR,
        "CAPI_TRACKING['COLLECT_VISITOR_RATE'] is 0, and must be 1 or more.",
        'In CAPI_TRACKING: "COLLECT_VISITOR_RATE": 60',
    ),
    (
        "E031", capi(COLLECT_EVENTS=["SizeMeasured", "purchase"]), ERROR,
        "CAPI_TRACKING['COLLECT_EVENTS'] has 'purchase': event_name: "
        "a Purchase belongs to its order: use {% pixel_purchase order %}.",
        'In CAPI_TRACKING: "COLLECT_EVENTS": ["SizeMeasured"] (Meta\'s own names are taken anyway)',
    ),
    (
        "E032", capi(ORIGINS=["https://front.example", "https://front.example/"]), ERROR,
        "CAPI_TRACKING['ORIGINS'] has 'https://front.example/', which is no origin.",
        'In CAPI_TRACKING: "ORIGINS": ["https://www.shop.example"] '
        "(scheme and host, a port if it has one, and no more)",
    ),
    (
        "E033", capi(EXCLUDED_ADDRESSES=["10.0.0.1/8"]), ERROR,
        "CAPI_TRACKING['EXCLUDED_ADDRESSES']: 10.0.0.1/8 has host bits set.",
        'In CAPI_TRACKING: "EXCLUDED_ADDRESSES": ["203.0.113.0/24"]',
    ),
    (
        "E034", capi(VISITOR="shop.nowhere"), ERROR,
        "CAPI_TRACKING['VISITOR'] can't be imported: No module named 'shop'.",
        VISITOR_HINT,
    ),
    (
        "W049", capi(BASE_TEMPLATE="shop/nowhere.html"), WARNING,
        "CAPI_TRACKING['BASE_TEMPLATE'] names 'shop/nowhere.html', and no template is found by that name.",
        'In CAPI_TRACKING: "BASE_TEMPLATE": "base.html", or "" for pages that stand alone',
    ),
    (
        "E035", capi(VISITOR=f"{__name__}.NOT_CALLABLE"), ERROR,
        "CAPI_TRACKING['VISITOR'] names what can't be called.",
        VISITOR_HINT,
    ),
    (
        "E036", capi(BROWSER="relay"), ERROR,
        "CAPI_TRACKING['BROWSER'] is 'relay', which says nothing about Meta's script.",
        'In CAPI_TRACKING: "BROWSER": "pixel", or "BROWSER": "relay_only"',
    ),
    (
        "E037", capi(REGION="shop.nowhere"), ERROR,
        "CAPI_TRACKING['REGION'] can't be imported: No module named 'shop'.",
        REGION_HINT,
    ),
    (
        "E038", capi(REGION=f"{__name__}.NOT_CALLABLE"), ERROR,
        "CAPI_TRACKING['REGION'] names what can't be called.",
        REGION_HINT,
    ),
    (
        "E039", capi(OPT_OUT_REGIONS=["US", "US-TX", "us-ca"]), ERROR,
        "CAPI_TRACKING['OPT_OUT_REGIONS'] has 'us-ca', which is no region.",
        'In CAPI_TRACKING: "OPT_OUT_REGIONS": ["US"] (a whole country), or ["US-TX"] (ISO 3166-2, in capitals)',
    ),
    (
        "E039", capi(OPT_OUT_REGIONS=["XX-TX"]), ERROR,
        "CAPI_TRACKING['OPT_OUT_REGIONS'] has 'XX-TX', which is no region.",
        'In CAPI_TRACKING: "OPT_OUT_REGIONS": ["US"] (a whole country), or ["US-TX"] (ISO 3166-2, in capitals)',
    ),
    (
        "E019", capi(CONSENT_DAYS=0), ERROR,
        "CAPI_TRACKING['CONSENT_DAYS'] is 0, and must be 1 or more.",
        'In CAPI_TRACKING: "CONSENT_DAYS": 180',
    ),
    (
        "E046", capi(CONSENT_BRIDGES=["tcf", "iab"]), ERROR,
        "CAPI_TRACKING['CONSENT_BRIDGES'] has 'iab', to which there is no bridge.",
        'In CAPI_TRACKING: "CONSENT_BRIDGES": ["tcf"], ["google"], or both',
    ),
    (
        "E041", capi(MINIMUM_AGE=-1), ERROR,
        "CAPI_TRACKING['MINIMUM_AGE'] is -1, and must be 0 to 100.",
        'In CAPI_TRACKING: "MINIMUM_AGE": 13 (years; 0 asks nobody)',
    ),
    (
        "E042", capi(SENSITIVE_PAGES=["/health/*", "*/clinic/", "account/*"]), ERROR,
        "CAPI_TRACKING['SENSITIVE_PAGES'] has 'account/*', which fits no path.",
        'In CAPI_TRACKING: "SENSITIVE_PAGES": ["/account/*"] (the path as in request.path; * stands for anything)',
    ),
    (
        "E116", lambda shop: shop.pixel(SHARE={"*": "email"}), ERROR,
        "PIXELS['default']['SHARE']['*'] must be a list of the customer's fields.",
        '"SHARE": {"Purchase": ["email", "phone", "fbp", "fbc"], "*": ["fbp", "fbc"]}',
    ),
    (
        "E117", lambda shop: shop.pixel(SHARE={"Lead": ["fbp", "mail"]}), ERROR,
        "PIXELS['default']['SHARE']['Lead'] has 'mail', which is no field of a customer.",
        'Did you mean "email"?',
    ),
    (
        "W118", lambda shop: shop.pixel(SHARE={"Purchase": ["email"], "*": ["country", "city"]}), WARNING,
        "PIXELS['default']['SHARE']['*'] leaves too little: Meta refuses what could be nearly anybody.",
        "Add one of: email, phone, external_id, client_ip_address, fbp, fbc.",
    ),
    (
        "W103", capi(PIXELS={}), WARNING,
        "There is no pixel in PIXELS: nothing is sent.",
        f"CAPI_TRACKING = {EXAMPLE_PIXEL}",
    ),
    (
        "W104", capi(PIXELS={"shop": PIXEL}), WARNING,
        "PIXELS has no 'default': whatever names no pixel is not tracked.",
        'In CAPI_TRACKING["PIXELS"]: rename "shop" to "default", or add a pixel of that name',
    ),
    (
        "E105", capi(TRANSPORT="no.such.Transport"), ERROR,
        "CAPI_TRACKING['TRANSPORT'] can't be imported: No module named 'no'.",
        'In CAPI_TRACKING: "TRANSPORT": "capi_tracking.transports.graph.GraphTransport"',
    ),
    (
        "E106", capi(GRAPH_URL="http://graph.example"), ERROR,
        "The pixel 'default' has no transport: GRAPH_URL must begin with https:// (http:// only for this machine).",
        TRANSPORT_HINT,
    ),
    (
        "E106", capi(TRANSPORT=f"{__name__}.Refusing"), ERROR,
        "The pixel 'default' has no transport: RuntimeError.",
        TRANSPORT_HINT,
    ),
    (
        "E107", capi(GRAPH_VERSION="26"), ERROR,
        "CAPI_TRACKING['GRAPH_VERSION'] is '26', which is no version of the Graph API.",
        NEWEST_HINT,
    ),
    (
        "W108", capi(GRAPH_VERSION="v24.0"), WARNING,
        "GRAPH_VERSION v24.0 is older than any that this app was written for.",
        NEWEST_HINT,
    ),
    (
        "I109", capi(GRAPH_VERSION="v27.0"), INFO,
        "GRAPH_VERSION v27.0 is newer than v26.0, the last that this app was tried with.",
        'Look for a new release of this app, or in CAPI_TRACKING: "GRAPH_VERSION": "v26.0"',
    ),
    (
        "W112", capi(PARTNER_AGENT="x" * 23), WARNING,
        "CAPI_TRACKING['PARTNER_AGENT'] must be at most 22 characters with two letters at least.",
        'In CAPI_TRACKING: "PARTNER_AGENT": "django-capi-tracking", or "" to send none',
    ),
    (
        "W112", capi(PARTNER_AGENT="1.0-x"), WARNING,
        "CAPI_TRACKING['PARTNER_AGENT'] must be at most 22 characters with two letters at least.",
        'In CAPI_TRACKING: "PARTNER_AGENT": "django-capi-tracking", or "" to send none',
    ),
    (
        "W113", both(project(DEBUG=True), capi(SEND_IN_DEBUG=True)), WARNING,
        "DEBUG is on, and events of the pixel 'default' are sent to Meta, where they count: SEND_IN_DEBUG is True.",
        'To keep them here, in CAPI_TRACKING: "SEND_IN_DEBUG": False',
    ),
    (
        "I115", project(DEBUG=True), INFO,
        "DEBUG is on: nothing is sent to Meta for the pixel 'default'; its events wait.",
        'To send test events, in CAPI_TRACKING["PIXELS"]["default"]: "TEST_EVENT_CODE": "TEST12345" '
        "(Events Manager, Test Events, shows yours). To send real ones: DEBUG = False",
    ),
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
        'In tests/checks/test_messages.py: urlpatterns += [path("capi/", include("capi_tracking.urls"))]',
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
    (
        "W301", database(options={**OPTIONS, "transaction_mode": "DEFERRED"}), WARNING,
        "The SQLite database 'books' begins transactions by reading: "
        'beside a worker, "database is locked" follows.',
        SQLITE_HINT,
    ),
    (
        "W302", database(options={**OPTIONS, "timeout": 19.5}), WARNING,
        "The SQLite database 'books' waits 19.5 seconds for a lock; beside a worker it should wait 20.",
        SQLITE_HINT,
    ),
    (
        "W303", database(options={**OPTIONS, "init_command": "PRAGMA synchronous=NORMAL;"}), WARNING,
        "The SQLite database 'books' is not opened with WAL: readers and the one writer stop each other.",
        SQLITE_HINT,
    ),
    (
        "W401", capi(ENVIRONMENT=""), WARNING,
        "ENVIRONMENT is empty: a copy of this database, on a staging server perhaps, would send its events as well.",
        'In CAPI_TRACKING: "ENVIRONMENT": "production", and another name on every other installation',
    ),
    (
        "W402", pixel(TEST_EVENT_CODE="TEST1"), WARNING,
        "The pixel 'default' has a TEST_EVENT_CODE: each sale is shown as a test, and counts all the same.",
        'In CAPI_TRACKING["PIXELS"]["default"]: "TEST_EVENT_CODE": ""',
    ),
    (
        "W403", capi(TRUSTED_PROXIES=0), WARNING,
        "SECURE_PROXY_SSL_HEADER says that a proxy stands before Django, but TRUSTED_PROXIES trusts none: "
        "Meta gets its address.",
        'In CAPI_TRACKING: "TRUSTED_PROXIES": 1 (how many of yours stand before Django), or a list of their networks',
    ),
    (
        "W403",
        both(project(SECURE_PROXY_SSL_HEADER=None, USE_X_FORWARDED_HOST=True), capi(TRUSTED_PROXIES=[])), WARNING,
        "USE_X_FORWARDED_HOST says that a proxy stands before Django, but TRUSTED_PROXIES trusts none: "
        "Meta gets its address.",
        'In CAPI_TRACKING: "TRUSTED_PROXIES": 1 (how many of yours stand before Django), or a list of their networks',
    ),
    (
        "W404", project(CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}), WARNING,
        "The cache 'default' is LocMemCache: each process counts for itself, so COLLECT_RATE holds in each alone.",
        CACHE_HINT,
    ),
    (
        "W405", project(CACHES={"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}), WARNING,
        "The cache 'default' is DummyCache, which keeps nothing: COLLECT_RATE limits nobody.",
        CACHE_HINT,
    ),
    (
        "W406", capi(SHADOW=True), WARNING,
        "SHADOW is True: events are recorded, and neither the browser nor the server sends any to Meta.",
        'To go live, in CAPI_TRACKING: "SHADOW": False',
    ),
    (
        "E055", capi(VALUE="nett"), ERROR,
        "CAPI_TRACKING['VALUE'] must be one of gross, net, without_shipping, margin, not 'nett'.",
        'In CAPI_TRACKING: "VALUE": "gross"',
    ),
    (
        "E059", capi(OBJECTIVE="sales"), ERROR,
        "CAPI_TRACKING['OBJECTIVE'] must be one of purchases, leads, not 'sales'.",
        'In CAPI_TRACKING: "OBJECTIVE": "purchases"',
    ),
    (
        "E061", capi(MATCH_WEIGHTS={"phone": 5}), ERROR,
        "CAPI_TRACKING['MATCH_WEIGHTS'] weighs 'phone', which is no key.",
        'Did you mean "ph"?',
    ),
    (
        "E062", capi(MATCH_WEIGHTS={"ph": -1}), ERROR,
        "CAPI_TRACKING['MATCH_WEIGHTS'] gives 'ph' no weight that can be added: it counts as if it were not there.",
        'In CAPI_TRACKING: "MATCH_WEIGHTS": {"ph": 10} (0 leaves it out of the score)',
    ),
    (
        "W063", capi(MATCH_WEIGHTS=dict.fromkeys(WEIGHTS, 0)), WARNING,
        "CAPI_TRACKING['MATCH_WEIGHTS'] leaves no key with a weight: every event's match keys would be 0 %.",
        'In CAPI_TRACKING: "MATCH_WEIGHTS": {} (the defaults), or a weight for one key at least',
    ),
    (
        "E056", capi(REFUND_EVENT="Purchase"), ERROR,
        "CAPI_TRACKING['REFUND_EVENT'] is 'Purchase': event_name: a Purchase belongs to its order: "
        "use {% pixel_purchase order %}.",
        'In CAPI_TRACKING: "REFUND_EVENT": "Refund", or "" to tell none',
    ),
    (
        "E056", capi(REFUND_EVENT="Lead"), ERROR,
        "CAPI_TRACKING['REFUND_EVENT'] is 'Lead': that is one of Meta's own events.",
        'In CAPI_TRACKING: "REFUND_EVENT": "Refund", or "" to tell none',
    ),
    (
        "W057", capi(EXCLUDED_EMAILS=["*@x.example", "shop.example"]), WARNING,
        "CAPI_TRACKING['EXCLUDED_EMAILS'] has 'shop.example', which no e-mail address is like.",
        'For a whole domain, in CAPI_TRACKING: "EXCLUDED_EMAILS": ["*@shop.example"]',
    ),
    (
        "W064", capi(ALERT_EMAILS=["jo@shop.example", "jo"]), WARNING,
        "CAPI_TRACKING['ALERT_EMAILS'] has 'jo', which is no e-mail address.",
        'In CAPI_TRACKING: "ALERT_EMAILS": ["staff@shop.example"]',
    ),
    (
        "E501", adapter(email="usr.email"), ERROR,
        "ShopOrder.email says 'usr.email', but Order has no 'usr'.",
        f'Did you mean "user"? {ORDER_HAS}',
    ),
    (
        "E501", adapter(phone=("phone", "user.mobile")), ERROR,
        "ShopOrder.phone says ('phone', 'user.mobile'), but User has no 'mobile'.",
        "User has: date_joined, email, first_name, groups, id, is_active, is_staff, is_superuser, last_login, "
        "last_name, logentry_set, password, user_permissions, username.",
    ),
    (
        "E501", adapter(line_id="{sku}-{variant.product.nr}"), ERROR,
        "ShopOrder.line_id says '{sku}-{variant.product.nr}', but Product has no 'nr'.",
        "Product has: category, description, drawing, id, position, slug, tagline, title, variants, wind_from, wind_to.",
    ),
    (
        "E501", adapter(paid_when={"state__in": ["paid"]}), ERROR,
        "ShopOrder.paid_when says 'state', but Order has no 'state'.",
        f'Did you mean "status"? {ORDER_HAS}',
    ),
    (
        "E501", adapter(channel="chanel"), ERROR,
        "ShopOrder.channel says 'chanel', but Order has no 'chanel'.",
        ORDER_HAS,
    ),
    (
        "E502", adapter(line_id="shop-{sku"), ERROR,
        "ShopOrder.line_id: 'shop-{sku' is no template: expected '}' before end of string.",
        'For example: line_id = "shop-{product.sku}"',
    ),
    (
        "E503", adapter(paid_when={"status__startswith": "pa"}), ERROR,
        "ShopOrder.paid_when has 'status__startswith', but there is no lookup 'startswith' here.",
        "There are: exact, in, isnull, gt, gte, lt, lte. For all else write is_purchase(self, order)",
    ),
    (
        "E504", adapter(paid_when={}), ERROR,
        "ShopOrder has neither paid_when nor is_purchase(): no order would ever be a sale.",
        'In ShopOrder: paid_when = {"status__in": ["paid", "shipped"]}',
    ),
    (
        "E505", adapter(paid_at=()), ERROR,
        "ShopOrder names no time: an old one that somebody saves would be told as new.",
        'In ShopOrder: paid_at = "..." (the field with the time), or created_at = "..."',
    ),
    (
        "E506", adapter(total=()), ERROR,
        "ShopOrder names no total: Meta refuses a Purchase without a value.",
        'In ShopOrder: total = "..." (the field with what the buyer paid)',
    ),
    (
        "E507", adapter(currency=()), ERROR,
        "ShopOrder names no currency, and there is no default.",
        'In ShopOrder: currency = "..." (a field), or a method: def currency(self, order): return "EUR"',
    ),
    (
        "E508", capi(VALUE="net"), ERROR,
        "VALUE is 'net', but ShopOrder does not say where the tax is: its orders could not be told.",
        'In ShopOrder: tax = "..." (the field with that amount)',
    ),
    (
        "E509", adapter(line_id=()), ERROR,
        "ShopOrder names lines, but no line_id: without it they are all left out.",
        'In ShopOrder: line_id = "product.sku" (as in the catalogue), or "shop-{product.sku}"',
    ),
]  # fmt: skip
OF_THE_TRANSPORT = {"W101", "W102"}
OF_OTHER_TESTS = {"W110", "W111", "W114"}


@pytest.mark.parametrize(("number", "spoil", "level", "text", "hint"), CASES, ids=[case[0] for case in CASES])
def test_checks__say_the_whole_message_and_nothing_else(shop, number, spoil, level, text, hint):
    spoil(shop)
    assert shop.said() == [level(text, hint=hint, id=f"capi_tracking.{number}")]


def test_checks__say_nothing_where_all_is_well(shop):
    assert shop.said() == []


def test_cases__leave_no_check_out():
    tried = {case[0] for case in CASES} | OF_OTHER_TESTS
    assert tried == {finding.id for finding in CATALOGUE} | OF_THE_TRANSPORT


def test_catalogue__no_two_findings_share_a_number():
    numbers = [finding.id[1:] for finding in CATALOGUE]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize(
    ("number", "day", "text"),
    [
        (
            "W110",
            datetime(2028, 4, 30, tzinfo=UTC),
            "Meta ends version v25.0 of the Graph API on 2028-07-29.",
        ),
        ("W110", datetime(2028, 7, 29, 23, tzinfo=UTC), "Meta ends version v25.0 of the Graph API on 2028-07-29."),
        (
            "W111",
            datetime(2028, 7, 30, tzinfo=UTC),
            "Meta has ended version v25.0 of the Graph API on 2028-07-29: requests may be refused.",
        ),
    ],
)
def test_checks__tell_the_end_of_a_version(shop, at, number, day, text):
    shop.capi(GRAPH_VERSION="v25.0")
    at(day)
    assert shop.said() == [WARNING(text, hint=NEWEST_HINT, id=f"capi_tracking.{number}")]


def test_checks__tell_that_test_events_leave_with_debug_on(shop):
    shop.pixel(TEST_EVENT_CODE="TEST1")
    shop.project.DEBUG = True
    first, of_production = shop.said()
    assert of_production.id == "capi_tracking.W402"
    assert first == WARNING(
        "DEBUG is on, and events of the pixel 'default' are sent to Meta as test events. "
        "They are shown under Test Events, and count all the same.",
        hint='To keep them here, in CAPI_TRACKING["PIXELS"]["default"]: "TEST_EVENT_CODE": ""',
        id="capi_tracking.W114",
    )


SILENT = {
    "a version 91 days before its end": capi(GRAPH_VERSION="v25.0"),
    "a list of proxies": capi(TRUSTED_PROXIES=["10.0.0.0/8", "fd00::/8"]),
    "no proxy and no header": both(project(SECURE_PROXY_SSL_HEADER=None), capi(TRUSTED_PROXIES=0)),
    "a number as PIXEL_ID": pixel(PIXEL_ID=1234567890),
    "no nudge, no Celery": both(capi(NUDGE=None), lambda shop: setattr(shop, "celery_app", None)),
    "a lease of a minute": capi(LEASE=timedelta(minutes=1)),
    "a memory of 63 days": capi(PRUNE_AFTER=timedelta(days=63)),
    "a full batch": capi(BATCH_SIZE=1000),
    "an agent of 22": capi(PARTNER_AGENT="x" * 22),
    "no agent": capi(PARTNER_AGENT=""),
    "no default country": capi(DEFAULT_COUNTRY=""),
    "day before month": capi(DATE_ORDER="DMY"),
    "since the first migration": capi(TRACK_SINCE=None),
    "a subclass of the middleware": project(MIDDLEWARE=[SESSION, LOGIN, f"{__name__}.ShopMiddleware"]),
    "a project without sessions": project(MIDDLEWARE=[OURS]),
    "DEBUG with the sandbox": both(project(DEBUG=True), capi(GRAPH_URL="http://127.0.0.1:8990")),
    "DEBUG with a local transport": both(
        project(DEBUG=True), capi(TRANSPORT="capi_tracking.transports.local.MemoryTransport")
    ),
    "another database": database(options={}, ENGINE="django.db.backends.postgresql"),
    "SQLite in memory": database(options={"transaction_mode": "immediate", "timeout": 20}, NAME=":memory:"),
    "WAL in other words": database(options={**OPTIONS, "init_command": "pragma journal_mode = 'wal'"}),
    "a longer wait": database(options={**OPTIONS, "timeout": 60}),
    "a database without an outbox": both(database(options={}), capi(OUTBOX_DATABASES=["default"])),
    "a whole policy": project(SECURE_CSP=csp.extended({"default-src": ["'self'"]})),
    "no policy": project(SECURE_CSP={}, CONTENT_SECURITY_POLICY=None),
    "a policy of a shop that tells by its relay alone": both(
        project(SECURE_CSP={"default-src": ["'self'"]}), capi(BROWSER="relay_only")
    ),
    "origins": capi(ORIGINS=["https://front.example", "http://localhost:3000", "http://[::1]:80"]),
    "addresses": capi(EXCLUDED_ADDRESSES=["10.0.0.0/8", "8.8.8.8", "2001:db8::/32"]),
    "names": capi(COLLECT_EVENTS=["SizeMeasured", "AddToCart"]),
    "a policy whose part is named": both(capi(VALUE="net"), adapter(tax="total")),
    "methods in place of paths": adapter(
        **{name: lambda self, order: None for name in ("is_purchase", "event_time", "custom_data", "email", "currency")},
        paid_when={}, paid_at=(), total=(), line_id=(),
    ),
    "paths in place of methods": adapter(is_purchase="is_paid", paid_when={}, admin_url="/orders/{pk}", channel="user_id"),
    "a path beyond what models tell": adapter(total="total.real", email="get_absolute_url.strip"),
    "adapters, switched off": both(adapter(total="totl"), capi(ENABLED=False)),
    "switched off": both(
        capi(ENABLED=False, PIXELS={}, ENVIRONMENT=""), lambda shop: setattr(shop, "celery_app", None)
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", SILENT.values(), ids=SILENT)
def test_checks__are_silent_about(shop, at, change):
    at(datetime(2028, 4, 29, tzinfo=UTC))
    change(shop)
    assert shop.said() == []
