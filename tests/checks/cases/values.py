"""Values of settings."""

from datetime import datetime, timedelta

from capi_tracking.readiness import WEIGHTS
from tests.checks.changes import (
    ERROR,
    WARNING,
    capi,
)
from tests.checks.conftest import PIXEL

CONSENT_HINT = 'In CAPI_TRACKING: "CONSENT": "shop.consent.decide" (module and function), or "CONSENT": None'
REGION_HINT = 'In CAPI_TRACKING: "REGION": "shop.visitors.region" (module and function), or "REGION": None'
VISITOR_HINT = 'In CAPI_TRACKING: "VISITOR": "shop.visitors.plain" (module and function), or "VISITOR": None'
NOT_CALLABLE = 5

CASES = [
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
]  # fmt: skip
