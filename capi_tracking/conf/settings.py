"""The defaults: read on every access, laid under ``settings.CAPI_TRACKING``, so that ``override_settings`` works.

Their annotations are the types that the system checks hold the shop to. ``docs/settings.md`` is written from here: a comment
begins a section, what stands below a default says what it means.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings as django_settings


class Settings:
    """Defaults; each can be overridden in ``settings.CAPI_TRACKING``."""

    # On and off
    PIXELS: dict[str, dict[str, Any]] = {}
    """Alias to pixel, as `DATABASES` does; `default` is the one used when none is named. [Its keys](#each-pixel)."""
    ENABLED: bool = True
    """`False` stops everything at the door: nothing is recorded, rendered or sent."""
    SHADOW: bool = False
    """`True` records everything and sends nothing, from neither side, then or later: to compare before going live. Events
    that wait from before are closed too as they become due."""
    ENVIRONMENT: str = ""
    """Name of this installation; a worker of another name holds the rows. Empty: no guard."""
    SEND_IN_DEBUG: bool = False
    """With `DEBUG` on, send to the real Meta even without a test code."""

    # Meta
    GRAPH_URL: str = "https://graph.facebook.com"
    """https, or http to this machine alone."""
    GRAPH_VERSION: str = "v26.0"
    """Version of the Graph API."""
    PIXEL_SCRIPT_URL: str = "https://connect.facebook.net/en_US/fbevents.js"
    """The pixel's script."""
    PARTNER_AGENT: str = "django-capi-tracking"
    """How Meta names the sender; at most 22 characters."""
    CONNECT_TIMEOUT: timedelta = timedelta(seconds=3)
    """For a connection to Meta."""
    READ_TIMEOUT: timedelta = timedelta(seconds=10)
    """For Meta's answer."""

    # Outbox and delivery
    OUTBOX_DATABASES: list[str] = ["default"]
    """Rows live beside their orders in these databases; orders of any other are recorded in the first, once they are
    committed."""
    TRANSPORT: str = "capi_tracking.transports.graph.GraphTransport"
    """Dotted path of the class that sends."""
    BATCH_SIZE: int = 1000
    """Events in one request; Meta takes no more than 1,000."""
    BATCH_BYTES: int = 4_000_000
    """Bytes in one request."""
    EVENT_BYTES: int = 1_000_000
    """Bytes of one event; a larger one is refused where it is tracked."""
    GZIP: bool = False
    """Compress requests: under half the bytes, for some CPU time; for shops whose way out is narrow."""
    LEASE: timedelta = timedelta(minutes=5)
    """How long a worker owns the rows that it sends."""
    NUDGE: str | None = "celery"
    """Wake a worker after each commit; `None`: only the sweep, cron or a service."""

    # What is kept
    REDACT_AFTER: timedelta = timedelta(hours=48)
    """How long after an event is settled its payload, and with it the customer's data, is kept; a dead one's until its
    deadline."""
    PRUNE_AFTER: timedelta = timedelta(days=400)
    """After how long events, attempts, receipts, counts, page reports and withdrawals are deleted, by the database's
    clock; at least 63 days, since Meta takes events of 62."""

    # Orders
    DISCOVER: str = "capi"
    """Name of the module with the adapters in each app."""
    TRACK_SINCE: datetime | None = None
    """Nothing paid before this aware datetime is recorded; `None`: since the app's first migration."""
    EVENT_ID_KEY: str = ""
    """Secret from which orders' event ids follow; empty: derived from `SECRET_KEY`."""
    EVENT_ID_KEY_FALLBACKS: list[str] = []
    """Earlier keys, newest first: a sale that a browser told of under one of them keeps that id. Where `EVENT_ID_KEY` is
    empty, `SECRET_KEY_FALLBACKS` serve."""
    DEFAULT_COUNTRY: str = ""
    """Two letters; for phones without a country code where the customer's country is unknown."""
    DATE_ORDER: str = ""
    """How birthdays are written in forms: `DMY` or `MDY`; without it [an ambiguous one](normalization.md) is left
    out."""
    CONTEXT_DAYS: int = 30
    """How long a checkout context counts."""
    VALUE: str = "gross"
    """What an order is worth to Meta, in the browser's copy and the server's alike: `gross` (its total), `net` (less tax),
    `without_shipping`, or `margin` (less tax and cost)."""
    REFUND_EVENT: str = ""
    """Name of an event of your own that tells Meta what was given back of a sale that it has, such as `Refund`; empty:
    none, since Meta knows no refund."""
    EXCLUDED_GROUPS: list[str] = []
    """Orders of users in these groups are withheld, by the adapter's `placed_by`."""
    EXCLUDED_EMAILS: list[str] = []
    """Orders of e-mail addresses like these are withheld, `*` as in file names."""
    EXCLUDED_CHANNELS: list[str] = []
    """Orders that came in by channels like these are withheld, by the adapter's `channel`."""
    RECONCILE_DAYS: int = 7
    """How many days back orders are compared with the outbox, by the hourly task and by `capi_reconcile`."""
    BACKFILL: bool = True
    """The hourly comparison also records sales that were never recorded: [Reconciliation](reconciliation.md)."""

    # Consent and visitors
    CONSENT_POLICY: str = "1"
    """Version of your consent text; raise it to ask everybody again. Letters, digits, `-`, `_`."""
    CONSENT: str | None = None
    """Dotted path of `callable(request) -> state`, which may tighten the cookie's answer."""
    CONSENT_DAYS: int = 180
    """How long a visitor's answer counts; then they are asked again."""
    OPT_OUT_REGIONS: list[str] = []
    """Countries (`US`) and states (`US-TX`) for whose buyers no answer is no refusal: [consent](consent.md)."""
    REGION: str | None = None
    """Dotted path of `callable(request) -> "US-CA"`, ISO 3166-2, "" where it is unknown; for Limited Data Use."""
    CONSENT_BRIDGES: list[str] = []
    """Consent platforms that [the script](script.md#consent-platforms) listens to: `tcf` (IAB Europe's framework),
    `google` (consent mode)."""
    TRUSTED_PROXIES: int | list[str] = 0
    """How many proxies of yours stand before Django, or a list of their networks."""
    URL_PARAMETERS: list[str] = ["fbclid", "utm_*", "q", "page"]
    """Parameters that may stay in addresses, in the query and behind `#`; `*` as in file names."""
    PAGE_PIXELS: list[str] = ["default"]
    """The pixels that a tag or `track_request` means when it names none."""
    FOREIGN_PIXELS: str = "report"
    """What becomes of other snippets' calls of the pixel: `report` counts them and lets them through, `refuse` counts and
    stops them, `adopt` gives them an id and relays them."""
    COLLECT_PATH: str = ""
    """Where beacons go; empty: `collect/` below the include."""
    COLLECT_RATE: int = 120
    """Beacons an address may send in a minute."""
    COLLECT_VISITOR_RATE: int = 60
    """Beacons a visitor (a `_fbp` cookie) may send in a minute."""
    COLLECT_DAY: int = 50_000
    """Events, receipts and reports that an address may send in a day."""
    COLLECT_VISITOR_DAY: int = 2_000
    """Events, receipts and reports that a visitor may send in a day."""
    COLLECT_EVENTS: list[str] = []
    """Names of your own that scripts may use in `capi.track()` without a signature, beside Meta's standard ones; never
    Purchase."""
    ORIGINS: list[str] = []
    """Origins of a headless front end (`https://www.shop.example`) whose pages may hold a token: [the
    relay](relay.md)."""
    EXCLUDED_ADDRESSES: list[str] = []
    """Networks, such as your office's, for whose visitors neither side fires."""
    VISITOR: str | None = None
    """Dotted path of `callable(request) -> dict` with the plain data of who is logged in, for `UserData.of`; `None`:
    e-mail, names and primary key of `request.user`."""
    BASE_TEMPLATE: str = "base.html"
    """Your template around the visitors' pages [`choices/` and `about-me/`](privacy.md#pages-for-visitors), with blocks
    `title` and `content`; where there is none they stand alone."""
    BROWSER: str = "pixel"
    """`'relay_only'`: browsers load no script of Meta's and tell the relay alone."""

    # Other systems
    API_RATE: int = 300
    """Requests an [API key](api.md) may make in a minute."""
    API_BYTES: int = 4_000_000
    """Bytes that one request to the API may bring."""

    # The dashboard
    OBJECTIVE: str = "purchases"
    """What the shop is after: `purchases` or `leads`; the dashboard's funnel follows from it."""
    FUNNEL: list[str] = []
    """Names of the events that are the steps of the dashboard's funnel, the first step first; empty: those of
    `OBJECTIVE`."""
    MATCH_WEIGHTS: dict[str, int] = {}
    """What a key weighs in the score ["match keys"](match-quality.md), laid over the defaults by Meta's short names:
    `{"external_id": 15, "db": 0}`."""

    # Alerts
    ALERT_EMAILS: list[str] = []
    """Addresses of staff who are told once of each trouble until it clears: [Doctor and alerts](doctor.md#alerts)."""

    # What leaves at all
    SENSITIVE_PAGES: list[str] = []
    """Paths (`/health/*`, `*/clinic/*`) where neither side fires: [what leaves](minimisation.md)."""
    MINIMUM_AGE: int = 13
    """Who is younger, by the date of birth, is told by neither side; `0` asks nobody."""

    def __getattribute__(self, name: str) -> Any:
        given = _given() if name.isupper() else _NOTHING
        return given[name] if name in given else super().__getattribute__(name)

    def several(self, *names: str) -> tuple[Any, ...]:
        """These settings at once, for what stands on every page."""
        given = _given()
        return tuple([given[name] if name in given else _DEFAULTS[name] for name in names])


def _given() -> Mapping[str, Any]:
    """The shop's dict; the checks tell what else it may be, which counts as empty."""
    given = getattr(django_settings, "CAPI_TRACKING", _NOTHING)
    return given if type(given) is dict or isinstance(given, Mapping) else _NOTHING


_NOTHING: Mapping[str, Any] = {}
_DEFAULTS = vars(Settings)


conf = Settings()
