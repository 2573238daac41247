"""The rows of one claim on their way: sorted out, sent in batches, and what came back recorded."""

import logging
import time
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable
from functools import partial

from django.db import transaction

from ..conf import conf
from ..exceptions import Denied, Rejected, Throttled, TransportError
from ..logs import fields
from ..models import LEASE_LIMIT, Claimed, Closed, OutboxEvent, Pixel, Status
from ..models.verbs.leasing import pks_of
from ..signals import event_delivered, pixel_paused
from ..transports import Acknowledgement, UnknownRefusal
from .announcing import announce
from .attempts import Attempt, Faulty, attempt
from .batches import OTHER_ENVIRONMENT, PATIENCE, TOO_EARLY, TOO_LATE, cut, halves, obstacle
from .insisting import insist
from .lane import FAILURES, NOW, Lane, describe, fingerprint, pause

logger = logging.getLogger(__name__)

DENIED = "denied"
UNKNOWN_TRIES = 5  # so often an unknown refusal is taken for an outage
REFUSED_ALONE = 10  # lone events refused without a reason of their own, and none taken: then it is not the events
STILL_FRESH = 10  # a lease is renewed when a tenth of it is over
SERVER_SAYS_NO = 400

Batches = list[list[Claimed]]


class Consignment:
    """One claim's rows, under one lease."""

    def __init__(self, lane: Lane, token: str, rows: list[Claimed]) -> None:
        self.lane = lane
        self.token = token
        self.rows = rows
        self.leased_at = time.monotonic()
        self.has_asked = False
        self.news: list[Callable[[], object]] = []  # told when what they tell of is committed

    def work(self) -> None:
        """Send batch by batch until all is recorded, the lease is lost, or the pixel takes no more."""
        lane = self.lane
        queue = deque(cut(self._fit(), size=lane.batch_size, max_bytes=conf.BATCH_BYTES))
        while queue and not lane.blocked and not lane.over() and self._keep(queue):
            # parts go last: a half that gets through comes between two that do not
            rows = self._still_to_go(queue.popleft())
            queue.extend(self._send(rows) if rows else [])
        self._put_back(pks_of(row for batch in queue for row in batch))
        if not self.has_asked:
            lane.end_probe()

    # -- before --------------------------------------------------------------------------------------------------

    def _fit(self) -> list[Claimed]:
        """Those that may go; the others are held or closed, with the reason."""
        environment = conf.ENVIRONMENT
        sorted_out: dict[str, list[Claimed]] = defaultdict(list)
        for row in self.rows:
            sorted_out[obstacle(row, environment)].append(row)
        fit = sorted_out.pop("", [])
        for reason, rows in sorted_out.items():
            self._keep_back(rows, reason)
        return fit

    def _keep_back(self, rows: list[Claimed], reason: str) -> None:
        if reason == OTHER_ENVIRONMENT:
            self.lane.report.held += self.lane.events.hold(self.token, pks_of(rows), reason=reason)
        elif reason == TOO_EARLY:
            self.lane.report.put_back += self.lane.events.postpone(self.token, pks_of(rows))
        elif reason == TOO_LATE:
            closed = self.lane.events.lapse(self.token, pks_of(rows))
            self.lane.report.expired += len(closed)
            announce(closed, self.lane.using)
        else:
            self._bury(rows, reason)
            self._tell()

    def _keep(self, queue: Iterable[list[Claimed]]) -> bool:
        """Renew the lease before a request, unless it is fresh. False if it was lost."""
        if time.monotonic() - self.leased_at < conf.LEASE.total_seconds() / STILL_FRESH:
            return True
        self.leased_at = time.monotonic()
        return self.lane.events.extend(self.token, pks_of(row for batch in queue for row in batch), conf.LEASE)

    def _still_to_go(self, rows: list[Claimed]) -> list[Claimed]:
        """Without what was withdrawn since the claim, if that was a request ago: nobody is to be sent after their no."""
        if not self.has_asked:
            return rows
        ours = set(self.lane.events.held_by(self.token, pks_of(rows)).values_list("pk", flat=True))
        return [row for row in rows if row.pk in ours]

    # -- the request ---------------------------------------------------------------------------------------------

    def _send(self, rows: list[Claimed]) -> Batches:
        """One request. Returns what of it has to go again in smaller parts."""
        if rows[0].leases >= LEASE_LIMIT and not self.lane.events.last_chance(self.token, rows[0].pk, conf.LEASE):
            return []
        self.has_asked = True
        made = attempt(self.lane.transport, rows)
        self.lane.report.requests += 1
        if isinstance(made.outcome, Acknowledgement):
            self._delivered(made, made.outcome)
            return []
        with transaction.atomic(using=self.lane.using):
            pk = made.save(self.lane.pixel.alias, self.lane.using)
            parts = self._failed(made.rows, made.outcome, pk)
        self._tell()
        return parts

    def _failed(self, rows: list[Claimed], error: TransportError, pk: int) -> Batches:
        logger.info(
            "Meta did not take %s events of the pixel %s (%s); trace id %s.",
            len(rows), self.lane.pixel.alias, error.kind, error.trace_id,
            extra=of_error(self.lane, error) | fields(events=len(rows)),
        )  # fmt: skip
        if isinstance(error, Rejected) or _is_hopeless(rows, error):
            return self._rejected(rows, error, pk)
        if isinstance(error, Denied):
            self._denied(rows, error, pk)
        elif isinstance(error, Throttled):
            self._throttled(rows, error, pk)
        else:
            return self._unreachable(rows, error, pk)
        return []

    def _tell(self) -> None:
        news, self.news = self.news, []
        for tell in news:
            tell()

    # -- what came back ------------------------------------------------------------------------------------------

    def _delivered(self, made: Attempt, answer: Acknowledgement) -> None:
        """A 2xx is final. It is recorded in spite of a database that stumbles."""
        lane = self.lane
        short = answer.events_received != len(made.rows)

        def record() -> int:
            with transaction.atomic(using=lane.using):
                pk = made.save(lane.pixel.alias, lane.using)
                lane.pixels.succeeded(lane.pixel.alias)
                test = bool(lane.pixel.test_event_code)
                return lane.events.settle(pks_of(made.rows), attempt=pk, short=short, test=test)

        lane.report.delivered += insist(record, lane.using)
        lane.delivered = True
        lane.ease(answer)
        if short:
            logger.warning(
                "Meta took %s events of the pixel %s and confirmed %s; trace id %s.",
                len(made.rows), lane.pixel.alias, answer.events_received, answer.trace_id,
                extra=fields(pixel=lane.pixel.alias, trace_id=answer.trace_id, events=len(made.rows)),
            )  # fmt: skip
        event_delivered.send_robust(
            sender=OutboxEvent, keys=[row.key for row in made.rows], pixel=lane.pixel.alias, using=lane.using
        )

    def _rejected(self, rows: list[Claimed], error: TransportError, pk: int) -> Batches:
        """Halved until the bad event stands alone; alone, it is dead."""
        self.lane.pixels.answered(self.lane.pixel.alias)
        if len(rows) > 1:
            return halves(rows)
        if not error.subcode:
            self.lane.refused_alone += 1
        if self.lane.refused_alone > REFUSED_ALONE and not self.lane.delivered:
            self._denied(rows, error, pk)
        else:
            self._bury(rows, _reason(error), pk)
        return []

    def _denied(self, rows: list[Claimed], error: TransportError, pk: int) -> None:
        """The pixel is refused: it pauses for all workers, and a person is told."""
        lane = self.lane
        lane.blocked = True
        held_for = f"{DENIED}_{error.code}" if error.code else DENIED
        lane.report.held += lane.events.hold(self.token, pks_of(rows), reason=held_for, attempt=pk)
        reason = describe(error)
        if lane.pixels.pause(lane.pixel.alias, reason=reason, fingerprint=fingerprint(lane.pixel)):
            logger.error(
                "The pixel %s is paused for all workers: %s", lane.pixel.alias, reason, extra=of_error(lane, error)
            )
            news = {"pixel": lane.pixel.alias, "using": lane.using, "reason": reason}
            self.news.append(partial(pixel_paused.send_robust, sender=Pixel, **news))

    def _throttled(self, rows: list[Claimed], error: TransportError, pk: int) -> None:
        self._put_back(pks_of(rows), attempt_pk=pk)
        self.lane.wait(error, tries=self.lane.pixels.failed(self.lane.pixel.alias))

    def _unreachable(self, rows: list[Claimed], error: TransportError, pk: int) -> Batches:
        """An outage is the pixel's; a "no", or a transport that falls over them, may be these events' own fault."""
        failures = self.lane.pixels.failed(self.lane.pixel.alias)
        if failures >= FAILURES or self.lane.probing:
            self.lane.wait(error, tries=failures - FAILURES + 1)
        strike = isinstance(error, Faulty) or (error.http_status or 0) >= SERVER_SAYS_NO
        struck = [row._replace(strikes=row.strikes + strike) for row in rows]
        if strike and len(rows) > 1 and struck[0].strikes >= PATIENCE:
            self.lane.events.strike(self.token, pks_of(rows), attempt=pk)
            return halves(struck)
        # while the pixel waits its rows need not: they are due when it is. One that met a 5xx lets others probe first.
        patience = struck[0].strikes if strike else 0 if self.lane.blocked else failures
        wait = pause(error, patience) if patience else NOW
        put_back = self.lane.events.put_back(self.token, pks_of(rows), wait=wait, attempt=pk, strike=strike)
        self.lane.report.put_back += put_back
        return []

    def _put_back(self, pks: Collection[int], *, attempt_pk: int | None = None) -> None:
        if pks:
            put_back = self.lane.events.put_back(self.token, pks, wait=NOW, attempt=attempt_pk)
            self.lane.report.put_back += put_back

    def _bury(self, rows: list[Claimed], reason: str, pk: int | None = None) -> None:
        buried = self.lane.events.bury(self.token, pks_of(rows), reason=reason, attempt=pk)
        self.lane.report.failed += buried
        if buried:
            alias = self.lane.pixel.alias
            if pk is not None:
                self._name_the_dead(rows, reason)
            closed = [Closed(row.key, alias, Status.DEAD, reason) for row in rows]
            self.news.append(partial(announce, closed, self.lane.using))

    def _name_the_dead(self, rows: list[Claimed], reason: str) -> None:
        alias = self.lane.pixel.alias
        for name, event_id in self.lane.events.filter(pk__in=pks_of(rows)).values_list("event_name", "event_id"):
            logger.warning(
                "The event %s of the pixel %s is dead (%s): Meta will not take it.", event_id, alias, reason,
                extra=fields(pixel=alias, event_name=name, event_id=event_id, reason=reason),
            )  # fmt: skip


def of_error(lane: Lane, error: TransportError) -> dict[str, object]:
    return fields(
        pixel=lane.pixel.alias,
        trace_id=error.trace_id,
        http_status=error.http_status,
        code=error.code,
        reason=error.kind,
    )


def _is_hopeless(rows: list[Claimed], error: TransportError) -> bool:
    """An unknown refusal that these events have met often enough."""
    return isinstance(error, UnknownRefusal) and rows[0].strikes + 1 >= UNKNOWN_TRIES


def _reason(error: TransportError) -> str:
    kind = "rejected" if isinstance(error, Rejected) else "unknown"
    return f"{kind}_{error.subcode or error.code or 'unexplained'}"[:64]
