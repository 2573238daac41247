"""Every check, word for word: one thing is wrong, and nothing else is said."""

from datetime import UTC, datetime, timedelta

import pytest

from capi_tracking import csp
from capi_tracking.checks.catalogue import CATALOGUE
from capi_tracking.middleware import TrackingMiddleware
from tests.checks.cases import CASES
from tests.checks.changes import LOGIN, OURS, SESSION, WARNING, adapter, both, capi, database, pixel, project
from tests.checks.conftest import OPTIONS

NEWEST_HINT = 'In CAPI_TRACKING: "GRAPH_VERSION": "v26.0"'


class ShopMiddleware(TrackingMiddleware):
    pass


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
