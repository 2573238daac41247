"""Empties what is due: every pixel in turn, sales first."""

import logging
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache

from django.conf import settings as django_settings
from django.utils.module_loading import import_string

from ..conf import PixelSettings, conf
from ..conf import pixel as pixel_settings
from ..exceptions import ImproperlyTracked
from ..logs import fields
from ..models import OutboxEvent, Pixel
from ..models.database.slices import in_slices
from ..transports import Transport
from .consignment import Consignment
from .lane import Lane
from .report import Report

logger = logging.getLogger(__name__)

MakeTransport = Callable[[PixelSettings], Transport]


def deliver_due(
    using: str = "default",
    *,
    budget: timedelta | None = None,
    stop: Callable[[], bool] = lambda: False,
    transport: MakeTransport | None = None,
) -> Report:
    """Send all that is due in the database ``using``; whatever a transport does, it raises nothing.

    Ends early when ``budget`` is used up or ``stop()`` is true, after the batch in hand. ``transport`` makes a pixel's
    transport in place of the setting ``TRANSPORT``.
    """
    report = Report()
    if not conf.ENABLED:
        return report
    if conf.SHADOW:
        return Report(passed_over=in_slices(OutboxEvent.objects.using(using).pass_over))
    Pixel.objects.using(using).ensure(conf.PIXELS)
    ends = time.monotonic() + budget.total_seconds() if budget else float("inf")
    over = _either(stop, lambda: time.monotonic() >= ends)
    lanes = [Lane(made, using, report, over) for made in _transports(transport)]
    while lanes:
        # a pixel with a million rows must not keep another's sale waiting
        lanes = [lane for lane in lanes if not over() and _step(lane)]
    return report


def _step(lane: Lane) -> bool:
    """Claim once and send what was claimed. False if there was nothing, or no more may go."""
    claimed = lane.claim()
    if claimed:
        Consignment(lane, *claimed).work()
    return claimed is not None and not lane.blocked


def _either(one: Callable[[], bool], other: Callable[[], bool]) -> Callable[[], bool]:
    return lambda: one() or other()


def _transports(make: MakeTransport | None) -> Iterator[Transport]:
    for alias in conf.PIXELS:
        try:
            made = (make or import_string(conf.TRANSPORT))(pixel_settings(alias))
        except Exception as error:  # noqa: BLE001 (a broken transport of one pixel; the others go on)
            why = error if isinstance(error, ImproperlyTracked | ImportError) else type(error).__name__
            logger.error("Nothing is sent to the pixel %s; its events wait. %s", alias, why, extra=fields(pixel=alias))
            continue
        if _may_send(made):
            yield made


def _may_send(transport: Transport) -> bool:
    """With DEBUG on, live sending needs a test code or an explicit setting."""
    if not (django_settings.DEBUG and transport.is_live):
        return True
    allowed = bool(conf.SEND_IN_DEBUG or transport.pixel.test_event_code)
    if not allowed:
        _say_once(transport.pixel.alias)
    return allowed


@cache
def _say_once(alias: str) -> None:
    logger.warning(
        "DEBUG is on: nothing is sent to the pixel %s; its events wait. TEST_EVENT_CODE or SEND_IN_DEBUG allows it.",
        alias,
        extra=fields(pixel=alias),
    )
