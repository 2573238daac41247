"""All that the checks can say. ``docs/checks.md`` is written from here.

A number belongs to one finding for good: 0xx the settings themselves, 1xx pixels and Meta, 2xx the project,
3xx databases, 4xx what concerns production alone, 5xx the shop's adapters. W101 and W102 are the Graph transport's own.
"""

from dataclasses import dataclass
from typing import Any

from django.core import checks

SQLITE_OPTIONS = (
    'In DATABASES[%(quoted)s]: "OPTIONS": '
    '{"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL;"}'
)
LEVELS = {"E": checks.Error, "W": checks.Warning, "I": checks.Info}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that can be wrong. ``message`` and ``hint`` take their values by %; the id's letter is the level."""

    id: str
    when: str
    message: str
    hint: str

    def __call__(self, **values: Any) -> checks.CheckMessage:
        """The finding about these values."""
        return LEVELS[self.id[0]](self.message % values, hint=self.hint % values, id=f"capi_tracking.{self.id}")


# The settings themselves

NO_DICT = Finding(
    id="E001",
    when="`CAPI_TRACKING` is something else than a dict",
    message="CAPI_TRACKING must be a dict, not %(kind)s.",
    hint='CAPI_TRACKING = {"PIXELS": {"default": {"PIXEL_ID": "...", "ACCESS_TOKEN": "..."}}}',
)
UNKNOWN_KEY = Finding(
    id="W002",
    when="a key is no setting of this app; it does nothing",
    message="CAPI_TRACKING has an unknown key %(key)r.",
    hint="%(instead)s",
)
MISTYPED = Finding(
    id="E003",
    when="a setting has the wrong type",
    message="CAPI_TRACKING[%(key)r] must be %(wanted)s, not %(kind)s.",
    hint="In CAPI_TRACKING, for example: %(example)s",
)
NO_ENTRY = Finding(
    id="E004",
    when="an entry of `PIXELS` is something else than a dict",
    message="PIXELS[%(alias)r] must be a dict, not %(kind)s.",
    hint='In CAPI_TRACKING["PIXELS"]: %(quoted)s: {"PIXEL_ID": "...", "ACCESS_TOKEN": "..."}',
)
UNKNOWN_PIXEL_KEY = Finding(
    id="W005",
    when="a key of a pixel is none; it does nothing",
    message="PIXELS[%(alias)r] has an unknown key %(key)r.",
    hint="%(instead)s",
)
MISTYPED_PIXEL_KEY = Finding(
    id="E006",
    when="a key of a pixel has the wrong type, often None from an environment variable that is not set",
    message="PIXELS[%(alias)r][%(key)r] must be %(wanted)s, not %(kind)s.",
    hint='In CAPI_TRACKING["PIXELS"][%(quoted)s], for example: %(example)s',
)

# Values that can't work

