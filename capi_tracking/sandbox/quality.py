"""Meta's Dataset Quality, worked out from what the sandbox received.

Shares, coverage and delays follow Meta's published definitions. The composite score does not: Meta publishes no formula,
so ours is a plain sum of points for the keys that came, good for comparing two days of one shop and for nothing else.
What only Meta can know (additional conversions) is 0, and says so.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, quantiles

from .fields import Shape
from .hits import delay_seconds, id_key, is_web, read_once, received_at, user_data, values_of
from .ledger import Record
from .pairing import WINDOW_SECONDS
from .suspicions import diagnose

GOAL_PERCENTAGE = 75
SCORE_SECONDS = 48 * 3600
COVERAGE_SECONDS = 7 * 86_400
BEST_SCORE = 10.0
DEDUPE_KEYS = ("event_id", "external_id", "fbp")
NOT_MEASURED = "Only Meta can tell: the sandbox has no accounts to match."

# Points for one event's keys, our own: an order of magnitude between what names one person and what only narrows down.
POINTS = {
    "em": 3.0,
    "fbc": 2.0,
    "ph": 1.5,
    "external_id": 1.0,
    "fbp": 1.0,
    "fb_login_id": 1.0,
    "client_ip_address": 0.5,
    "client_user_agent": 0.5,
    "fn": 0.5,
    "ln": 0.5,
    "db": 0.5,
    "lead_id": 0.5,
    "country": 0.25,
    "ct": 0.25,
    "zp": 0.25,
    "st": 0.25,
    "ge": 0.25,
}
IDENTIFIERS = {
    "em": "email",
    "ph": "phone",
    "fbc": "fbc",
    "fbp": "fbp",
    "external_id": "external_id",
    "client_ip_address": "ip_address",
    "client_user_agent": "user_agent",
    "fn": "first_name",
    "ln": "last_name",
    "db": "date_of_birth",
    "ge": "gender",
    "ct": "city",
    "st": "state",
    "zp": "zip_code",
    "country": "country",
    "lead_id": "lead_id",
    "fb_login_id": "fb_login_id",
}
FREQUENCIES = ((600, "real_time"), (2 * 3600, "hourly"), (26 * 3600, "daily"))
FREQUENCY_TEXTS = {
    "real_time": "Nine in ten events arrive within ten minutes.",
    "hourly": "Nine in ten events arrive within two hours.",
    "daily": "Nine in ten events arrive within about a day.",
    "weekly": "Many events arrive more than a day late.",
}

_SHARE: Shape = {"percentage": {}, "description": {}}
SHAPE: Shape = {
    "web": {
        "event_name": {},
        "event_match_quality": {
            "composite_score": {},
            "match_key_feedback": {
                "identifier": {},
                "coverage": {"percentage": {}},
                "potential_aly_acr_increase": _SHARE,
            },
            "diagnostics": {
                "name": {},
                "description": {},
                "solution": {},
                "percentage": {},
                "affected_event_count": {},
                "total_event_count": {},
            },
        },
        "event_coverage": {
            "percentage": {},
            "goal_percentage": {},
            "description": {},
            "potential_aly_acr_increase": _SHARE,
        },
        "dedupe_key_feedback": {
            "dedupe_key": {},
            "browser_events_with_dedupe_key": _SHARE,
            "server_events_with_dedupe_key": _SHARE,
            "overall_browser_coverage_from_dedupe_key": _SHARE,
        },
        "data_freshness": {"upload_frequency": {}, "description": {}},
        "acr": _SHARE,
        "event_potential_aly_acr_increase": _SHARE,
    }
}


@dataclass(frozen=True, slots=True)
class Sides:
    """One event name's hits, split by channel."""

    browser: Sequence[Record]
    server: Sequence[Record]

    @classmethod
    def of(cls, hits: Iterable[Record]) -> "Sides":
        ways: dict[str, list[Record]] = {"browser": [], "server": []}
        for hit in hits:
            ways[str(hit["channel"])].append(hit)
        return cls(ways["browser"], ways["server"])

    def since(self, at: float) -> "Sides":
        """The hits that arrived at ``at`` or later."""
        return Sides.of(hit for hit in (*self.browser, *self.server) if received_at(hit) >= at)


def web_quality(hits: Iterable[Record], now: float) -> list[Record]:
    """One entry per event name that came from websites in the last seven days, the most frequent first."""
    by_name: defaultdict[str, list[Record]] = defaultdict(list)
    for hit in hits:
        if is_web(hit) and received_at(hit) >= now - COVERAGE_SECONDS:
            by_name[str(hit["event_name"])].append(read_once(hit))
    names = sorted(by_name, key=lambda name: (-len(by_name[name]), name))
    return [_entry(name, Sides.of(by_name[name]), now) for name in names]


