"""What only a deployment wants."""

from tests.checks.changes import WARNING, both, capi, pixel, project

CACHE_HINT = (
    'CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", '
    '"LOCATION": "redis://127.0.0.1:6379"}}, or any other cache that processes share'
)

CASES = [
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
        "W407", capi(GRAPH_URL="http://127.0.0.1:8990"), WARNING,
        "GRAPH_URL is 'http://127.0.0.1:8990', of this machine: what seems to be sent, Meta never gets.",
        'Leave "GRAPH_URL" out of CAPI_TRACKING, and it is Meta\'s',
    ),
    (
        "W407", capi(PIXEL_SCRIPT_URL="http://localhost:8990/fbevents.js"), WARNING,
        "PIXEL_SCRIPT_URL is 'http://localhost:8990/fbevents.js', of this machine: what seems to be sent, Meta never gets.",
        'Leave "PIXEL_SCRIPT_URL" out of CAPI_TRACKING, and it is Meta\'s',
    ),
    (
        "W407", capi(TRANSPORT="capi_tracking.transports.local.ConsoleTransport"), WARNING,
        "TRANSPORT is 'capi_tracking.transports.local.ConsoleTransport', of this machine: what seems to be sent, Meta "
        "never gets.",
        'Leave "TRANSPORT" out of CAPI_TRACKING, and it is Meta\'s',
    ),
]  # fmt: skip