NO_DATABASE = Finding(
    id="E011",
    when="`OUTBOX_DATABASES` is empty",
    message="CAPI_TRACKING['OUTBOX_DATABASES'] must name a database.",
    hint='In CAPI_TRACKING: "OUTBOX_DATABASES": ["default"]',
)
UNKNOWN_DATABASE = Finding(
    id="E012",
    when="`OUTBOX_DATABASES` names an alias that is not in `DATABASES`",
    message="CAPI_TRACKING['OUTBOX_DATABASES'] names %(alias)r, which is not in DATABASES.",
    hint="There are: %(known)s.",
)
POLICY = Finding(
    id="E013",
    when="`CONSENT_POLICY` can't be a part of a cookie",
    message="CAPI_TRACKING['CONSENT_POLICY'] must be 1 to 64 letters, digits, - or _: it is a part of a cookie.",
    hint='In CAPI_TRACKING: "CONSENT_POLICY": "1"',
)
CONSENT_MISSING = Finding(
    id="E014",
    when="`CONSENT` can't be imported; every visitor's consent would be unknown",
    message="CAPI_TRACKING['CONSENT'] can't be imported: %(error)s.",
    hint='In CAPI_TRACKING: "CONSENT": "shop.consent.decide" (module and function), or "CONSENT": None',
)
CONSENT_NO_CALLABLE = Finding(
    id="E015",
    when="`CONSENT` names something that is no function",
    message="CAPI_TRACKING['CONSENT'] names what can't be called.",
    hint='In CAPI_TRACKING: "CONSENT": "shop.consent.decide" (module and function), or "CONSENT": None',
)
NEGATIVE_PROXIES = Finding(
    id="E016",
    when="`TRUSTED_PROXIES` is below zero",
    message="CAPI_TRACKING['TRUSTED_PROXIES'] counts proxies, and %(number)s is no count.",
    hint='In CAPI_TRACKING: "TRUSTED_PROXIES": 1',
)
PROXY_NETWORK = Finding(
    id="E017",
    when="an entry of `TRUSTED_PROXIES` is no network",
    message="CAPI_TRACKING['TRUSTED_PROXIES']: %(error)s.",
    hint='In CAPI_TRACKING: "TRUSTED_PROXIES": ["10.0.0.0/8"]',
)
NUDGE = Finding(
    id="E018",
    when='`NUDGE` is neither "celery" nor None',
    message="CAPI_TRACKING['NUDGE'] is %(value)r: nobody would wake a worker.",
    hint='In CAPI_TRACKING: "NUDGE": "celery", or "NUDGE": None where cron or a service delivers',
)
TOO_SMALL = Finding(
    id="E019",
    when="`BATCH_SIZE`, `BATCH_BYTES`, `EVENT_BYTES`, `CONTEXT_DAYS`, `CONSENT_DAYS`, `RECONCILE_DAYS`, `COLLECT_RATE`, `COLLECT_VISITOR_RATE`, `COLLECT_DAY` or `COLLECT_VISITOR_DAY` is below 1",
    message="CAPI_TRACKING[%(key)r] is %(number)s, and must be 1 or more.",
    hint="In CAPI_TRACKING: %(example)s",
)
BATCH_TOO_LARGE = Finding(
    id="W020",
    when="`BATCH_SIZE` is over 1,000",
    message="CAPI_TRACKING['BATCH_SIZE'] is %(number)s; Meta takes 1000 events in one request, so 1000 are sent.",
    hint='In CAPI_TRACKING: "BATCH_SIZE": 1000',
)
NO_TIMEOUT = Finding(
    id="E021",
    when="`CONNECT_TIMEOUT` or `READ_TIMEOUT` is zero or less",
    message="CAPI_TRACKING[%(key)r] must be longer than nothing: no request could succeed.",
    hint="In CAPI_TRACKING: %(example)s",
)
SHORT_LEASE = Finding(
    id="E022",
    when="`LEASE` is under a minute, or not longer than `CONNECT_TIMEOUT` and `READ_TIMEOUT` together",
    message=(
        "CAPI_TRACKING['LEASE'] is %(seconds)s seconds: "
        "a second worker would take the rows that the first one is still sending."
    ),
    hint='In CAPI_TRACKING: "LEASE": timedelta(minutes=5)',
)
NAIVE_TIME = Finding(
    id="E023",
    when="`TRACK_SINCE` has no time zone",
    message="CAPI_TRACKING['TRACK_SINCE'] must be aware: no order's time can be compared with it.",
    hint='In CAPI_TRACKING: "TRACK_SINCE": datetime(2026, 11, 1, tzinfo=UTC) (from datetime import UTC, datetime)',
)
UNKNOWN_COUNTRY = Finding(
    id="E024",
    when="`DEFAULT_COUNTRY` is no country",
    message="CAPI_TRACKING['DEFAULT_COUNTRY'] is %(value)r, which is no country.",
    hint='In CAPI_TRACKING: "DEFAULT_COUNTRY": "DE" (two letters of ISO 3166-1), or ""',
)
DATE_ORDER = Finding(
    id="E058",
    when='`DATE_ORDER` is none of "DMY", "MDY" and ""',
    message="CAPI_TRACKING['DATE_ORDER'] is %(value)r: no birthday that is written day or month first could be read by it.",
    hint='In CAPI_TRACKING: "DATE_ORDER": "DMY" (or "MDY"), or "" to leave out what is ambiguous',
)
LONG_NAME = Finding(
    id="E025",
    when="`ENVIRONMENT`, or the alias of a pixel, is too long for its column",
    message="%(what)s has %(length)s characters; 64 are the most.",
    hint="Type a shorter one.",
)
SHORT_MEMORY = Finding(
    id="E026",
    when="`PRUNE_AFTER` is under 63 days",
    message=(
        "CAPI_TRACKING['PRUNE_AFTER'] is %(days)s days: "
        "Meta takes events up to 62 days old, and a sale whose row is gone could be sent again."
    ),
    hint='In CAPI_TRACKING: "PRUNE_AFTER": timedelta(days=400)',
)
FOREIGN_MODE = Finding(
    id="E027",
    when='`FOREIGN_PIXELS` is none of "report", "refuse" and "adopt"',
    message="CAPI_TRACKING['FOREIGN_PIXELS'] is %(value)r, which says nothing about other snippets' calls.",
    hint='In CAPI_TRACKING: "FOREIGN_PIXELS": "report", "refuse" or "adopt"',
)
NO_PAGE_PIXEL = Finding(
    id="E028",
    when="`PAGE_PIXELS` is empty; a tag that names no pixel would render nothing",
    message="CAPI_TRACKING['PAGE_PIXELS'] must name a pixel.",
    hint='In CAPI_TRACKING: "PAGE_PIXELS": ["default"]',
)
UNKNOWN_PAGE_PIXEL = Finding(
    id="E029",
    when="`PAGE_PIXELS` names an alias that is not in `PIXELS`",
    message="CAPI_TRACKING['PAGE_PIXELS'] names %(alias)r, which is not in PIXELS.",
    hint="There are: %(known)s.",
)
SAME_PAGE_PIXEL = Finding(
    id="W030",
    when="two aliases of `PAGE_PIXELS` have one `PIXEL_ID`; the browser would tell it everything twice",
    message="CAPI_TRACKING['PAGE_PIXELS'] names %(alias)r, whose PIXEL_ID another one has: browsers tell it all twice.",
    hint='In CAPI_TRACKING: take %(quoted)s out of "PAGE_PIXELS"',
)

