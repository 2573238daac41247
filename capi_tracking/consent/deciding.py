"""From what a visitor answered to what may be told of them."""

from typing import Any

from django.utils.module_loading import import_string

from ..conf import conf
from ..logs import log_failure
from . import limited
from .cookie import from_cookie
from .values import Consent, ConsentState

BY_CALLABLE = "callable"


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
