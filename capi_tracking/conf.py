"""The settings: one dict, ``settings.CAPI_TRACKING``, read on every access so that ``override_settings`` works.

``from .conf import conf`` then ``conf.BATCH_SIZE``. The class attributes are the defaults; their annotations are the
types that the system checks hold the shop to.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as django_settings

from .exceptions import ImproperlyTracked
from .keyed_hashes import keyed_hash

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class Settings:
    """Defaults; each can be overridden in ``settings.CAPI_TRACKING``."""

    PIXELS: dict[str, dict[str, Any]] = {}
    ENABLED: bool = True
    SHADOW: bool = False
    ENVIRONMENT: str = ""
    SEND_IN_DEBUG: bool = False

    # Meta
    GRAPH_URL: str = "https://graph.facebook.com"
    GRAPH_VERSION: str = "v26.0"
    PIXEL_SCRIPT_URL: str = "https://connect.facebook.net/en_US/fbevents.js"
    PARTNER_AGENT: str = "django-capi-tracking"
    CONNECT_TIMEOUT: timedelta = timedelta(seconds=3)
    READ_TIMEOUT: timedelta = timedelta(seconds=10)

    # Outbox and delivery
    OUTBOX_DATABASES: list[str] = ["default"]
    TRANSPORT: str = "capi_tracking.transports.graph.GraphTransport"
    BATCH_SIZE: int = 1000
    BATCH_BYTES: int = 4_000_000
    EVENT_BYTES: int = 1_000_000
    GZIP: bool = False
    LEASE: timedelta = timedelta(minutes=5)
    NUDGE: str | None = "celery"

    # What is kept
    REDACT_AFTER: timedelta = timedelta(hours=48)
    PRUNE_AFTER: timedelta = timedelta(days=400)

    # Orders
    DISCOVER: str = "capi"
    TRACK_SINCE: datetime | None = None
    EVENT_ID_KEY: str = ""
    EVENT_ID_KEY_FALLBACKS: list[str] = []
    DEFAULT_COUNTRY: str = ""
    DATE_ORDER: str = ""
    CONTEXT_DAYS: int = 30
    VALUE: str = "gross"
    REFUND_EVENT: str = ""
    EXCLUDED_GROUPS: list[str] = []
    EXCLUDED_EMAILS: list[str] = []
    EXCLUDED_CHANNELS: list[str] = []
    RECONCILE_DAYS: int = 7
    BACKFILL: bool = True

    # Consent and visitors
    CONSENT_POLICY: str = "1"
    CONSENT: str | None = None
    CONSENT_DAYS: int = 180
    OPT_OUT_REGIONS: list[str] = []
    REGION: str | None = None
    CONSENT_BRIDGES: list[str] = []
    TRUSTED_PROXIES: int | list[str] = 0
    URL_PARAMETERS: list[str] = ["fbclid", "utm_*", "q", "page"]
    PAGE_PIXELS: list[str] = ["default"]
    FOREIGN_PIXELS: str = "report"
    COLLECT_PATH: str = ""
    COLLECT_RATE: int = 120
    COLLECT_VISITOR_RATE: int = 60
    COLLECT_DAY: int = 50_000
    COLLECT_VISITOR_DAY: int = 2_000
    COLLECT_EVENTS: list[str] = []
    ORIGINS: list[str] = []
    EXCLUDED_ADDRESSES: list[str] = []
    VISITOR: str | None = None
    BASE_TEMPLATE: str = "base.html"
    BROWSER: str = "pixel"

    # Other systems
    API_RATE: int = 300
    API_BYTES: int = 4_000_000

    # The dashboard
    OBJECTIVE: str = "purchases"
    FUNNEL: list[str] = []
    MATCH_WEIGHTS: dict[str, int] = {}

    # Alerts
    ALERT_EMAILS: list[str] = []

    # What leaves at all
    SENSITIVE_PAGES: list[str] = []
    MINIMUM_AGE: int = 13

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


@dataclass(frozen=True, slots=True)
class PixelSettings:
    """One entry of ``PIXELS``. Its secrets are in no ``repr``.

    ``share``: by event name, or "*" for all others, the customer fields that may leave; None lets all leave.
    """

    alias: str
    pixel_id: str
    access_token: str = field(default="", repr=False)
    app_secret: str = field(default="", repr=False)
    test_event_code: str = ""
    sites: tuple[int, ...] = ()
    hosts: tuple[str, ...] = ()
    share: Mapping[str, Collection[str]] | None = None
    core_setup: bool = False

    @property
    def fingerprint(self) -> str:
        """Tells whether the token has changed, without telling the token: 32 hex characters of a keyed hash."""
        return keyed_hash(f"{self.access_token}|{self.app_secret}|{self.pixel_id}", purpose="token")


def pixel(alias: str) -> PixelSettings:
    """The pixel of that alias. Raises :class:`ImproperlyTracked` naming those that exist."""
    try:
        entry: Mapping[str, Any] = conf.PIXELS[alias]
    except KeyError:
        raise ImproperlyTracked(f"There is no pixel {alias!r} in PIXELS, only: {', '.join(conf.PIXELS)}.") from None
    return PixelSettings(
        alias=alias,
        pixel_id=str(entry.get("PIXEL_ID", "")),
        access_token=str(entry.get("ACCESS_TOKEN", "")),
        app_secret=str(entry.get("APP_SECRET", "")),
        test_event_code=str(entry.get("TEST_EVENT_CODE", "")),
        sites=tuple(entry.get("SITES", ())),
        hosts=tuple(host.lower() for host in entry.get("HOSTS", ())),
        share=entry.get("SHARE"),
        core_setup=bool(entry.get("CORE_SETUP")),
    )


def is_loopback(url: str) -> bool:
    """True if the address is on this machine: a sandbox, not Meta."""
    return (urlsplit(url).hostname or "") in LOOPBACK_HOSTS
