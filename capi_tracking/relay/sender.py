"""Who sent a beacon, from which page, and under which consent everything in it is taken."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils import timezone

from .. import consent as consents
from .. import context, minimisation, normalization
from ..conf import conf
from ..consent import Consent, ConsentState
from ..events import Event, UserData
from ..logs import log_failure
from ..visitors import people
from .bodies import Beacon
from .claims import Claim
from .welcome import is_own


class Sender:
    """``origin``: another one than ours, whose token is good. Its pages tell by the beacon what a cookie can't."""

    def __init__(self, request: HttpRequest, beacon: Beacon, origin: str = "") -> None:
        self.request, self.origin = request, origin
        seen = context.of(request)
        if origin:
            fbp, fbc = normalization.fbp(beacon.fbp), normalization.told_fbc(beacon.fbc)
            seen = replace(seen, fbp=fbp, fbc=fbc, consent_cookie=beacon.consent)
        self.seen = seen
        self.consent: Consent = consents.decide(seen.consent_cookie, gpc=seen.gpc, request=request)
        self.processing = {} if origin else consents.processing(self.consent, request)
        self.may_tell = self.consent.state == ConsentState.GRANTED or bool(self.processing)
        self.told_urls = [url for url in (beacon.url, request.headers.get("referer", "")) if url]
        self.url = next(filter(None, map(self._own_page, (beacon.url, seen.referrer))), "")
        self.url = self.url or (f"{origin}/" if origin else request.build_absolute_uri("/"))
        self.referrer = minimisation.clean_url(beacon.referrer)
        self.using: str = conf.OUTBOX_DATABASES[0]
        self.now = timezone.now()

    @property
    def is_limited(self) -> bool:
        """Whether the browser has to be told if Limited Data Use is on offer; no cookie of ours tells another origin."""
        return self.consent.state == ConsentState.LIMITED and not (self.is_withheld or self.origin)

    @property
    def is_withheld(self) -> bool:
        """Whether the visitor allows it, and ``CONSENT`` does not; no cookie of ours can tell another origin so."""
        cookie, gpc = self.seen.consent_cookie, self.seen.gpc
        return not self.origin and consents.is_withheld(cookie, gpc=gpc, request=self.request)

    @property
    def is_on_sensitive_page(self) -> bool:
        """By the address itself: the cleaned one of such a page says its origin alone."""
        return any(map(minimisation.is_sensitive_address, self.told_urls))

    @property
    def is_minor(self) -> bool:
        """Whether somebody is logged in who is known to be a child."""
        return self.may_tell and minimisation.is_minor(self.user_data)

    @property
    def page(self) -> str:
        """The path of the page alone."""
        return urlsplit(self.url).path

    def events(self, claims: Iterable[Claim]) -> list[tuple[str, Event]]:
        """The events that are claimed, each with its pixel's alias."""
        return [(claim.pixel, event) for claim in claims if (event := self._event(claim))]

    def _event(self, claim: Claim) -> Event | None:
        try:
            return Event(
                name=claim.name,
                event_id=claim.event_id,
                event_time=self.now - claim.age,
                event_source_url=self.url,
                referrer_url=self.referrer,
                user_data=self.user_data,
                custom_data=claim.data,
                **self.processing,
            )
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one event, the others are not to pay for it
            log_failure(error)
            return None

    @cached_property
    def user_data(self) -> UserData:
        """What the request knows, and who is logged in: without consent, or in another origin's page, that is nobody."""
        is_known = self.may_tell and not self.origin
        known: dict[str, Any] = people.plain(self.request) if is_known else {}
        return UserData.of(
            **known,
            client_ip_address=self.seen.client_ip,
            client_user_agent=self.seen.user_agent,
            fbp=self.seen.fbp,
            fbc=self.seen.fbc,
        )

    def _own_page(self, url: str) -> str:
        """The cleaned address if it is of the sender's own host, else "": a beacon speaks of its own pages alone."""
        cleaned = minimisation.clean_url(url) if url else ""
        if self.origin:
            return cleaned if cleaned.startswith(f"{self.origin}/") else ""
        return cleaned if cleaned and is_own(self.request, url) else ""
