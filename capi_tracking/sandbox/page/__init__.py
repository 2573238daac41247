"""The page for people at ``/``: what arrived, what paired, what was refused, and the switches."""

from collections.abc import Iterable, Mapping

from ..ledger import Ledger
from ..wire import Answer, Request
from .choice import Choice
from .files import read_file
from .view import render

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}
FILES = {
    "/sandbox/page.css": ("page.css", "text/css; charset=utf-8"),
    "/sandbox/page.js": ("page.js", "text/javascript; charset=utf-8"),
}

Sentences = Mapping[str, str] | Iterable[str]


def answer_page(
    request: Request, ledger: Ledger, switches: Mapping[str, bool], sentences: Sentences, now: float
) -> Answer | None:
    """The page, its style and script, or the numbers that the script asks for; None for any other address.

    ``sentences`` says what each switch does, where it is a mapping.
    """
    if request.method != "GET":
        return None
    if request.path == "/":
        return _html(request, ledger, switches, sentences, now)
    if request.path == "/sandbox/news.json":
        return Answer.of(ledger.requests)
    if found := FILES.get(request.path):
        return Answer(200, read_file(found[0]).encode(), found[1], HEADERS)
    return None


def _html(request: Request, ledger: Ledger, switches: Mapping[str, bool], sentences: Sentences, now: float) -> Answer:
    told = {name: sentences.get(name, "") if isinstance(sentences, Mapping) else "" for name in switches}
    own_address = f"http://{request.headers.get('host', '127.0.0.1')}"
    html = render(ledger, switches, told, Choice.of(request.query), own_address, now)
    return Answer(200, html.encode("utf-8", "replace"), "text/html; charset=utf-8", HEADERS)
