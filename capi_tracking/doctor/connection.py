"""One request to Meta, at once and past the outbox: is it there, and does it take our events?"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from ..conf import PixelSettings, conf
from ..conf import pixel as pixel_settings
from ..events import ActionSource, Event, UserData, encode
from ..exceptions import ImproperlyTracked, TransportError
from ..transports import Acknowledgement, Batch, Transport

TEST_EVENT = "CapiTrackingTest"
PATIENCE = timedelta(seconds=4)  # somebody waits for it

_EXPLAINED = {
    "delivered": _("Meta took it."),
    "settings": _("The settings do not allow it."),
    "unreachable": _("Meta gave no usable answer."),
    "throttled": _("Meta asks to slow down."),
    "denied": _("Meta refuses the token or the pixel."),
    "rejected": _("Meta refuses the event."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What one request came to. ``kind``: delivered, or one of the four failures, or "settings" if none was made.

    ``ahead``: how far the clock of who answered was ahead of ours, if it told.
    """

    kind: str
    http_status: int | None = None
    code: str = ""
    trace_id: str = ""
    message: str = ""
    ahead: timedelta | None = None

    @property
    def explanation(self) -> str:
        return str(_EXPLAINED[self.kind])

    @property
    def is_well(self) -> bool:
        return self.kind == "delivered"


def check_connection(alias: str) -> Tried:
    """Whether Meta would take events: of this token, for this pixel. None is sent. Raises nothing."""
    return _tried(lambda: pixel_settings(alias), lambda transport: transport.reach())


def send_test(alias: str, code: str) -> Tried:
    """Send one event of nobody's, which Events Manager shows under Test events for that code. Raises nothing."""
    return _tried(lambda: _with_code(alias, code), lambda transport: transport.send(_batch()))


def _with_code(alias: str, code: str) -> PixelSettings:
    if not code:
        raise ImproperlyTracked("A test event needs a test code.")
    return replace(pixel_settings(alias), test_event_code=code)


def _batch() -> Batch:
    number = uuid.uuid4().hex
    event = Event(
        name=TEST_EVENT,
        event_id=number,
        event_time=timezone.now(),
        action_source=ActionSource.SYSTEM_GENERATED,
        user_data=UserData.of(external_id=f"capi-tracking-test-{number}"),
    )
    return Batch((encode(event.as_payload()),))


def _tried(find: Callable[[], PixelSettings], ask: Callable[[Transport], Acknowledgement]) -> Tried:
    if not conf.ENABLED:
        return Tried(kind="settings", message="ENABLED is off.")
    try:
        transport: Transport = import_string(conf.TRANSPORT)(find())
        transport.patience = PATIENCE
        return _asked(transport, ask)
    except (ImproperlyTracked, ImportError) as error:
        return Tried(kind="settings", message=str(error))
    except Exception as error:  # noqa: BLE001 (a transport of the shop's own; its text may hold secrets)
        return Tried(kind="unreachable", message=type(error).__name__)


def _asked(transport: Transport, ask: Callable[[Transport], Acknowledgement]) -> Tried:
    try:
        answer = ask(transport)
    except TransportError as error:
        code = "/".join(str(each) for each in (error.code, error.subcode) if each is not None)
        return Tried(
            kind=error.kind,
            http_status=error.http_status,
            code=code,
            trace_id=error.trace_id,
            message=str(error),
            ahead=transport.ahead,
        )
    return Tried(kind="delivered", http_status=answer.http_status, trace_id=answer.trace_id, ahead=transport.ahead)
