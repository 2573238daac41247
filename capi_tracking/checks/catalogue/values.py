"""Values that can't work: 0xx."""

from .finding import Finding

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
    when="`BATCH_SIZE`, `BATCH_BYTES`, `EVENT_BYTES`, `CONTEXT_DAYS`, `CONSENT_DAYS`, `RECONCILE_DAYS`, `COLLECT_RATE`, `COLLECT_VISITOR_RATE`, `COLLECT_DAY`, `COLLECT_VISITOR_DAY`, `API_RATE` or `API_BYTES` is below 1",
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
OBJECTIVE = Finding(
    id="E059",
    when="`OBJECTIVE` is neither of its two words",
    message="CAPI_TRACKING['OBJECTIVE'] must be one of %(known)s, not %(value)r.",
    hint='In CAPI_TRACKING: "OBJECTIVE": "purchases"',
)
UNKNOWN_WEIGHT = Finding(
    id="E061",
    when="`MATCH_WEIGHTS` weighs what is no key of Meta's",
    message="CAPI_TRACKING['MATCH_WEIGHTS'] weighs %(key)r, which is no key.",
    hint="%(instead)s",
)
WEIGHT = Finding(
    id="E062",
    when="a weight of `MATCH_WEIGHTS` is no whole number from 0 on",
    message="CAPI_TRACKING['MATCH_WEIGHTS'] gives %(key)r no weight that can be added: it counts as if it were not there.",
    hint='In CAPI_TRACKING: "MATCH_WEIGHTS": {%(quoted)s: 10} (0 leaves it out of the score)',
)
NO_WEIGHT = Finding(
    id="W063",
    when="`MATCH_WEIGHTS` weighs every key with 0; each event would score 0",
    message="CAPI_TRACKING['MATCH_WEIGHTS'] leaves no key with a weight: every event's match keys would be 0 %%.",
    hint='In CAPI_TRACKING: "MATCH_WEIGHTS": {} (the defaults), or a weight for one key at least',
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
ALERT_ADDRESS = Finding(
    id="W064",
    when="one of `ALERT_EMAILS` is no e-mail address",
    message="CAPI_TRACKING['ALERT_EMAILS'] has %(address)r, which is no e-mail address.",
    hint='In CAPI_TRACKING: "ALERT_EMAILS": ["staff@shop.example"]',
)
