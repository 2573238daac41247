"""``track_request``: an event that a view knows of, before it redirects or answers."""

import logging
import re
import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from .. import consent as consents
from .. import context, islands, minimisation, orders, privacy, tracking
from ..conf import conf
from ..conf import pixel as pixel_settings
from ..consent import Consent
from ..context import RequestContext
from ..events import CustomData, Event
from ..exceptions import InvalidEvent
from ..logs import fields
from ..models import Source
from ..shield import shielded
from ..visitors import exclusions
from . import pending
from .asking import is_sensitive, visit

logger = logging.getLogger("capi_tracking")

_is_event_id = re.compile(r"[A-Za-z0-9_-]{8,64}").fullmatch


def track_request(
    request: HttpRequest,
    name: str,
    obj: Any = None,
    *,
    pixel: object = None,
    using: str | None = None,
    event_id: str | None = None,
    **data: Any,
) -> str:
    """Tell of an event from a view: the server's row now, the browser's half with the answer.

    ``obj`` speaks by its adapter, ``data`` by Meta's names or the shop's own. The row is written in the view's
    transaction, in ``using`` (else beside ``obj``). Returns the id of both copies; "" where nothing is told, for want of
    consent, to staff and robots, of children, and on ``SENSITIVE_PAGES``. The answer is sent ``private, no-store``.

    A registered lead tells of itself with its saves: a call for it adds the browser's half, to the same row and id.

    Raises :class:`InvalidEvent` for a name, parameter or id that can't be, :class:`ImproperlyTracked` for an ``obj``
    without an adapter. What fails beyond that is logged, and the view goes on.
    """
    request = getattr(request, "_request", request)  # REST framework's wraps Django's
    _check(name, obj, event_id, data)
    if not conf.ENABLED:
        return ""
    context.keep_private(request)
    database = using or orders.outbox_of(getattr(getattr(obj, "_state", None), "db", None) or "")
    with shielded(database):
        own = orders.own_event(obj, name) if event_id is None else None
        known_id = event_id or (own.event_id if own else uuid.uuid4().hex)
        return _Telling(request, name, known_id, database, own).tell(obj, pixel, data)
    return ""


def _check(name: str, obj: Any, event_id: str | None, data: dict[str, Any]) -> None:
    """What is wrong in the call itself, whoever visits."""
    islands.check_name(name)
    islands.check_parameters(data)
    if event_id is not None and not (isinstance(event_id, str) and _is_event_id(event_id)):
        raise InvalidEvent("event_id", "must be 8 to 64 letters, digits, - or _")
    if obj is not None:
        orders.adapter_of(obj.__class__)


@dataclass(frozen=True, slots=True)
class _Telling:
    request: HttpRequest
    name: str
    event_id: str
    using: str
    own: orders.OwnEvent | None = None

    def tell(self, obj: Any, pixel: object, data: dict[str, Any]) -> str:
        """The id, or "" if nobody may be told."""
        if not exclusions.is_tracked(self.request):
            return ""
        seen = context.of(self.request)
        consent = consents.decide(seen.consent_cookie, gpc=seen.gpc, request=self.request)
        may_tell = consents.may_tell(consent, self.request)
        limits = consents.processing(consent, self.request)
        privacy.heed(self.request, using=self.using)
        if is_sensitive(self.request):
            return self._skip(self._event(obj, data, None, {}), pixel, "sensitive_page")
        event = self._event(obj, data, seen if may_tell else None, limits)
        if minimisation.is_minor(event.user_data):
            return self._skip(event, pixel, "minor")
        aliases = list(self.own.ids) if self.own and pixel is None else islands.aliases(pixel)
        for alias in aliases:
            self._record(event, consent, alias, may_tell=may_tell)
        return self.event_id if may_tell and any(map(self._has_half, aliases)) else ""

    def _event(self, obj: Any, data: dict[str, Any], seen: RequestContext | None, limits: dict[str, Any]) -> Event:
        """Of a visitor who granted nothing, nothing is looked at."""
        found = CustomData() if obj is None else orders.item_data(obj)
        return Event(
            name=self.name,
            event_id=self.event_id,
            event_time=timezone.now(),
            custom_data=islands.capped(islands.merged(found, data)),
            **(visit(self.request, seen, obj) if seen else {}),
            **limits,
        )

    def _skip(self, event: Event, pixel: object, reason: str) -> str:
        tracking.skip_all([(alias, event) for alias in islands.aliases(pixel)], reason, using=self.using)
        return ""

    def _record(self, event: Event, consent: Consent, alias: str, *, may_tell: bool) -> None:
        """Each pixel's row for itself, and its half only with its row."""
        with shielded(self.using):
            place: dict[str, Any] = {"order_key": self.own.order_key, "withheld": self.own.withheld} if self.own else {}
            tracking.track(event, pixel=alias, using=self.using, consent=consent, source=Source.SERVER, **place)
            if may_tell and self._has_half(alias) and islands.script():
                half = islands.described(alias, self.name) | {"id": self.event_id}
                data = minimisation.minimised_data(event.custom_data, pixel_settings(alias))
                _leave(self.request, half | {"data": data.as_payload()}, self.using)

    def _has_half(self, alias: str) -> bool:
        """Not of what is withheld by its own row, or what a browser had already."""
        return self.own is None or bool(self.own.ids.get(alias))


def _leave(request: HttpRequest, half: pending.Half, using: str) -> None:
    pending.add(request, half, using=using)
    if context.current_request() is None:
        logger.warning(
            "Without TrackingMiddleware the browser's half of %s has no way, unless capi_tracking.htmx takes it: %s.",
            half["name"],
            half["id"],
            extra=fields(event_name=half["name"], event_id=half["id"]),
        )
