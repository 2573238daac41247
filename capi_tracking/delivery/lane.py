"""One pixel's rows in one database, as one worker sees them."""

import random
from collections.abc import Callable
from datetime import timedelta

from ..conf import PixelSettings, conf
from ..exceptions import TransportError, Unreachable
from ..keyed_hashes import keyed_hash
from ..models import Claimed, OutboxEvent, Pixel, Priority
from ..models.pixel import PixelQuerySet
from ..models.verbs.outbox import OutboxQuerySet
from ..retry import ease, wait_after
from ..transports import Acknowledgement, Transport
from ..transports.wording import storable
from .report import Report

FAILURES = 3  # unanswered batches in a row that make the pixel wait
PROBES = 10  # events that take turns in probing
NOW = timedelta(0)


class Lane:
    """What is due for one pixel, and how the pixel is doing in this drain."""

    def __init__(self, transport: Transport, using: str, report: Report, over: Callable[[], bool]) -> None:
        self.transport = transport
        self.pixel = transport.pixel
        self.using = using
        self.report = report
        self.over = over
        self.blocked = False  # refused, throttled or out of reach: nothing more goes out in this drain
        self.probing = False
        self.delivered = False  # in this drain: then a refusal is about events, not about the pixel
        self.refused_alone = 0

    @property
    def events(self) -> OutboxQuerySet:
        return OutboxEvent.objects.using(self.using)

    @property
    def pixels(self) -> PixelQuerySet:
        return Pixel.objects.using(self.using)

    @property
    def batch_size(self) -> int:
        return max(1, min(conf.BATCH_SIZE, self.transport.max_batch_size))

    def claim(self) -> tuple[str, list[Claimed]] | None:
        """The most urgent rows, one request's worth; a single one while the pixel is probed. None if there are none."""
        ready = self.pixels.ready().filter(alias=self.pixel.alias).values_list("wait_until", "failures").first()
        if ready is None:
            return None
        waited_until, failures = ready
        self.probing = waited_until is not None and failures > 0  # a mere pause needs no probe
        if self.probing and not self._may_probe(failures):
            return None
        claimed = self._probe(failures) if self.probing else self._claim(self.batch_size)
        if claimed is None:
            self.end_probe()
        return claimed

    def end_probe(self) -> None:
        """Nothing was sent after all, if this was a probe."""
        if self.probing:
            self.pixels.end_probe(self.pixel.alias)

    def wait(self, error: TransportError, *, tries: int) -> None:
        """Nobody sends to this pixel for a while; afterwards one event probes it."""
        self.blocked = True
        self.pixels.wait(self.pixel.alias, pause(error, tries), describe(error))

    def ease(self, answer: Acknowledgement) -> None:
        """Slow down before Meta refuses: all workers pause, and then go on as before."""
        own = ease(answer.usage)
        waits = [wait for wait in (own, answer.retry_after) if wait]
        if waits:
            self.blocked = True
            reason = f"{answer.usage} % of Meta's allowance is used" if own else "Meta asks to slow down"
            self.pixels.wait(self.pixel.alias, max(waits), reason)

    def _may_probe(self, failures: int) -> bool:
        """True for the one worker that may try, and only if there is something to try with."""
        due = any(self.events.has_due(self.pixel.alias, priority) for priority in Priority.values)
        return due and self.pixels.begin_probe(self.pixel.alias, pause(Unreachable(), failures - FAILURES + 1))

    def _probe(self, failures: int) -> tuple[str, list[Claimed]] | None:
        """Another event each time: it may be one of them that nobody answers."""
        return self._claim(1, skip=failures % PROBES) or self._claim(1)

    def _claim(self, limit: int, *, skip: int = 0) -> tuple[str, list[Claimed]] | None:
        for priority in sorted(Priority.values):
            token, rows = self.events.claim(self.pixel.alias, priority, limit=limit, lease=conf.LEASE, skip=skip)
            if rows:
                return token, rows
        return None


def pause(error: TransportError, tries: int) -> timedelta:
    return wait_after(error, tries=tries, jitter=random.random()) or NOW  # noqa: S311


def describe(error: TransportError) -> str:
    """For staff: kind, codes and what Meta said."""
    codes = "/".join(str(code) for code in (error.code, error.subcode) if code is not None)
    return storable(" ".join(filter(None, (error.kind, codes, str(error)))), most=200)


def fingerprint(pixel: PixelSettings) -> str:
    """Tells whether what a refusal can depend on has changed since."""
    return keyed_hash(f"{pixel.fingerprint}|{conf.GRAPH_URL}|{conf.GRAPH_VERSION}", purpose="refused")
