"""What has to be done now and then: close, hasten, resume; then deliver."""

import logging
from collections.abc import Callable, Collection, Iterable
from datetime import timedelta

from ..conf import conf
from ..conf import pixel as pixel_settings
from ..keyed_hashes import keyed_hash
from ..logs import fields
from ..models import OutboxEvent, Pixel, Status
from ..models.database.slices import SLICE, in_slices
from ..models.verbs.outbox import OutboxQuerySet
from .announcing import announce
from .configured import note_settings
from .consignment import DENIED
from .drain import MakeTransport, deliver_due
from .lane import fingerprint
from .report import Report

logger = logging.getLogger(__name__)


def sweep(
    using: str = "default",
    *,
    budget: timedelta | None = None,
    stop: Callable[[], bool] = lambda: False,
    transport: MakeTransport | None = None,
) -> Report:
    """Close what is past its deadline, hasten what is near it, resume pixels with new settings, then deliver."""
    Pixel.objects.using(using).ensure(conf.PIXELS)
    _note_test_codes(using)
    note_settings(using)
    report = Report(expired=_expire(using))
    _hasten(using)
    if not conf.SHADOW:  # what goes on would be due, and closed
        _resume(using)
        _release(using)
    return report + deliver_due(using, budget=budget, stop=stop, transport=transport)


def _note_test_codes(using: str) -> None:
    codes = {alias: pixel_settings(alias).test_event_code for alias in conf.PIXELS}
    marks = {alias: keyed_hash(code, purpose="test_code") if code else "" for alias, code in codes.items()}
    Pixel.objects.using(using).note_test_codes(marks)


def _expire(using: str) -> int:
    def close(*, limit: int) -> int:
        closed = OutboxEvent.objects.using(using).expire(limit=limit)
        announce(closed, using)
        return len(closed)

    return in_slices(close)


def _hasten(using: str) -> None:
    in_slices(OutboxEvent.objects.using(using).hasten)


def _resume(using: str) -> None:
    """A pixel that was refused goes on by itself once its settings have changed, and its held rows with it."""
    paused = Pixel.objects.using(using).filter(alias__in=list(conf.PIXELS)).exclude(refused_fingerprint="")
    for alias, refused in paused.values_list("alias", "refused_fingerprint"):
        if fingerprint(pixel_settings(alias)) == refused:
            continue
        held = resume([alias], using)
        logger.info(
            "The pixel %s has new settings: it goes on, %s held events with it.",
            alias,
            held,
            extra=fields(pixel=alias, events=held),
        )


def _release(using: str) -> None:
    """What a worker held while another one resumed the pixel: nobody else would let it go."""
    is_open = Pixel.objects.using(using).filter(state=Pixel.State.OPEN, alias__in=list(conf.PIXELS))
    held = _refused(is_open.values_list("alias", flat=True), using)
    if held.exists():  # a sweep with nothing to do writes nothing
        held.release()


def hold_older_than(age: timedelta, using: str = "default") -> int:
    """Before a restored backup delivers anything: hold all that it recorded longer than ``age`` ago; how many rows."""
    total = 0
    while held := OutboxEvent.objects.using(using).hold_older(age, limit=SLICE):
        total += held
    return total


def resume(aliases: Collection[str], using: str = "default") -> int:
    """Open paused pixels again and send what was held for them; how many events that were. Deadlines ran on."""
    Pixel.objects.using(using).filter(alias__in=aliases).resume()
    return _refused(aliases, using).release()


def _refused(aliases: Iterable[str], using: str) -> OutboxQuerySet:
    """What is held because its pixel was refused. In a copied database, what the original held stays held."""
    held = OutboxEvent.objects.using(using).in_status(Status.HELD)
    held = held.filter(pixel__in=list(aliases), reason__startswith=DENIED)
    return held.filter(environment=conf.ENVIRONMENT) if conf.ENVIRONMENT else held