COLLECTED_NAME = Finding(
    id="E031",
    when="a name of `COLLECT_EVENTS` can't be one; a Purchase belongs to its order",
    message="CAPI_TRACKING['COLLECT_EVENTS'] has %(name)r: %(error)s.",
    hint='In CAPI_TRACKING: "COLLECT_EVENTS": ["SizeMeasured"] (Meta\'s own names are taken anyway)',
)
ORIGIN = Finding(
    id="E032",
    when="an entry of `ORIGINS` is no origin; no browser would ever send it",
    message="CAPI_TRACKING['ORIGINS'] has %(origin)r, which is no origin.",
    hint='In CAPI_TRACKING: "ORIGINS": ["https://www.shop.example"] (scheme and host, a port if it has one, and no more)',
)
EXCLUDED_NETWORK = Finding(
    id="E033",
    when="an entry of `EXCLUDED_ADDRESSES` is no network",
    message="CAPI_TRACKING['EXCLUDED_ADDRESSES']: %(error)s.",
    hint='In CAPI_TRACKING: "EXCLUDED_ADDRESSES": ["203.0.113.0/24"]',
)
VISITOR_MISSING = Finding(
    id="E034",
    when="`VISITOR` can't be imported; nobody who is logged in would be matched",
    message="CAPI_TRACKING['VISITOR'] can't be imported: %(error)s.",
    hint='In CAPI_TRACKING: "VISITOR": "shop.visitors.plain" (module and function), or "VISITOR": None',
)
VISITOR_NO_CALLABLE = Finding(
    id="E035",
    when="`VISITOR` names something that is no function",
    message="CAPI_TRACKING['VISITOR'] names what can't be called.",
    hint='In CAPI_TRACKING: "VISITOR": "shop.visitors.plain" (module and function), or "VISITOR": None',
)
BROWSER_MODE = Finding(
    id="E036",
    when='`BROWSER` is neither "pixel" nor "relay_only"',
    message="CAPI_TRACKING['BROWSER'] is %(value)r, which says nothing about Meta's script.",
    hint='In CAPI_TRACKING: "BROWSER": "pixel", or "BROWSER": "relay_only"',
)
REGION_MISSING = Finding(
    id="E037",
    when="`REGION` can't be imported; Limited Data Use would be offered to nobody",
    message="CAPI_TRACKING['REGION'] can't be imported: %(error)s.",
    hint='In CAPI_TRACKING: "REGION": "shop.visitors.region" (module and function), or "REGION": None',
)
REGION_NO_CALLABLE = Finding(
    id="E038",
    when="`REGION` names something that is no function",
    message="CAPI_TRACKING['REGION'] names what can't be called.",
    hint='In CAPI_TRACKING: "REGION": "shop.visitors.region" (module and function), or "REGION": None',
)
OPT_OUT_REGION = Finding(
    id="E039",
    when="an entry of `OPT_OUT_REGIONS` is no country, or no state of one; nobody would be meant",
    message="CAPI_TRACKING['OPT_OUT_REGIONS'] has %(region)r, which is no region.",
    hint='In CAPI_TRACKING: "OPT_OUT_REGIONS": ["US"] (a whole country), or ["US-TX"] (ISO 3166-2, in capitals)',
)
CONSENT_BRIDGE = Finding(
    id="E046",
    when='an entry of `CONSENT_BRIDGES` is neither "tcf" nor "google"; pages would ask for a file that does not exist',
    message="CAPI_TRACKING['CONSENT_BRIDGES'] has %(name)r, to which there is no bridge.",
    hint='In CAPI_TRACKING: "CONSENT_BRIDGES": ["tcf"], ["google"], or both',
)

