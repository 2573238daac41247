"""What Meta would have told of itself each morning: the sandbox's own working-out of what the story's two sides sent.

Asked for and read by the package's own functions. Runs before customer data leaves the rows.
"""

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from capi_tracking.conf import pixel as pixel_settings
from capi_tracking.dataset_quality import counts
from capi_tracking.dataset_quality.fetching import beside
from capi_tracking.dataset_quality.ours import Ours
from capi_tracking.dataset_quality.quality import ask_quality
from capi_tracking.dataset_quality.values import Words
from capi_tracking.models import BrowserState, QualityFetch, QualitySnapshot, Status
from capi_tracking.sandbox.hits import received_at
from capi_tracking.sandbox.ledger import Ledger as Received
from capi_tracking.sandbox.ledger import Record
from capi_tracking.sandbox.quality import COVERAGE_SECONDS, web_quality
from capi_tracking.transports import Batch, Transport
from demo_project.story.outbox import PIXEL, Ledger

Answer = tuple[QualityFetch, list[QualitySnapshot]]
Hit = tuple[datetime, str, Any, dict[str, object]]
HOUR, MINUTE = 4, 20  # when the worker asks


class Asked(Transport):
    """Answers as Meta would at one moment, of what it had received by then."""

    def __init__(self, hits: Iterable[Record], now: datetime) -> None:
        super().__init__(pixel_settings(PIXEL))
        self.hits, self.now = hits, now

    def send(self, batch: Batch) -> Any:
        raise NotImplementedError("The story is over.")

    def ask(self, path: str, parameters: Any) -> dict[str, Any]:
        return {"web": web_quality(self.hits, self.now.timestamp())}


def ask_each_morning(ledger: Ledger, end: datetime) -> list[Answer]:
    """A question for each day, with what was told."""
    hits = received(ledger)
    return [answered(known(hits, now), now) for now in mornings(hits[0], end)] if hits else []


def received(ledger: Ledger) -> list[Record]:
    """What Meta got in the whole month, paired as it came."""
    kept = Received()
    for at, channel, row, details in sent(ledger):
        kept.add(channel, ledger.pixel_id, row.event_name, row.event_id, at.timestamp(), **details)
    return kept.events


def known(hits: Sequence[Record], now: datetime) -> Sequence[Record]:
    """Those of the last seven days, of which Meta's numbers are made."""
    until = now.timestamp()
    return hits[
        bisect_left(hits, until - COVERAGE_SECONDS, key=received_at) : bisect_left(hits, until, key=received_at)
    ]


def sent(ledger: Ledger) -> list[Hit]:
    """What Meta got, in the order in which it came."""
    found = [*from_server(ledger), *from_browsers(ledger)]
    return sorted(found, key=lambda hit: (hit[0], hit[1], hit[2].event_id))


def from_server(ledger: Ledger) -> Iterator[Hit]:
    for row in ledger.events.values():
        if row.status == Status.SENT:
            yield row.sent_at, "server", row, {"payload": json.loads(row.payload)}


def from_browsers(ledger: Ledger) -> Iterator[Hit]:
    for receipt in ledger.receipts.values():
        if receipt.state == BrowserState.HANDED_OVER:
            yield receipt.changed_at, "browser", receipt, {"params": browser_keys(ledger, receipt.key)}


def browser_keys(ledger: Ledger, key: str) -> dict[str, object]:
    """The pixel's copy has the cookie that the server's has."""
    row = ledger.events.get(key)
    keys = json.loads(row.payload)["user_data"] if row and row.payload else {}
    return {name: keys[name] for name in ("fbp", "fbc") if name in keys}


def mornings(first: Record, end: datetime) -> Iterator[datetime]:
    day = timezone.localtime(datetime.fromtimestamp(received_at(first), UTC))
    at = day.replace(hour=HOUR, minute=MINUTE, second=0, microsecond=0) + timedelta(days=1)
    while at < end:
        yield at
        at += timedelta(days=1)


def answered(hits: Collection[Record], now: datetime) -> Answer:
    quality = ask_quality(Asked(hits, now), Words([]), now)
    rows = {row.event_name: row for row in quality}
    for counted in counted_beside(hits, now, list(rows)):
        row = rows.setdefault(counted.event_name, counted)
        vars(row).update({column: getattr(counted, column) for column in counts.COLUMNS})
    for row in rows.values():
        row.pixel, row.day = PIXEL, timezone.localtime(now).date()
    return QualityFetch(pixel=PIXEL, started_at=now, duration_ms=640, events=len(rows)), list(rows.values())


def counted_beside(hits: Iterable[Record], now: datetime, known: Iterable[str]) -> list[QualitySnapshot]:
    """What Meta counted in a day and an hour; nobody else sends, so what came from servers is ours."""
    since = counts.whole_hour(now) - timedelta(hours=counts.HOURS)
    names: dict[str, Counter[str]] = {"browser": Counter(), "server": Counter()}
    for hit in hits:
        if received_at(hit) >= since.timestamp():
            names[hit["channel"]][hit["event_name"]] += 1
    counted = counts.Counted(since=since, until=now, **names)
    return beside(counted, Ours(sent=names["server"], doubtful=Counter()), known)
