"""One event, one copy, one refusal, one switch, one quality card: a template each."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from ..hits import data_of, delay_seconds, page_url, received_at
from ..ledger import Record
from ..shapes import as_list, is_object
from .files import Html, fill, join
from .payloads import pretty, shorten
from .sightings import Sighting, fate

FREQUENCIES = {
    "real_time": "real time",
    "hourly": "hourly",
    "daily": "daily",
    "weekly": "weekly",
    "": "no server event",
}
GOOD_SCORE = 6.0
CODES = {
    1: "Something in the request",
    4: "Too many calls",
    100: "Invalid parameter",
    190: "The token",
    200: "Permission",
    2500: "Unknown address",
}


def sighting_item(sighting: Sighting, copies: Html) -> Html:
    """One event, closed: its name, what came from where, what Meta makes of it; its copies inside."""
    newest = sighting.copies[-1]
    event_id = str(newest["event_id"])
    return fill(
        "sighting",
        number=sighting.number,
        kind=sighting.kind,
        at=moment(received_at(newest)),
        name=shorten(sighting.name),
        id=shorten(event_id) if event_id else "without an id",
        browser=_chip("browser", sighting.count("browser")),
        server=_chip("server", sighting.count("server")),
        verdict=sighting.verdict,
        copies=copies,
    )


def _chip(channel: str, count: int) -> Html:
    text = f"{channel} \N{MULTIPLICATION SIGN}{count}" if count > 1 else channel
    return fill("chip", channel=channel if count else "none", text=text if count else f"no {channel}")


def copy_of(hit: Record, first: Record) -> Html:
    """One copy: when it came, what with, and its payload."""
    return fill(
        "copy",
        channel=hit["channel"],
        title="From the browser" if hit["channel"] == "browser" else "From the server",
        fate=fate(hit),
        tone="kept" if hit["counted"] else "dropped",
        at=moment(received_at(hit)),
        facts=join(fill("fact", name=name, value=value) for name, value in _facts(hit, first) if value),
        notes=join(fill("advice", text=note) for note in as_list(hit.get("notes") or [])),
        payload=pretty(data_of(hit)),
    )


def _facts(hit: Record, first: Record) -> list[tuple[str, object]]:
    gap = received_at(hit) - received_at(first)
    after = f"{seconds(gap)} after the first copy" if hit is not first else ""
    facts: list[tuple[str, object]] = [("Arrived", after), ("Id", hit["event_id"]), ("Pixel", hit["pixel"])]
    return [*facts, ("Page", page_url(hit)), *(_of_request(hit) if hit["channel"] == "server" else _of_hit(hit))]


def _of_hit(hit: Record) -> list[tuple[str, object]]:
    automatic = "yes: sent by the script itself" if data_of(hit).get("es") == "automatic" else ""
    return [("Method", hit.get("method")), ("Automatic", automatic)]


def _of_request(hit: Record) -> list[tuple[str, object]]:
    found = hit.get("batch")
    batch: Mapping[str, object] = found if is_object(found) else {}
    return [
        ("Delay", f"{seconds(delay_seconds(hit))} after the event"),
        ("In a batch of", batch.get("events")),
        ("Version", batch.get("version")),
        ("Encoding", f"{batch.get('encoding', '')}{', gzipped' if batch.get('gzip') else ''}"),
        ("Token in the", hit.get("token_in")),
        ("Test code", batch.get("test_event_code")),
        ("Agent", batch.get("partner_agent")),
        ("Trace id", batch.get("trace")),
    ]


def refusal_item(refusal: Record) -> Html:
    """One refused request: the codes as Meta would give them, and our reason."""
    codes = " / ".join(str(refusal[name]) for name in ("code", "subcode") if refusal.get(name) is not None)
    facts = (
        ("Pixel", refusal.get("pixel")),
        ("Events in it", refusal.get("events")),
        ("Version", refusal.get("version")),
        ("Token in the", refusal.get("token_in")),
        ("Trace id", refusal.get("trace")),
    )
    source, title = _source(refusal)
    return fill(
        "refusal",
        at=moment(received_at(refusal)),
        codes=codes or source,
        title=title,
        reason=refusal.get("reason", ""),
        facts=join(fill("fact", name=name, value=value) for name, value in facts if value),
    )


def _source(refusal: Record) -> tuple[str, str]:
    code = refusal.get("code")
    if isinstance(code, int):
        return "", CODES.get(code, "Refused")
    if str(refusal.get("reason")).startswith("switch"):
        return "switch", "Failed on purpose"
    return "pixel hit", "Answered, and thrown away"


def switch_item(name: str, sentence: str, *, is_on: bool) -> Html:
    """One switch and the button that turns it."""
    state, turn = ("on", "off") if is_on else ("off", "on")
    sentence = sentence[:1].upper() + sentence[1:]
    return fill("switch", name=name, sentence=sentence, state=state, turn=turn, value="" if is_on else "1")


def quality_card(entry: Record, pixel: str) -> Html:
    """One event name's quality, as ``dataset_quality`` tells it."""
    match, coverage, fresh = (_part(entry, key) for key in ("event_match_quality", "event_coverage", "data_freshness"))
    score = match["composite_score"]
    return fill(
        "quality",
        name=shorten(str(entry["event_name"])),
        pixel=f" (pixel {pixel})" if pixel else "",
        score="-" if score is None else score,
        score_tone=_tone(score),
        coverage=_whole(coverage["percentage"]),
        goal=coverage["goal_percentage"],
        coverage_text=coverage["description"],
        freshness=FREQUENCIES[str(fresh["upload_frequency"])],
        keys=join(_key(one) for one in _parts(match, "match_key_feedback")),
        dedupe=join(_dedupe(one) for one in _parts(entry, "dedupe_key_feedback")),
        issues=join(_issue(one) for one in _parts(match, "diagnostics")),
    )


def _tone(score: object) -> str:
    return ("good" if score >= GOOD_SCORE else "poor") if isinstance(score, float) else ""


def _part(entry: Record, key: str) -> Record:
    part = entry[key]
    return part if is_object(part) else {}


def _parts(entry: Record, key: str) -> Sequence[Record]:
    parts = entry[key]
    return [one for one in parts if is_object(one)] if isinstance(parts, list) else []


def _key(feedback: Record) -> Html:
    share = _part(feedback, "coverage")["percentage"]
    return fill("key", name=feedback["identifier"], share=_whole(share), tone="has" if share else "lacks")


def _dedupe(feedback: Record) -> Html:
    shares = {key.partition("_")[0]: _whole(value["percentage"]) for key, value in feedback.items() if is_object(value)}
    return fill("dedupe", name=feedback["dedupe_key"], **shares)


def _issue(issue: Record) -> Html:
    share = f"{issue['affected_event_count']} of {issue['total_event_count']}"
    return fill("issue", name=issue["name"], description=issue["description"], solution=issue["solution"], share=share)


def _whole(percent: object) -> str:
    return f"{float(str(percent)):.0f}"


def moment(at: float) -> Html:
    """A time in UTC, which the page's script turns into the reader's own."""
    time = datetime.fromtimestamp(at, UTC)
    return fill("time", iso=time.isoformat(timespec="seconds"), text=time.strftime("%d %b %H:%M:%S UTC"))


def seconds(number: float) -> str:
    """A duration, roughly."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if number >= size * 2:
            return f"{number / size:.0f} {unit}"
    return f"{number:.1f} s"