def _entry(name: str, week: Sides, now: float) -> Record:
    return {
        "event_name": name,
        "event_match_quality": _match_quality(week.since(now - SCORE_SECONDS)),
        "event_coverage": _coverage(week),
        "dedupe_key_feedback": _dedupe(week),
        "data_freshness": _freshness(week.server),
        "acr": _unknown(),
        "event_potential_aly_acr_increase": _unknown(),
    }


def _match_quality(recent: Sides) -> Record:
    counts = Counter(key for hit in recent.server for key in user_data(hit))
    found = [key for key in IDENTIFIERS if counts[key]]
    missing = [key for key, points in POINTS.items() if points >= 1 and not counts[key] and key != "fb_login_id"]
    return {
        "composite_score": composite_score(recent.server),
        "match_key_feedback": [_key_feedback(key, counts[key], len(recent.server)) for key in (*found, *missing)],
        "diagnostics": diagnose(recent.browser, recent.server),
    }


def composite_score(server: Sequence[Record]) -> float | None:
    """0 to 10, our own heuristic: the mean of each event's points. Meta publishes no formula, and its score will differ.

    None where no event came.
    """
    scores = [min(BEST_SCORE, sum(POINTS.get(key, 0.0) for key in user_data(hit))) for hit in server]
    return round(fmean(scores), 1) if scores else None


def _key_feedback(key: str, count: int, total: int) -> Record:
    coverage = {"percentage": percentage(count, total)}
    return {"identifier": IDENTIFIERS[key], "coverage": coverage, "potential_aly_acr_increase": _unknown()}


def _coverage(week: Sides) -> Record:
    events = {hit["group"] for hit in week.browser}
    covered = events & {hit["group"] for hit in week.server}
    text = f"The server sent its copy of {len(covered)} of {len(events)} browser events in seven days."
    share = {"percentage": percentage(len(covered), len(events)), "goal_percentage": GOAL_PERCENTAGE}
    return share | {"description": text, "potential_aly_acr_increase": _unknown()}


def _dedupe(week: Sides) -> list[Record]:
    """Per key, in order; a browser event that an earlier key covered is not counted again for a later one."""
    open_hits, feedback = list(week.browser), []
    for key in DEDUPE_KEYS:
        still_open = _uncovered(key, open_hits, week.server)
        feedback.append(_key_shares(key, week, len(open_hits) - len(still_open)))
        open_hits = still_open
    return feedback


def _uncovered(key: str, browser: Sequence[Record], server: Sequence[Record]) -> list[Record]:
    if key == "event_id":
        keys = {id_key(hit) for hit in server} - {None}
        return [hit for hit in browser if id_key(hit) not in keys]
    times: defaultdict[str, list[float]] = defaultdict(list)
    for hit in sorted(server, key=received_at):
        for value in values_of(hit, key):
            times[value].append(received_at(hit))
    return [hit for hit in browser if not any(_follows(times[value], hit) for value in values_of(hit, key))]


def _follows(times: Sequence[float], hit: Record) -> bool:
    """Without a shared id Meta pairs only a server's copy that comes after the browser's."""
    at = received_at(hit)
    place = bisect_left(times, at)
    return place < len(times) and times[place] - at <= WINDOW_SECONDS


def _key_shares(key: str, week: Sides, covered: int) -> Record:
    return {
        "dedupe_key": key,
        "browser_events_with_dedupe_key": _share(_with_key(key, week.browser), len(week.browser), "browser events"),
        "server_events_with_dedupe_key": _share(_with_key(key, week.server), len(week.server), "server events"),
        "overall_browser_coverage_from_dedupe_key": _share(covered, len(week.browser), "browser events more"),
    }


def _with_key(key: str, hits: Sequence[Record]) -> int:
    return sum(bool(hit["event_id"] if key == "event_id" else values_of(hit, key)) for hit in hits)


def _freshness(server: Sequence[Record]) -> Record:
    """From the delay that nine in ten events keep; where the lines lie is ours, the names are Meta's."""
    if not server:
        return {"upload_frequency": "", "description": "No server event in seven days."}
    delays = [delay_seconds(hit) for hit in server]
    usual = quantiles(delays, n=10, method="inclusive")[-1] if len(delays) > 1 else delays[0]
    frequency = next((name for limit, name in FREQUENCIES if usual <= limit), "weekly")
    return {"upload_frequency": frequency, "description": FREQUENCY_TEXTS[frequency]}


def _share(part: int, whole: int, what: str) -> Record:
    return {"percentage": percentage(part, whole), "description": f"{part} of {whole} {what}."}


def percentage(part: int, whole: int) -> float:
    """0 to 100 with one decimal; 0 of nothing."""
    return round(100 * part / whole, 1) if whole else 0.0


def _unknown() -> Record:
    return {"percentage": 0, "description": NOT_MEASURED}