VALUE_POLICY = Finding(
    id="E055",
    when="`VALUE` is none of its four words",
    message="CAPI_TRACKING['VALUE'] must be one of %(known)s, not %(value)r.",
    hint='In CAPI_TRACKING: "VALUE": "gross"',
)
NO_BASE = Finding(
    id="W049",
    when="`BASE_TEMPLATE` names a template that can't be found; the visitors' pages then stand alone",
    message="CAPI_TRACKING['BASE_TEMPLATE'] names %(name)r, and no template is found by that name.",
    hint='In CAPI_TRACKING: "BASE_TEMPLATE": "base.html", or "" for pages that stand alone',
)

MINIMUM_AGE = Finding(
    id="E041",
    when="`MINIMUM_AGE` is below 0 or above 100",
    message="CAPI_TRACKING['MINIMUM_AGE'] is %(number)s, and must be 0 to %(oldest)s.",
    hint='In CAPI_TRACKING: "MINIMUM_AGE": 13 (years; 0 asks nobody)',
)
SENSITIVE_PAGE = Finding(
    id="E042",
    when="an entry of `SENSITIVE_PAGES` begins neither with / nor with *; it would fit no page",
    message="CAPI_TRACKING['SENSITIVE_PAGES'] has %(pattern)r, which fits no path.",
    hint='In CAPI_TRACKING: "SENSITIVE_PAGES": [%(quoted)s] (the path as in request.path; * stands for anything)',
)

REFUND_NAME = Finding(
    id="E056",
    when="`REFUND_EVENT` can't be the name of an event of the shop's own",
    message="CAPI_TRACKING['REFUND_EVENT'] is %(value)r: %(error)s.",
    hint='In CAPI_TRACKING: "REFUND_EVENT": "Refund", or "" to tell none',
)
ADDRESS_PATTERN = Finding(
    id="W057",
    when="a pattern of `EXCLUDED_EMAILS` fits no address",
    message="CAPI_TRACKING['EXCLUDED_EMAILS'] has %(pattern)r, which no e-mail address is like.",
    hint='For a whole domain, in CAPI_TRACKING: "EXCLUDED_EMAILS": ["*@shop.example"]',
)

# Pixels and Meta

