"""``/{pixel}/stats``: how many events came, in hourly buckets of the time they arrived, counted before deduplication."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from .hits import page_url, received_at, user_data
from .ledger import Ledger, Record
from .refusals import parameter
from .user_data import HASHED_LISTS

HOUR_SECONDS = 3600
DEFAULT_HOURS = 24
MAX_DAYS = 28
MAX_VALUES = 100  # per bucket, the most frequent: a shop may have a million addresses
MAX_YEAR_SECONDS = 4_102_444_800  # 2100: later times are no times


def read_stats(ledger: Ledger, pixel: str, query: Mapping[str, str], now: float) -> list[Record]:
    """Graph's buckets, oldest first, without the empty ones. Raises a Refusal for a wrong parameter."""
    aggregation = query.get("aggregation", "")
    if aggregation not in AGGREGATIONS:
        raise parameter("aggregation", f"is missing or none of {', '.join(AGGREGATIONS)}")
    start, end = _read_range(query, now)
    hits = [hit for hit in _hits(ledger, pixel, query) if start <= received_at(hit) < end]
    buckets: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for hit in hits:
        buckets[int(received_at(hit)) // HOUR_SECONDS].update(AGGREGATIONS[aggregation](hit))
    return [_bucket(hour, aggregation, counts) for hour, counts in sorted(buckets.items()) if counts]


def _hits(ledger: Ledger, pixel: str, query: Mapping[str, str]) -> list[Record]:
    event, source = query.get("event", ""), query.get("event_source", "").lower()
    if source not in ("", "browser", "server"):
        raise parameter("event_source", "is neither browser nor server")
    hits = [hit for hit in ledger.events if hit["pixel"] == pixel]
    return [hit for hit in hits if event in ("", hit["event_name"]) and source in ("", hit["channel"])]


def _read_range(query: Mapping[str, str], now: float) -> tuple[float, float]:
    end = _read_time(query, "end_time", now + 1)
    start = _read_time(query, "start_time", end - DEFAULT_HOURS * HOUR_SECONDS)
    if start >= end:
        raise parameter("start_time", "is not before end_time")
    if end - start > MAX_DAYS * 24 * HOUR_SECONDS + HOUR_SECONDS:
        raise parameter("start_time", f"lies more than {MAX_DAYS} days before end_time")
    return start, end


def _read_time(query: Mapping[str, str], name: str, default: float) -> float:
    given = query.get(name, "")
    if not given:
        return default
    try:
        at = float(int(given)) if given.isdecimal() else _timestamp(datetime.fromisoformat(given))
    except (ValueError, OverflowError):
        raise parameter(name, "is neither seconds since 1970 nor a time as ISO 8601 has it") from None
    if not 0 <= at <= MAX_YEAR_SECONDS:
        raise parameter(name, "is no time that a shop could mean")
    return at


def _timestamp(at: datetime) -> float:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _bucket(hour: int, aggregation: str, counts: Counter[str]) -> Record:
    start = datetime.fromtimestamp(hour * HOUR_SECONDS, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
    data = [{"value": value, "count": count} for value, count in counts.most_common(MAX_VALUES)]
    return {"start_time": start, "aggregation": aggregation, "data": data}


def _host(hit: Record) -> list[str]:
    host = urlsplit(page_url(hit)).netloc
    return [host] if host else []


def _url(hit: Record) -> list[str]:
    url = page_url(hit)
    return [url] if url else []


def _had_pii(hit: Record) -> list[str]:
    return ["true" if HASHED_LISTS & user_data(hit).keys() else "false"]


AGGREGATIONS: dict[str, Callable[[Record], Iterable[str]]] = {
    "event_total_counts": lambda hit: ["total"],
    "event": lambda hit: [str(hit["event_name"])],
    "event_source": lambda hit: [str(hit["channel"])],
    "match_keys": lambda hit: sorted(user_data(hit)),
    "had_pii": _had_pii,
    "event_detection_method": lambda hit: ["manual"],
    "event_processing_results": lambda hit: ["processed" if hit["counted"] else "deduplicated"],
    "url": _url,
    "host": _host,
}
