"""What concerns production alone, by ``check --deploy``: 4xx."""

from .finding import Finding

NO_ENVIRONMENT = Finding(
    id="W401",
    when="`ENVIRONMENT` is empty",
    message="ENVIRONMENT is empty: a copy of this database, on a staging server perhaps, would send its events as well.",
    hint='In CAPI_TRACKING: "ENVIRONMENT": "production", and another name on every other installation',
)
TEST_CODE = Finding(
    id="W402",
    when="a pixel has a `TEST_EVENT_CODE`",
    message="The pixel %(alias)r has a TEST_EVENT_CODE: each sale is shown as a test, and counts all the same.",
    hint='In CAPI_TRACKING["PIXELS"][%(quoted)s]: "TEST_EVENT_CODE": ""',
)
NO_PROXIES = Finding(
    id="W403",
    when="a setting says that a proxy stands before Django, and `TRUSTED_PROXIES` trusts none",
    message="%(setting)s says that a proxy stands before Django, but TRUSTED_PROXIES trusts none: Meta gets its address.",
    hint='In CAPI_TRACKING: "TRUSTED_PROXIES": 1 (how many of yours stand before Django), or a list of their networks',
)
CACHE_PER_PROCESS = Finding(
    id="W404",
    when="the cache `default` is a process's own memory",
    message="The cache 'default' is LocMemCache: each process counts for itself, so COLLECT_RATE holds in each alone.",
    hint=(
        'CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", '
        '"LOCATION": "redis://127.0.0.1:6379"}}, or any other cache that processes share'
    ),
)
CACHE_KEEPS_NOTHING = Finding(
    id="W405",
    when="the cache `default` is a dummy",
    message="The cache 'default' is DummyCache, which keeps nothing: COLLECT_RATE limits nobody.",
    hint=(
        'CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", '
        '"LOCATION": "redis://127.0.0.1:6379"}}, or any other cache that processes share'
    ),
)
SHADOW = Finding(
    id="W406",
    when="`SHADOW` is on",
    message="SHADOW is True: events are recorded, and neither the browser nor the server sends any to Meta.",
    hint='To go live, in CAPI_TRACKING: "SHADOW": False',
)
OF_THIS_MACHINE = Finding(
    id="W407",
    when="`GRAPH_URL` or `PIXEL_SCRIPT_URL` is on this machine, or `TRANSPORT` one that keeps all here, and `DEBUG` is off",
    message="%(setting)s is %(value)r, of this machine: what seems to be sent, Meta never gets.",
    hint='Leave "%(setting)s" out of CAPI_TRACKING, and it is Meta\'s',
)