NO_PIXEL = Finding(
    id="W103",
    when="`PIXELS` is empty",
    message="There is no pixel in PIXELS: nothing is sent.",
    hint='CAPI_TRACKING = {"PIXELS": {"default": {"PIXEL_ID": "...", "ACCESS_TOKEN": "..."}}}',
)
NO_DEFAULT_PIXEL = Finding(
    id="W104",
    when="`PIXELS` has pixels, but no `default`",
    message="PIXELS has no 'default': whatever names no pixel is not tracked.",
    hint='In CAPI_TRACKING["PIXELS"]: rename %(quoted)s to "default", or add a pixel of that name',
)
TRANSPORT_MISSING = Finding(
    id="E105",
    when="`TRANSPORT` can't be imported",
    message="CAPI_TRACKING['TRANSPORT'] can't be imported: %(error)s.",
    hint='In CAPI_TRACKING: "TRANSPORT": "capi_tracking.transports.graph.GraphTransport"',
)
TRANSPORT_FAILS = Finding(
    id="E106",
    when="the transport of a pixel refuses its settings, a `GRAPH_URL` without https for example, or fails",
    message="The pixel %(alias)r has no transport: %(error)s",
    hint=(
        'For Meta\'s own, in CAPI_TRACKING: "TRANSPORT": "capi_tracking.transports.graph.GraphTransport", '
        '"GRAPH_URL": "https://graph.facebook.com"'
    ),
)
MALFORMED_VERSION = Finding(
    id="E107",
    when="`GRAPH_VERSION` is no version",
    message="CAPI_TRACKING['GRAPH_VERSION'] is %(version)r, which is no version of the Graph API.",
    hint='In CAPI_TRACKING: "GRAPH_VERSION": "%(newest)s"',
)
OLD_VERSION = Finding(
    id="W108",
    when="`GRAPH_VERSION` is older than every version that this app knows",
    message="GRAPH_VERSION %(version)s is older than any that this app was written for.",
    hint='In CAPI_TRACKING: "GRAPH_VERSION": "%(newest)s"',
)
NEW_VERSION = Finding(
    id="I109",
    when="`GRAPH_VERSION` is newer than every version that this app knows",
    message="GRAPH_VERSION %(version)s is newer than %(newest)s, the last that this app was tried with.",
    hint='Look for a new release of this app, or in CAPI_TRACKING: "GRAPH_VERSION": "%(newest)s"',
)
ENDING_VERSION = Finding(
    id="W110",
    when="Meta ends `GRAPH_VERSION` within 90 days",
    message="Meta ends version %(version)s of the Graph API on %(end)s.",
    hint='In CAPI_TRACKING: "GRAPH_VERSION": "%(newest)s"',
)
ENDED_VERSION = Finding(
    id="W111",
    when="Meta has ended `GRAPH_VERSION`",
    message="Meta has ended version %(version)s of the Graph API on %(end)s: requests may be refused.",
    hint='In CAPI_TRACKING: "GRAPH_VERSION": "%(newest)s"',
)
PARTNER_AGENT = Finding(
    id="W112",
    when="`PARTNER_AGENT` has 23 or more characters, or under two letters",
    message="CAPI_TRACKING['PARTNER_AGENT'] must be at most 22 characters with two letters at least.",
    hint='In CAPI_TRACKING: "PARTNER_AGENT": "django-capi-tracking", or "" to send none',
)
SENDS_IN_DEBUG = Finding(
    id="W113",
    when="`DEBUG` is on, and `SEND_IN_DEBUG` lets events go to the real Meta",
    message="DEBUG is on, and events of the pixel %(alias)r are sent to Meta, where they count: SEND_IN_DEBUG is True.",
    hint='To keep them here, in CAPI_TRACKING: "SEND_IN_DEBUG": False',
)
SENDS_TESTS_IN_DEBUG = Finding(
    id="W114",
    when="`DEBUG` is on, and a `TEST_EVENT_CODE` lets events go to the real Meta",
    message=(
        "DEBUG is on, and events of the pixel %(alias)r are sent to Meta as test events. "
        "They are shown under Test Events, and count all the same."
    ),
    hint='To keep them here, in CAPI_TRACKING["PIXELS"][%(quoted)s]: "TEST_EVENT_CODE": ""',
)
WAITS_IN_DEBUG = Finding(
    id="I115",
    when="`DEBUG` is on, so nothing is sent",
    message="DEBUG is on: nothing is sent to Meta for the pixel %(alias)r; its events wait.",
    hint=(
        'To send test events, in CAPI_TRACKING["PIXELS"][%(quoted)s]: "TEST_EVENT_CODE": "TEST12345" '
        "(Events Manager, Test Events, shows yours). To send real ones: DEBUG = False"
    ),
)

