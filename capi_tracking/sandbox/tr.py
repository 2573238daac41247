"""The pixel's own endpoint: ``/tr``. It always answers a picture, and says nothing about what it did with the hit."""

import base64

from .advice import advise_hit
from .ledger import Ledger
from .refusals import Refusal
from .wire import Answer, Request

MAX_NAME = 200
MAX_VALUE = 20_000

_GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


def take_hit(request: Request, ledger: Ledger, at: float, pixels: frozenset[str] | None) -> Answer:
    """Keep one hit of the browser: from the query, a form or a beacon."""
    try:
        _keep(request, ledger, at, pixels)
    except Refusal as refusal:
        ledger.refuse_hit(refusal.reason, at, "")
    return Answer(200, _GIF, "image/gif", {"Cross-Origin-Resource-Policy": "cross-origin"})


def _keep(request: Request, ledger: Ledger, at: float, pixels: frozenset[str] | None) -> None:
    sent = request.fields() if request.method == "POST" else {}
    params = {name[:MAX_NAME]: _text(value) for name, value in {**request.query, **sent}.items()}
    pixel, name = params.get("id", ""), params.get("ev", "")
    if not (pixel and name):
        ledger.refuse_hit("hit without id or ev", at, pixel[:20])
    elif pixels is not None and pixel not in pixels:
        ledger.refuse_hit("hit of an unknown pixel", at, pixel[:20])
    else:
        size = sum(map(len, params)) + sum(map(len, params.values()))
        known = {"params": params, "method": request.method, "notes": advise_hit(params)}
        ledger.add("browser", pixel, name, params.get("eid", ""), at, size=size, **known)


def _text(value: object) -> str:
    return str(value)[:MAX_VALUE] if isinstance(value, (str, int, float)) else ""
