"""What a beacon may do. It comes from anybody, so it is bounded, and believed only as far as we signed it."""

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

from . import consent as consents
from . import context, islands, tracking
from .conf import conf, keyed_hash
from .consent import Consent, ConsentState
from .context import RequestContext
from .events import CustomData, Event, StandardEvent, UserData
from .models import BrowserState, Source
from .shield import log_failure, shielded
from .tracking import Receipt

MAX_BODY = 32 * 1024
MAX_ITEMS = 20
MAX_AGE = timedelta(minutes=10)
MINUTE_SECONDS = 60
IPV6_NETWORK = 4  # groups of an address that name one household or office

NAMES = frozenset(StandardEvent) - {StandardEvent.PURCHASE}
STATES = {
    "unknown": BrowserState.UNKNOWN,
    "blocked": BrowserState.BLOCKED,
    "handed_over": BrowserState.HANDED_OVER,
}
# One pattern for Python and JavaScript: for these neither side fires. A phone is called Cubot.
BOTS = "(?:^|[^u])bot\\b|bots?/|crawl|spider|slurp|lighthouse|facebookexternalhit|preview|monitor|curl|wget|python-"

_is_bot = re.compile(BOTS, re.IGNORECASE).search
_is_event_id = re.compile(r"[A-Za-z0-9_-]{8,64}").fullmatch
_is_domain = re.compile(r"(?=.{1,253}\Z)[a-z0-9-]+(?:\.[a-z0-9-]+)+").fullmatch
_is_address = re.compile(r"[0-9.]+").fullmatch


@dataclass(frozen=True, slots=True)
class Beacon:
    """What was said, of the right shape, and not believed yet. ``domain`` is None if no cookie may be renewed."""

    url: str = ""
    referrer: str = ""
    domain: str | None = None
    events: tuple[dict[str, Any], ...] = ()
    receipts: tuple[dict[str, Any], ...] = ()


def receive(request: HttpRequest) -> Beacon | None:
    """Take what the beacon brings. None if it is not one of ours, or its visitor did not grant it."""
    if not (is_welcome(request) and _is_within_rate(request)):
        return None
    beacon = parse(_body(request))
    if beacon is None:
        return None
    visitor = _Visitor(request, beacon)
    for said in beacon.events:
        visitor.take_event(said)
    if not visitor.has_granted:
        return None
    for said in beacon.receipts:
        visitor.take_receipt(said)
    return beacon


def is_welcome(request: HttpRequest) -> bool:
    """From a page of ours, in a person's browser, and not fetched ahead of a visit."""
    purpose = request.headers.get("sec-purpose", "") + request.headers.get("purpose", "")
    if "prefetch" in purpose or not conf.ENABLED or _is_bot(request.headers.get("user-agent", "bot")):
        return False
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site not in {None, "same-origin"} or not (site or origin):
        return False
    return origin is None or _is_own(request, origin)


