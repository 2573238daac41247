"""``/dataset_quality``: Meta's match quality, coverage, deduplication and freshness of each event from websites."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ..models import QualitySnapshot
from ..transports import Transport
from .values import Odd, Words, at, count, number, objects, percent

PATH = "dataset_quality"
# As the working query and Meta's SDK spell it: its table of fields has "dedup_key_feedback", which is refused.
FIELDS = (
    "web{event_name,"
    "event_match_quality{composite_score,match_key_feedback{identifier,coverage{percentage}},"
    "diagnostics{name,description,solution,percentage,affected_event_count,total_event_count}},"
    "event_coverage{percentage,goal_percentage},"
    "dedupe_key_feedback{dedupe_key,browser_events_with_dedupe_key{percentage},"
    "server_events_with_dedupe_key{percentage},overall_browser_coverage_from_dedupe_key{percentage}},"
    "data_freshness{upload_frequency}}"
)
COLUMNS = ("taken_at", "score", "coverage", "goal", "freshness", "keys", "dedup", "diagnostics")
BEST_SCORE = 10
MOST_EVENTS = 200
MOST_KEYS = 40
MOST_DIAGNOSTICS = 20
DEDUP = {
    "browser": "browser_events_with_dedupe_key",
    "server": "server_events_with_dedupe_key",
    "added": "overall_browser_coverage_from_dedupe_key",
}


def ask_quality(transport: Transport, words: Words, now: datetime) -> list[QualitySnapshot]:
    """A row for each event that Meta tells of, without its day. Raises :class:`Odd` for an odd answer."""
    answer = transport.ask(PATH, {"dataset_id": transport.pixel.pixel_id, "fields": FIELDS})
    if not isinstance(answer.get("web"), list):
        raise Odd("The answer has no list of events.")
    rows = (_row(entry, words, now) for entry in objects(answer["web"], most=MOST_EVENTS))
    by_name = {row.event_name: row for row in rows if row.event_name}
    return list(by_name.values())


def _row(entry: dict[str, Any], words: Words, now: datetime) -> QualitySnapshot:
    quality = entry.get("event_match_quality")
    return QualitySnapshot(
        event_name=words.read(entry.get("event_name"), most=100),
        taken_at=now,
        score=number(at(quality, "composite_score"), most=BEST_SCORE),
        coverage=number(at(entry, "event_coverage", "percentage"), most=100),
        goal=number(at(entry, "event_coverage", "goal_percentage"), most=100),
        freshness=words.read(at(entry, "data_freshness", "upload_frequency"), most=32),
        keys=dict(_keys(at(quality, "match_key_feedback"), words)),
        dedup=dict(_dedup(entry.get("dedupe_key_feedback"), words)),
        diagnostics=[_diagnostic(each, words) for each in objects(at(quality, "diagnostics"), most=MOST_DIAGNOSTICS)],
    )


def _keys(feedback: object, words: Words) -> Iterator[tuple[str, float]]:
    for each in objects(feedback, most=MOST_KEYS):
        name, share = words.read(each.get("identifier"), most=40), percent(each.get("coverage"))
        if name and share is not None:
            yield name, share


def _dedup(feedback: object, words: Words) -> Iterator[tuple[str, dict[str, float | None]]]:
    """By key: the share of browser events and of server events with it, and what it covers more, in percent."""
    for each in objects(feedback, most=MOST_KEYS):
        if name := words.read(each.get("dedupe_key"), most=40):
            yield name, {side: percent(each.get(field)) for side, field in DEDUP.items()}


def _diagnostic(said: dict[str, Any], words: Words) -> dict[str, Any]:
    return {
        "name": words.read(said.get("name"), most=100),
        "description": words.read(said.get("description"), most=300),
        "solution": words.read(said.get("solution"), most=300),
        "percent": percent(said),
        "affected": count(said.get("affected_event_count")),
        "total": count(said.get("total_event_count")),
    }
