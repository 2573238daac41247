import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any, ClassVar

from django.core.checks import CheckMessage

from ..conf import PixelSettings
from ..exceptions import ImproperlyTracked, Unreachable

MAX_BATCH_SIZE = 1000  # Meta takes no more in one request


@dataclass(frozen=True)
class Batch:
    """Events of one request. ``payloads``: one JSON object each, as text, sent byte for byte."""

    payloads: tuple[str, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.payloads)

    @cached_property
    def text(self) -> str:
        """A JSON array, joined and never parsed."""
        return f"[{','.join(self.payloads)}]"

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        """The events as Meta will read them. Parsed when asked for."""
        parsed: list[dict[str, Any]] = json.loads(self.text)
        return parsed


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What came back with a 2xx. ``events_received`` is None where the answer did not say.

    ``usage`` is the share of Meta's allowance that is used, in percent; ``retry_after`` how long it asks to wait.
    """

    events_received: int | None = None
    trace_id: str = ""
    messages: tuple[str, ...] = ()
    http_status: int = 200
    usage: int = 0
    retry_after: timedelta | None = None


class UnknownRefusal(Unreachable):
    """A 4xx by the Graph API whose code no table knows: tried a few times, then taken for a rejection."""


class Transport(ABC):
    """Hands one batch to Meta."""

    max_batch_size: ClassVar[int] = MAX_BATCH_SIZE

    def __init__(self, pixel: PixelSettings) -> None:
        """Raise :class:`ImproperlyTracked` if the settings leave no way to send at all."""
        self.pixel = pixel

    ahead: timedelta | None = None  # how far the clock of who last answered was ahead of ours, if it told
    patience: timedelta | None = None  # how long to wait for an answer, where it is less than READ_TIMEOUT

    @property
    def is_live(self) -> bool:
        """Whether a batch would leave this machine. Live transports do not send with ``DEBUG`` on, unless told to."""
        return True

    @abstractmethod
    def send(self, batch: Batch) -> Acknowledgement:
        """Send all or nothing; raise a :class:`TransportError` of one of the four kinds."""

    def reach(self) -> Acknowledgement:
        """Ask for nothing but whether events would be taken: of token, rights and pixel. Raises as ``send`` does."""
        return Acknowledgement()

    def ask(self, path: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        """What Meta answers to a question, as the JSON object that it is; {} if it is none. Raises as ``send`` does.

        ``path`` is what follows the version in Graph's address. A transport that can't ask raises
        :class:`ImproperlyTracked`.
        """
        raise ImproperlyTracked("The class in TRANSPORT can't ask Meta for its numbers.")

    def check(self) -> Iterable[CheckMessage]:
        """Report what in the settings would keep this transport from working."""
        return []
