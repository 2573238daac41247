"""Ask, set beside ours, keep. A failure is kept as one, and what was known before stays as it was."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.module_loading import import_string

from ..conf import conf
from ..conf import pixel as pixel_settings
from ..exceptions import Denied, ImproperlyTracked, Rejected, Throttled, TransportError, Unreachable
from ..logs import fields
from ..models import FetchProblem, Pixel, QualityFetch, QualitySnapshot
from ..transports import Transport, UnknownRefusal
from ..transports.wording import storable
from . import counts, quality
from .counts import Counted, ask_counts
from .ours import Ours, count_ours
from .quality import ask_quality
from .values import Odd, Words

logger = logging.getLogger(__name__)

REST = timedelta(seconds=30)  # between two questions about the same pixel
TOLD_FOR = timedelta(days=2)
PATIENCE = timedelta(seconds=4)  # somebody waits for it
BUDGET = timedelta(seconds=20)  # of one press of a button, whatever many pixels there are
ENDS_IT = {FetchProblem.TOKEN, FetchProblem.VERSION, FetchProblem.THROTTLED, FetchProblem.UNREACHABLE}
ABOUT = {
    "token": FetchProblem.TOKEN,
    "permission": FetchProblem.PERMISSION,
    "pixel": FetchProblem.PIXEL,
    "version": FetchProblem.VERSION,
}
MAX_SMALL = 2**15 - 1
Part = Callable[[], Sequence[QualitySnapshot]]


def fetch_due(*, budget: timedelta | None = None) -> list[QualityFetch]:
    """Ask about each pixel once a day, and again some hours after a failure. Else as :func:`fetch_all`."""
    due, now = QualityFetch.objects.using(conf.OUTBOX_DATABASES[0]), timezone.now()
    return _fetch_each((alias for alias in conf.PIXELS if due.is_due(alias, now=now)), None, budget)


def fetch_all(*, patience: timedelta | None = None, budget: timedelta | None = None) -> list[QualityFetch]:
    """Ask about each pixel of the settings that nobody asked about just now; no further one once ``budget`` is over.

    Returns what became of those that were asked. None while ``ENABLED`` is off. ``patience``: the longest wait for one
    answer, where it is less than the settings say.
    """
    return _fetch_each(conf.PIXELS, patience, budget)


def _fetch_each(aliases: Iterable[str], patience: timedelta | None, budget: timedelta | None) -> list[QualityFetch]:
    ends = time.monotonic() + budget.total_seconds() if budget else float("inf")
    asked: list[QualityFetch] = []
    for alias in aliases if conf.ENABLED else ():
        if time.monotonic() < ends and (done := fetch(alias, patience=patience)):
            asked.append(done)
    return asked


def fetch(alias: str, *, patience: timedelta | None = None) -> QualityFetch | None:
    """Ask Meta about one pixel and keep what it says. None if somebody asked within the last 30 seconds.

    Whatever Meta or the network does, the answer is a row of its own, with the reason if there was a failure.
    """
    using, now = conf.OUTBOX_DATABASES[0], timezone.now()
    if QualityFetch.objects.using(using).is_recent(alias, REST, now=now):
        return None
    row, began = QualityFetch(pixel=alias, started_at=now), time.monotonic()
    Pixel.objects.using(using).ensure([alias])
    _fetch_into(row, using, patience)
    if row.events:
        since = timezone.localtime(now).date() - TOLD_FOR
        row.told = QualitySnapshot.objects.using(using).told(alias, since)
    row.duration_ms = int((time.monotonic() - began) * 1000)
    row.save(using=using, force_insert=True)
    if row.problem:
        logger.warning(
            "Meta's numbers of the pixel %s were not fetched (%s); the next run asks again.",
            alias,
            row.problem,
            extra=fields(pixel=alias, reason=row.problem),
        )
    return row


def _fetch_into(row: QualityFetch, using: str, patience: timedelta | None) -> None:
    try:
        transport = _transport(row.pixel, patience)
    except (ImproperlyTracked, ImportError) as error:
        row.problem, row.message = FetchProblem.UNSUPPORTED, storable(str(error), most=300)
        return
    if not (transport.pixel.access_token and transport.pixel.pixel_id):
        row.problem = FetchProblem.NO_TOKEN
        return
    words = Words([transport.pixel.access_token, transport.pixel.app_secret])
    _ask(row, quality.PATH, partial(_quality, transport, words, row.started_at, using))
    if row.problem not in ENDS_IT:
        _ask(row, counts.PATH, partial(_counts, transport, words, row.started_at, using))


def _transport(alias: str, patience: timedelta | None) -> Transport:
    made: Transport = import_string(conf.TRANSPORT)(pixel_settings(alias))
    made.patience = patience
    return made


def _ask(row: QualityFetch, path: str, ask: Part) -> None:
    """One of the two questions; of two failures the first one is told."""
    try:
        row.events = max(row.events, len(ask()))
    except (TransportError, ImproperlyTracked) as error:
        if not row.problem:
            row.asked_for = path
            _explain(row, error)
    except Exception as error:  # noqa: BLE001 (a transport of the shop's own; its text may hold secrets)
        row.problem, row.asked_for, row.message = FetchProblem.ODD, path, type(error).__name__


def _explain(row: QualityFetch, error: TransportError | ImproperlyTracked) -> None:
    row.problem, row.message = _problem(error), storable(str(error), most=300)
    if isinstance(error, TransportError):
        status = error.http_status
        row.http_status = status if status is not None and 0 <= status <= MAX_SMALL else None
        row.code, row.subcode, row.trace_id = error.code, error.subcode, storable(error.trace_id, most=64)


def _problem(error: Exception) -> FetchProblem:
    if isinstance(error, Denied):
        return ABOUT.get(error.about, FetchProblem.PERMISSION)
    if isinstance(error, Rejected | UnknownRefusal):
        return FetchProblem.REFUSED
    if isinstance(error, Odd):
        return FetchProblem.ODD
    kinds: Iterable[tuple[Any, FetchProblem]] = (
        (Throttled, FetchProblem.THROTTLED),
        (Unreachable, FetchProblem.UNREACHABLE),
        (ImproperlyTracked, FetchProblem.UNSUPPORTED),
    )
    return next((problem for kind, problem in kinds if isinstance(error, kind)), FetchProblem.ODD)


def _quality(transport: Transport, words: Words, now: datetime, using: str) -> Sequence[QualitySnapshot]:
    return _keep(transport, ask_quality(transport, words, now), quality.COLUMNS, now, using)


def _counts(transport: Transport, words: Words, now: datetime, using: str) -> Sequence[QualitySnapshot]:
    """Meta is asked first: what it counted of ours is ours by the time that we count."""
    counted, alias = ask_counts(transport, words, now), transport.pixel.alias
    known = QualitySnapshot.objects.using(using).names(alias, timezone.localtime(now).date())
    rows = beside(counted, count_ours(alias, counted.since), known)
    return _keep(transport, rows, counts.COLUMNS, now, using)


def beside(counted: Counted, ours: Ours, known: Iterable[str]) -> list[QualitySnapshot]:
    """A row for each event that Meta counted, that we sent, or that Meta else knows: of that one it counted none.

    They are without their day.
    """
    names = sorted({*counted.browser, *counted.server, *ours.sent, *known})
    return [
        QualitySnapshot(
            event_name=name,
            counted_since=counted.since,
            counted_until=counted.until,
            browser_count=counted.browser[name],
            server_count=counted.server[name],
            our_count=ours.sent[name],
            doubtful_count=None if ours.doubtful is None else ours.doubtful[name],
        )
        for name in names
    ]


def _keep(
    transport: Transport, rows: Sequence[QualitySnapshot], columns: Sequence[str], now: datetime, using: str
) -> Sequence[QualitySnapshot]:
    for row in rows:
        row.pixel, row.day = transport.pixel.alias, timezone.localtime(now).date()
    if rows:
        QualitySnapshot.objects.using(using).keep(rows, columns)
    return rows
