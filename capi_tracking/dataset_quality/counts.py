"""``/{pixel}/stats``: how many events Meta got from browsers and from servers, before deduplication, by the hour."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from ..transports import Transport
from .values import Odd, Words, at, count, objects

PATH = "stats"
COLUMNS = ("counted_since", "counted_until", "browser_count", "server_count", "our_count", "doubtful_count")
HOURS = 24
MOST_BUCKETS = 1000
MOST_NAMES = 500
MOST_PAGES = 10
MOST_CURSOR = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What Meta counted since the beginning of an hour, by event name."""

    since: datetime
    until: datetime
    browser: Counter[str]
    server: Counter[str]


def ask_counts(transport: Transport, words: Words, now: datetime) -> Counted:
    """Of the last 24 hours and the one that has begun. Raises :class:`Odd` for an odd answer."""
    since = whole_hour(now) - timedelta(hours=HOURS)
    asked = {"since": since, "until": now, "words": words}
    return Counted(
        since=since,
        until=now,
        browser=_counts(transport, "browser", **asked),  # type: ignore[arg-type]
        server=_counts(transport, "server", **asked),  # type: ignore[arg-type]
    )


def whole_hour(moment: datetime) -> datetime:
    """When the hour began: Meta's buckets are whole ones, and half a bucket can't be told from another half."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _counts(transport: Transport, side: str, *, since: datetime, until: datetime, words: Words) -> Counter[str]:
    parameters = {
        "aggregation": "event",
        "event_source": side,
        "start_time": str(int(since.timestamp())),
        "end_time": str(int(until.timestamp()) + 1),
    }
    found: Counter[str] = Counter()
    for bucket in _buckets(transport, parameters):
        if (start := _start(bucket)) and since <= start <= until:
            found.update(dict(_of_bucket(bucket, words)))
    return found


def _buckets(transport: Transport, parameters: dict[str, str]) -> Iterator[dict[str, object]]:
    """All pages, by the cursor: the address of the next one is a stranger's."""
    path = f"{quote(transport.pixel.pixel_id, safe='')}/{PATH}"
    for _ in range(MOST_PAGES):
        answer = transport.ask(path, parameters)
        if not isinstance(answer.get("data"), list):
            raise Odd("The answer has no list of hours.")
        yield from objects(answer["data"], most=MOST_BUCKETS)
        after = at(answer, "paging", "cursors", "after")
        if not at(answer, "paging", "next"):
            return
        if not (isinstance(after, str) and 0 < len(after) <= MOST_CURSOR):
            break
        parameters = parameters | {"after": after}
    raise Odd("The answer does not come to an end.")


def _start(bucket: dict[str, object]) -> datetime | None:
    said = bucket.get("start_time")
    try:
        start = datetime.fromisoformat(said) if isinstance(said, str) and len(said) < 40 else None
    except ValueError:
        return None
    return start if start and start.tzinfo else None


def _of_bucket(bucket: dict[str, object], words: Words) -> Iterator[tuple[str, int]]:
    for each in objects(bucket.get("data"), most=MOST_NAMES):
        name, times = words.read(each.get("value"), most=100), count(each.get("count"))
        if name and times:
            yield name, times
