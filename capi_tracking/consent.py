"""The visitor's answer: granted, limited, denied or unknown, from where, since when.

It reaches both sides by one first-party cookie that scripts can read, ``capi_consent``, written as
``state.policy.seconds`` (for example ``granted.1.1767225600``). A callable of the shop may only tighten it.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from . import limited
from .conf import conf
from .logs import log_failure

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

COOKIE = "capi_consent"
COOKIE_PARTS = 3
GPC = "gpc"
BY_CALLABLE = "callable"


class ConsentState(TextChoices):
    GRANTED = "granted", _("granted")
    LIMITED = "limited", _("limited")
    DENIED = "denied", _("denied")
    UNKNOWN = "unknown", _("unknown")


_STRICTNESS = {ConsentState.GRANTED: 0, ConsentState.LIMITED: 1, ConsentState.UNKNOWN: 2, ConsentState.DENIED: 3}


@dataclass(frozen=True, slots=True)
class Consent:
    """One decision and its proof. ``at`` is when the visitor decided, aware, or None.

    Raises ValueError for a state that is none of the four, which could pass for a grant.
    """

    state: str = ConsentState.UNKNOWN
    policy: str = ""
    source: str = ""
    at: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", ConsentState(self.state))

    def tightened(self, state: str, source: str) -> "Consent":
        """The stricter of the two; a looser state changes nothing."""
        tight = replace(self, state=ConsentState(state), source=source)
        return tight if tight.is_stricter_than(self) else self

    def is_stricter_than(self, other: "Consent") -> bool:
        return _STRICTNESS[ConsentState(self.state)] > _STRICTNESS[ConsentState(other.state)]

    def limited_by_gpc(self) -> "Consent":
        """Global Privacy Control only tightens: granted becomes limited. Who said nothing has said this much."""
        if self.state == ConsentState.UNKNOWN:
            return replace(self, source=GPC)
        return self.tightened(ConsentState.LIMITED, GPC)


def vouched() -> Consent:
    """What a hand-written call without a consent means: the caller answers for it."""
    return Consent(ConsentState.GRANTED, policy="caller", source="caller", at=timezone.now())


def from_cookie(text: str) -> Consent:
    """The decision that the cookie holds; unknown if it is malformed, answers another policy or is too old.

    ``capi.js`` reads it by the same rule.
    """
    parts = text.split(".")
    if len(parts) != COOKIE_PARTS or parts[0] not in ConsentState.values or parts[1] != conf.CONSENT_POLICY:
        return Consent()
    at = _moment(parts[2])
    if at is None or timezone.now() - at >= timedelta(days=conf.CONSENT_DAYS):
        return Consent()
    return Consent(ConsentState(parts[0]), policy=parts[1], source="cookie", at=at)


def write(request: "HttpRequest", response: "HttpResponseBase", state: str) -> None:
    """Let the browser remember an answer that the server was given: as ``capi.js`` would, for this host."""
    lasts = timedelta(days=conf.CONSENT_DAYS)
    response.set_cookie(COOKIE, cookie_of(state), max_age=lasts, secure=request.is_secure(), samesite="Lax")


def cookie_of(state: str) -> str:
    """What the cookie holds of an answer that is given now. Raises ValueError for a state that is none of the four."""
    return f"{ConsentState(state)}.{conf.CONSENT_POLICY}.{int(timezone.now().timestamp())}"


def decide(cookie: str, *, gpc: bool = False, request: Any = None) -> Consent:
    """The visitor's consent: cookie, tightened by Global Privacy Control and by the shop's ``CONSENT`` callable."""
    consent = from_cookie(cookie)
    if gpc:
        consent = consent.limited_by_gpc()
    return _tightened_by_shop(consent, conf.CONSENT, request) if conf.CONSENT and request is not None else consent


def processing(consent: Consent, request: Any) -> dict[str, Any]:
    """The fields by which a visitor's event asks for Limited Data Use; empty if it needs none, or Meta offers none here.

    None either where the shop's callable limits what the visitor granted: the browser's copy would not know of it.
    """
    is_asked_for = consent.state == ConsentState.LIMITED and consent.source != BY_CALLABLE
    return limited.options_for(request) if is_asked_for else {}


def may_tell(consent: Consent, request: Any) -> bool:
    """Whether this visitor's events may go to Meta: granted, or limited where Limited Data Use is on offer."""
    return consent.state == ConsentState.GRANTED or bool(processing(consent, request))


def is_withheld(cookie: str, *, gpc: bool, request: Any) -> bool:
    """Whether the shop's callable takes back what the cookie allows. Browsers read the cookie alone, and must be told."""
    if not conf.CONSENT or not may_tell(decide(cookie, gpc=gpc), request):
        return False
    return not may_tell(decide(cookie, gpc=gpc, request=request), request)


def _tightened_by_shop(consent: Consent, rule: str, request: Any) -> Consent:
    """A callable that fails, or answers nonsense, grants nothing."""
    try:
        return consent.tightened(str(import_string(rule)(request)), BY_CALLABLE)
    except Exception as error:  # noqa: BLE001 - the shop's own code may raise anything, and no order may be lost by it
        log_failure(error)
        return consent.tightened(ConsentState.UNKNOWN, "callable_failed")


def _moment(seconds: str) -> datetime | None:
    """A time of the past, or None; a client's clock may not write our proof into the future."""
    if not (seconds.isascii() and seconds.isdecimal()) or len(seconds) > len("9999999999"):
        return None
    return min(datetime.fromtimestamp(int(seconds), UTC), timezone.now())
