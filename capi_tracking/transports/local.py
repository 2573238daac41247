"""Transports that never leave the machine: for tests, and for looking at what would be sent."""

import sys
from collections.abc import Callable
from typing import ClassVar, TextIO

from ..conf import PixelSettings
from .base import Acknowledgement, Batch, Transport

Answer = None | Acknowledgement | Exception | Callable[[Batch], "Answer"]


class LocalTransport(Transport):
    @property
    def is_live(self) -> bool:
        return False


class MemoryTransport(LocalTransport):
    """Accepts everything. ``MemoryTransport.sent`` is the list of batches of this process; clear it between tests."""

    sent: ClassVar[list[Batch]] = []

    def send(self, batch: Batch) -> Acknowledgement:
        self.sent.append(batch)
        return Acknowledgement(events_received=len(batch), trace_id="memory")


class ConsoleTransport(LocalTransport):
    """Writes what would be sent, one event a line. It holds customer data, so for development alone."""

    stream: ClassVar[TextIO | None] = None

    def send(self, batch: Batch) -> Acknowledgement:
        stream = self.stream or sys.stdout
        stream.writelines(f"{self.pixel.alias}: {payload}\n" for payload in batch.payloads)
        stream.flush()
        return Acknowledgement(events_received=len(batch), trace_id="console")


class ScriptedTransport(LocalTransport):
    """Answers by a script, then accepts: ``ScriptedTransport(Rejected("?"), None)``.

    An answer is None (accept all), an exception (raised), an :class:`Acknowledgement`, or a function of the batch that
    gives one of these. ``always`` answers when the script is over. Hand the object itself to ``deliver_due`` as its
    ``transport``; ``sent`` lists every batch that was tried.
    """

    def __init__(self, *answers: Answer, always: Answer = None) -> None:
        super().__init__(PixelSettings(alias="", pixel_id=""))
        self.script = list(answers)
        self.always = always
        self.sent: list[Batch] = []

    def __call__(self, pixel: PixelSettings) -> "ScriptedTransport":
        self.pixel = pixel
        return self

    def send(self, batch: Batch) -> Acknowledgement:
        self.sent.append(batch)
        answer = self.script.pop(0) if self.script else self.always
        while callable(answer):
            answer = answer(batch)
        if isinstance(answer, Exception):
            raise answer
        return answer or Acknowledgement(events_received=len(batch), trace_id="scripted")
