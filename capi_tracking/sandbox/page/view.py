"""Puts the page together from its pieces."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from ..ledger import Ledger, Record
from ..quality import web_quality
from .choice import SHOWN, Choice
from .files import Html, fill, join
from .pieces import copy_of, quality_card, refusal_item, sighting_item, switch_item
from .sightings import Sighting, find_sightings, names_of

Row = TypeVar("Row")

PER_PAGE = 25
MAX_COPIES = 10
REFUSALS_BESIDE = 5
MAX_NAMES = 100

TITLES = {
    "all": "Everything",
    "pairs": "Pairs",
    "browser": "Browser only",
    "server": "Server only",
    "refused": "Refused",
}
NOTHING = {
    "all": "No event fits.",
    "pairs": "No pair: an event is one when both sides sent their copy.",
    "browser": "Every browser event has its server copy.",
    "server": "Every server event has its browser copy.",
    "refused": "Nothing was refused.",
}


def render(
    ledger: Ledger, switches: Mapping[str, bool], told: Mapping[str, str], choice: Choice, address: str, now: float
) -> Html:
    """The whole page."""
    hits, refusals, requests = ledger.events, ledger.refusals, ledger.requests
    sightings = find_sightings(hits, ledger.groups())
    is_empty = not (hits or refusals)
    return fill(
        "index",
        summary=_summary(hits, sightings, refusals),
        requests=" ".join(str(requests[name]) for name in ("graph", "pixel")),
        refresh=choice.here,
        switches=_switches(switches, told),
        body=fill("empty", address=address) if is_empty else _body(hits, sightings, refusals, choice, now),
    )


def _summary(hits: Sequence[Record], sightings: Sequence[Sighting], refusals: Sequence[Record]) -> str:
    if not (hits or refusals):
        return "Nothing has arrived yet."
    counted = _some(sum(bool(hit["counted"]) for hit in hits), "event", "events")
    text = f"{_some(len(hits), 'copy', 'copies')} arrived; Meta would count {counted}."
    return f"{text} {_some(len(refusals), 'request was', 'requests were')} refused." if refusals else text


def _some(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _switches(switches: Mapping[str, bool], told: Mapping[str, str]) -> Html:
    active = [name for name, is_on in switches.items() if is_on]
    state = f"{', '.join(active)}" if active else "none is on"
    items = join(switch_item(name, told.get(name, ""), is_on=is_on) for name, is_on in switches.items())
    return fill("switches", items=items, state=state, tone="on" if active else "off", open=Html(" open" * bool(active)))


def _body(
    hits: Sequence[Record], sightings: Sequence[Sighting], refusals: Sequence[Record], choice: Choice, now: float
) -> Html:
    named = [one for one in sightings if choice.event in ("", one.name)]
    counts = {show: sum(one.kind == show for one in named) for show in ("pairs", "browser", "server")}
    counts |= {"all": len(named), "refused": len(refusals)}
    return fill(
        "body",
        tiles=_tiles(hits, sightings, refusals),
        quality=_quality(hits, now),
        tabs=_tabs(choice, counts),
        names=_names(choice, names_of(sightings)),
        show=choice.show,
        list=_list(named, refusals, choice),
        refusals=_refusals_beside(refusals, choice),
    )


def _tiles(hits: Sequence[Record], sightings: Sequence[Sighting], refusals: Sequence[Record]) -> Html:
    kinds, counted = [one.kind for one in sightings], sum(bool(hit["counted"]) for hit in hits)
    browser = sum(hit["channel"] == "browser" for hit in hits)
    numbers = (
        ("Meta counts", counted, f"from {browser:,} browser and {len(hits) - browser:,} server copies", "all"),
        ("Pairs", kinds.count("pairs"), "both sides sent their copy", "pairs"),
        ("Browser only", kinds.count("browser"), "no server copy yet", "browser"),
        ("Server only", kinds.count("server"), "no browser copy yet", "server"),
        ("Refused", len(refusals), "requests, and nothing in them kept", "refused"),
    )
    return join(
        fill("tile", title=title, number=f"{number:,}", note=note, show=show, address=Choice(show=show).address())
        for title, number, note, show in numbers
    )


def _quality(hits: Iterable[Record], now: float) -> Html:
    pixels: dict[str, list[Record]] = {}
    for hit in hits:
        pixels.setdefault(str(hit["pixel"]), []).append(hit)
    cards = [
        quality_card(entry, pixel if len(pixels) > 1 else "")
        for pixel, its in pixels.items()
        for entry in web_quality(its, now)
    ]
    return join(cards[:MAX_NAMES]) or fill("note", text="No website event in the last seven days.")


def _tabs(choice: Choice, counts: Mapping[str, int]) -> Html:
    return join(
        fill(
            "tab",
            address=choice.address(show=show),
            current=Html(' aria-current="true"' if show == choice.show else ""),
            title=TITLES[show],
            count=f"{counts[show]:,}",
        )
        for show in SHOWN
    )


def _names(choice: Choice, names: Sequence[tuple[str, int]]) -> Html:
    options = [("", "All names"), *((name, f"{name} ({number:,})") for name, number in names[:MAX_NAMES])]
    return join(
        fill("option", value=value, text=text, selected=Html(" selected" if value == choice.event else ""))
        for value, text in options
    )


def _list(named: Sequence[Sighting], refusals: Sequence[Record], choice: Choice) -> Html:
    if choice.show == "refused":
        return _paged([refusal_item(one) for one in _page(refusals[::-1], choice)], len(refusals), choice)
    shown = [one for one in named if choice.show in ("all", one.kind)]
    return _paged([sighting_item(one, _copies(one)) for one in _page(shown, choice)], len(shown), choice)


def _copies(sighting: Sighting) -> Html:
    return join(copy_of(hit, sighting.copies[0]) for hit in sighting.copies[:MAX_COPIES])


def _paged(items: Sequence[Html], total: int, choice: Choice) -> Html:
    if not items:
        return fill("note", text=NOTHING[choice.show])
    last = -(-total // PER_PAGE)
    links = [("Newer", choice.page - 1), ("Older", choice.page + 1)]
    shown = [fill("link", address=choice.address(page=page), text=text) for text, page in links if 1 <= page <= last]
    pages = fill("pages", page=choice.page, last=f"{last:,}", links=join(shown)) if last > 1 else Html()
    return Html(fill("items", items=join(items)) + pages)


def _page(rows: Sequence[Row], choice: Choice) -> Sequence[Row]:
    return rows[(choice.page - 1) * PER_PAGE :][:PER_PAGE]


def _refusals_beside(refusals: Sequence[Record], choice: Choice) -> Html:
    if not refusals or choice.show == "refused":
        return Html()
    newest = join(refusal_item(one) for one in refusals[::-1][:REFUSALS_BESIDE])
    address = Choice(show="refused").address()
    return fill("refused", items=newest, address=address, count=f"{len(refusals):,}")
