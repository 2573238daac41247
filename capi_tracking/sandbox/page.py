"""The one page for people: what arrived, what paired, what was refused, and the switches."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from string import Template

from .ledger import Ledger
from .wire import Answer

MAX_ROWS = 200

_PAGE = Path(__file__).with_name("assets") / "index.html"
_PAIR = ("event_name", "event_id", "browser", "server", "pixel")
_REFUSAL = ("received_at", "code", "subcode", "reason", "pixel")


def status_page(ledger: Ledger, switches: Mapping[str, bool]) -> Answer:
    """The page, newest rows first, a bounded number of them."""
    pairs, unpaired, refusals = ledger.pairs(), ledger.unpaired(), ledger.refusals
    html = Template(_PAGE.read_text("utf-8")).substitute(
        counts=escape(", ".join(f"{name}: {number}" for name, number in ledger.requests.items())),
        switches="".join(_button(name, is_on) for name, is_on in switches.items()),
        paired_count=len(pairs),
        unpaired_count=len(unpaired),
        refused_count=len(refusals),
        pairs=_rows(pairs, _PAIR),
        unpaired=_rows(unpaired, _PAIR),
        refusals=_rows(refusals, _REFUSAL),
    )
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    return Answer(200, html.encode("utf-8", "replace"), "text/html; charset=utf-8", {"Content-Security-Policy": policy})


def _rows(records: Sequence[Mapping[str, object]], columns: Iterable[str]) -> str:
    names = list(columns)
    newest = list(reversed(records))[:MAX_ROWS]
    rows = ("<tr>" + "".join(f"<td>{_cell(name, record.get(name))}" for name in names) for record in newest)
    return "".join(rows) or f'<tr><td colspan="{len(names)}">none yet'


def _cell(name: str, value: object) -> str:
    if name.endswith("_at") and isinstance(value, float):
        return datetime.fromtimestamp(value, UTC).strftime("%H:%M:%S UTC")
    return "-" if value in (None, "") else escape(str(value)[:200])


def _button(name: str, is_on: bool) -> str:
    turn, state = ("off", "on") if is_on else ("on", "off")
    return (
        f'<form method="post" action="/sandbox/switch"><input type="hidden" name="name" value="{name}">'
        f'<input type="hidden" name="on" value="{"" if is_on else "1"}">'
        f'<button aria-pressed="{"true" if is_on else "false"}" title="turn {turn}">{name}: {state}</button></form>'
    )
