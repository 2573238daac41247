"""Every error that this app raises.

CapiTrackingError
├── InvalidEvent        the event can't be right as it is; names the field
├── ImproperlyTracked   an adapter, a pixel alias or a setting is wrong; the shop's developer mends it
└── TransportError      a batch did not get through
    ├── Unreachable     no answer, or none that makes sense: may be retried
    ├── Throttled       told to slow down: not before ``retry_after``
    ├── Denied          our token, permission or pixel is refused: hold everything, tell a person
    └── Rejected        the batch holds an event that Meta will never take: isolate it
"""

from datetime import timedelta


class CapiTrackingError(Exception):
    """The root of the tree."""

    names_no_customer = False  # where True, the message may stand in a log


class InvalidEvent(CapiTrackingError, ValueError):
    """The event can't be right as it is. ``field`` names what to mend, in Meta's spelling."""

    def __init__(self, field: str, problem: str) -> None:
        self.field = field
        super().__init__(f"{field}: {problem}")


class ImproperlyTracked(CapiTrackingError):
    """An adapter, a pixel alias or a setting is wrong."""

    names_no_customer = True


class TransportError(CapiTrackingError):
    """A batch did not get through. Carries what Meta said, never a payload and never a token."""

    kind = "error"

    def __init__(
        self,
        message: str = "",
        *,
        http_status: int | None = None,
        code: int | None = None,
        subcode: int | None = None,
        trace_id: str = "",
    ) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.code = code
        self.subcode = subcode
        self.trace_id = trace_id


class Unreachable(TransportError):
    """No answer, or none that makes sense: may be retried."""

    kind = "unreachable"


class Throttled(TransportError):
    """Told to slow down; ``retry_after`` says for how long, if Meta did."""

    kind = "throttled"

    def __init__(self, message: str = "", *, retry_after: timedelta | None = None, **details: object) -> None:
        super().__init__(message, **details)  # type: ignore[arg-type]
        self.retry_after = retry_after


class Denied(TransportError):
    """Our token, permission or pixel is refused: not the events' fault. ``about`` is token, permission, pixel or version."""

    kind = "denied"

    def __init__(self, message: str = "", *, about: str = "", **details: object) -> None:
        super().__init__(message, **details)  # type: ignore[arg-type]
        self.about = about


class Rejected(TransportError):
    """The batch holds an event that Meta will never take."""

    kind = "rejected"