SHARE_NO_LIST = Finding(
    id="E116",
    when="an entry of a pixel's `SHARE` is no list of names; nothing would be shared",
    message="PIXELS[%(alias)r]['SHARE'][%(event_name)r] must be a list of the customer's fields.",
    hint='"SHARE": {"Purchase": ["email", "phone", "fbp", "fbc"], "*": ["fbp", "fbc"]}',
)
SHARE_UNKNOWN = Finding(
    id="E117",
    when="a pixel's `SHARE` names a field that customers do not have",
    message="PIXELS[%(alias)r]['SHARE'][%(event_name)r] has %(field)r, which is no field of a customer.",
    hint="%(instead)s",
)
SHARE_TOO_BROAD = Finding(
    id="W118",
    when="a list in a pixel's `SHARE` leaves so little that Meta would refuse each such event",
    message="PIXELS[%(alias)r]['SHARE'][%(event_name)r] leaves too little: Meta refuses what could be nearly anybody.",
    hint="Add one of: email, phone, external_id, client_ip_address, fbp, fbc.",
)

# The project

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

# Databases

NOT_IMMEDIATE = Finding(
    id="W301",
    when="an outbox is in SQLite, and `transaction_mode` is not IMMEDIATE",
    message='The SQLite database %(alias)r begins transactions by reading: beside a worker, "database is locked" follows.',
    hint=SQLITE_OPTIONS,
)
SHORT_WAIT = Finding(
    id="W302",
    when="an outbox is in SQLite, and `timeout` is under 20 seconds",
    message="The SQLite database %(alias)r waits %(seconds)s seconds for a lock; beside a worker it should wait 20.",
    hint=SQLITE_OPTIONS,
)
NO_WAL = Finding(
    id="W303",
    when="an outbox is in a file of SQLite, and `init_command` does not ask for WAL",
    message="The SQLite database %(alias)r is not opened with WAL: readers and the one writer stop each other.",
    hint=SQLITE_OPTIONS,
)

# Production: `check --deploy`

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

# The shop's adapters

UNKNOWN_PATH = Finding(
    id="E501",
    when="an adapter names what its model does not have",
    message="%(adapter)s.%(attribute)s says %(path)r, but %(model)s has no %(name)r.",
    hint="%(instead)s",
)
BAD_TEMPLATE = Finding(
    id="E502",
    when="a template's braces hold no path, or are not closed",
    message="%(adapter)s.%(attribute)s: %(error)s",
    hint='For example: line_id = "shop-{product.sku}"',
)
UNKNOWN_LOOKUP = Finding(
    id="E503",
    when="a condition of `paid_when` or `happened_when` ends in a lookup that is none",
    message="%(adapter)s.%(attribute)s has %(condition)r, but there is no lookup %(lookup)r here.",
    hint="There are: exact, in, isnull, gt, gte, lt, lte. For all else write is_purchase(self, order)",
)
NO_PAYMENT = Finding(
    id="E504",
    when="an order adapter does not say when an order has been paid",
    message="%(adapter)s has neither paid_when nor is_purchase(): no order would ever be a sale.",
    hint='In %(adapter)s: paid_when = {"status__in": ["paid", "shipped"]}',
)
NO_TIME = Finding(
    id="E505",
    when="an adapter names no time: whoever saved an old order would make it a sale of today",
    message="%(adapter)s names no time: an old one that somebody saves would be told as new.",
    hint='In %(adapter)s: %(attribute)s = "..." (the field with the time), or created_at = "..."',
)
NO_TOTAL = Finding(
    id="E506",
    when="an order adapter names no total; Meta refuses a Purchase without a value",
    message="%(adapter)s names no total: Meta refuses a Purchase without a value.",
    hint='In %(adapter)s: total = "..." (the field with what the buyer paid)',
)
NO_CURRENCY = Finding(
    id="E507",
    when="an order adapter names no currency, and its total is a bare number",
    message="%(adapter)s names no currency, and there is no default.",
    hint='In %(adapter)s: currency = "..." (a field), or a method: def currency(self, order): return "EUR"',
)
NO_PART = Finding(
    id="E508",
    when="the policy of `VALUE` takes something off the total that the adapter does not name",
    message="VALUE is %(policy)r, but %(adapter)s does not say where the %(part)s is: its orders could not be told.",
    hint='In %(adapter)s: %(part)s = "..." (the field with that amount)',
)
NO_LINE_ID = Finding(
    id="E509",
    when="an adapter names lines, and not where their catalogue ids are",
    message="%(adapter)s names lines, but no line_id: without it they are all left out.",
    hint='In %(adapter)s: line_id = "product.sku" (as in the catalogue), or "shop-{product.sku}"',
)

CATALOGUE = sorted((value for value in list(globals().values()) if isinstance(value, Finding)), key=lambda f: f.id[1:])