def _is_own(request: HttpRequest, address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and parts.netloc.lower() == request.get_host().lower()


def _is_within_rate(request: HttpRequest) -> bool:
    """Counts beacons by address and minute. A cache that fails counts nothing: the events are worth more."""
    minute = int(timezone.now().timestamp()) // MINUTE_SECONDS
    key = f"capi_tracking.collect.{minute}.{keyed_hash(_network(request), purpose='rate')}"
    try:
        cache.add(key, 0, timeout=2 * MINUTE_SECONDS)
        return int(cache.incr(key)) <= conf.COLLECT_RATE
    except Exception as error:  # noqa: BLE001 - each cache backend has errors of its own
        log_failure(error)
        return True


def _network(request: HttpRequest) -> str:
    address: str = context.client_ip(request) or request.META.get("REMOTE_ADDR", "")
    return ":".join(address.split(":")[:IPV6_NETWORK])


def _body(request: HttpRequest) -> bytes:
    """At most ``MAX_BODY`` bytes; a longer body is not read into memory, and counts as none."""
    length = request.headers.get("content-length") or "0"
    if not (length.isascii() and length.isdecimal()) or int(length) > MAX_BODY:
        return b""
    body = request.read(MAX_BODY + 1)
    return body if len(body) <= MAX_BODY else b""


def parse(body: bytes) -> Beacon | None:
    """The beacon in these bytes; None if they hold none."""
    try:
        said = json.loads(body, parse_constant=lambda name: None)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    return Beacon(
        url=_text(said.get("url")),
        referrer=_text(said.get("referrer")),
        domain=said["domain"] if isinstance(said.get("domain"), str) else None,
        events=_objects(said.get("events")),
        receipts=_objects(said.get("receipts")),
    )


def cookie_domain(request: HttpRequest, beacon: Beacon) -> str | None:
    """The domain that ``capi.js`` used, if it is one of this host's: "" is the host alone, None is no answer."""
    domain = beacon.domain
    if not domain:
        return domain
    host = request.get_host().rpartition(":")[0] or request.get_host()
    is_of_host = f".{host.lower()}".endswith(f".{domain}")
    return domain if _is_domain(domain) and not _is_address(domain) and is_of_host else None


class _Visitor:
    """One beacon's sender: what the request knows, and the consent under which everything is taken."""

    def __init__(self, request: HttpRequest, beacon: Beacon) -> None:
        self.seen: RequestContext = context.of(request)
        self.consent: Consent = consents.decide(self.seen.consent_cookie, gpc=self.seen.gpc, request=request)
        self.url = next(filter(None, (_own_page(request, url) for url in (beacon.url, self.seen.referrer))), "")
        self.url = self.url or request.build_absolute_uri("/")
        self.referrer = context.clean_url(beacon.referrer)
        self.using: str = conf.OUTBOX_DATABASES[0]
        self.now = timezone.now()

    @property
    def has_granted(self) -> bool:
        return self.consent.state == ConsentState.GRANTED

    def take_event(self, said: dict[str, Any]) -> None:
        with shielded(self.using):
            claim = _claim(said)
            if claim:
                pixel, name, data = claim
                event = self._event(said, name, data)
                tracking.track(event, pixel=pixel, using=self.using, consent=self.consent, source=Source.RELAY)

    def _event(self, said: dict[str, Any], name: str, data: dict[str, Any]) -> Event:
        return Event(
            name=name,
            event_id=said["id"],
            event_time=self.now - _age(said.get("age")),
            event_source_url=self.url,
            referrer_url=self.referrer,
            user_data=UserData.of(
                client_ip_address=self.seen.client_ip,
                client_user_agent=self.seen.user_agent,
                fbp=self.seen.fbp,
                fbc=self.seen.fbc,
            ),
            custom_data=CustomData.from_json(data),
        )

    def take_receipt(self, said: dict[str, Any]) -> None:
        with shielded(self.using):
            receipt = _receipt(said, self.seen.visitor_key or "")
            if receipt and (receipt.event_name in NAMES or tracking.is_recorded(receipt, using=self.using)):
                tracking.acknowledge(receipt, using=self.using)


def _claim(said: dict[str, Any]) -> tuple[str, str, dict[str, Any]] | None:
    """Pixel, name and data of an event that we can vouch for: an island that we signed, or a bare PageView."""
    pixel, name = _text(said.get("pixel")), _text(said.get("name"))
    if pixel not in conf.PIXELS or not _is_event_id(_text(said.get("id"))):
        return None
    if name == StandardEvent.PAGE_VIEW:
        return pixel, name, {}
    data = islands.verify(pixel, name, _text(said.get("data")), _text(said.get("signature")))
    return None if data is None or name == StandardEvent.PURCHASE else (pixel, name, data)


def _receipt(said: dict[str, Any], visitor_key: str) -> Receipt | None:
    pixel, name, event_id = (_text(said.get(key)) for key in ("pixel", "name", "id"))
    state = STATES.get(_text(said.get("state")))
    if state is None or pixel not in conf.PIXELS or not name.isprintable() or not _is_event_id(event_id):
        return None
    return Receipt(
        pixel=pixel,
        event_name=name,
        event_id=event_id,
        state=state,
        visitor_key=visitor_key,
        detail=_detail(said.get("detail")),
    )


def _own_page(request: HttpRequest, url: str) -> str:
    """The cleaned address if it is this host's, else "": a beacon speaks of our pages alone."""
    return context.clean_url(url) if url and _is_own(request, url) else ""


def _age(milliseconds: object) -> timedelta:
    """How long ago it happened, by the browser's clock: nothing before now minus ``MAX_AGE``, nothing after now."""
    if not isinstance(milliseconds, (int, float)):
        return timedelta(0)
    longest = MAX_AGE.total_seconds() * 1000
    return timedelta(milliseconds=max(0.0, min(milliseconds, longest)))


def _detail(said: object) -> str:
    text = _text(said)
    return text if re.fullmatch(r"[a-z_]{1,32}", text) else ""


def _text(said: object) -> str:
    return said if isinstance(said, str) else ""


def _objects(said: object) -> tuple[dict[str, Any], ...]:
    if not isinstance(said, list):
        return ()
    return tuple(each for each in said[:MAX_ITEMS] if isinstance(each, dict))
