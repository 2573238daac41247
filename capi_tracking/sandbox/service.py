"""The sandbox as one object: addresses, switches, and what it got."""

import re
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType

from .graph import Account, GraphApi
from .ledger import Ledger, Record
from .page import status_page
from .refusals import Refusal, parameter
from .server import LoopbackServer
from .tr import take_hit
from .wire import Answer, Request

SWITCHES = ("down", "token", "throttled")

_SCRIPT = Path(__file__).with_name("assets") / "fbevents.js"
_EDGE = re.compile(r"/(v[\d.]{1,8})/([^/]{1,40})/events/?")
_SCRIPT_PATH = re.compile(r"(/[a-z]{2}_[A-Z]{2})?/fbevents\.js")
_LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost)(:\d+)?")
_FALSE = (False, None, 0, "", "0", "false", "off")


class Sandbox:
    """A local stand-in for Meta: ``with Sandbox() as sandbox: post_to(sandbox.url)``.

    ``port`` 0 takes a free one. ``pixels`` are the known ids, None knows all. With an ``app_secret``, each request needs
    its proof. ``clock`` gives seconds since the epoch. ``token`` and ``app_secret`` may be changed while it runs.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        token: str = "sandbox-token",  # noqa: S107 - opens nothing but this sandbox
        pixels: Iterable[str] | None = None,
        app_secret: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        known = None if pixels is None else frozenset(str(pixel) for pixel in pixels)
        self._ledger = Ledger()
        self._clock = clock
        self._graph = GraphApi(Account(token, app_secret, known), self._ledger, clock)
        self._server = LoopbackServer(port, self._answer, self._connected)
        self._thread: threading.Thread | None = None
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> "Sandbox":
        """Serve in a background thread until ``stop()``."""
        self._thread = threading.Thread(target=self.serve_forever, name="sandbox", daemon=True)
        self._thread.start()
        return self

    def serve_forever(self) -> None:
        """Serve in this thread until interrupted, or stopped from another one."""
        self._server.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        """Stop serving and hang up on everybody; what arrived can still be read."""
        if self._thread:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.server_close()

    def __enter__(self) -> "Sandbox":
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def switch(self, name: str, on: bool = True) -> None:
        """Turn a failure on or off: ``down`` (hangs up on pixel, script and Graph), ``token`` (all refused), ``throttled``."""
        if name not in SWITCHES:
            raise ValueError(f"No switch {name!r}: there are {', '.join(SWITCHES)}")
        if on:
            self._graph.switches.add(name)
        else:
            self._graph.switches.discard(name)

    def reset(self) -> None:
        """Forget all that arrived and turn every switch off."""
        self._graph.switches.clear()
        self._ledger.clear()

    @property
    def token(self) -> str:
        """The token that is taken."""
        return self._graph.account.token

    @token.setter
    def token(self, token: str) -> None:
        self._graph.account.token = token

    @property
    def switches(self) -> dict[str, bool]:
        """Every switch and whether it is on."""
        return {name: name in self._graph.switches for name in SWITCHES}

    @property
    def events(self) -> list[Record]:
        """Every hit that was taken, oldest first: see ``Ledger.add``; ``payload`` (server) or ``params`` (browser)."""
        return self._ledger.events

    @property
    def refusals(self) -> list[Record]:
        """Every refused request, with codes and our reason; never with what was in it."""
        return self._ledger.refusals

    @property
    def requests(self) -> dict[str, int]:
        """How many requests came: graph, pixel, script; and connections."""
        return self._ledger.requests

    def pairs(self) -> list[Record]:
        """Keys (pixel, event_name, event_id) that came from both sides, with ``browser`` and ``server`` counts."""
        return self._ledger.pairs()

    def unpaired(self) -> list[Record]:
        """Keys that came from one side alone, in the shape of ``pairs()``."""
        return self._ledger.unpaired()

    def _connected(self) -> None:
        self._ledger.count("connections")

    def _answer(self, request: Request) -> Answer | None:
        """None hangs up without an answer."""
        if edge := _EDGE.fullmatch(request.path):
            return self._unless_down("graph", lambda: self._graph.answer(edge[1], edge[2], request))
        if request.path in ("/tr", "/tr/"):
            return self._unless_down("pixel", lambda: self._hit(request))
        if _SCRIPT_PATH.fullmatch(request.path):
            return self._unless_down("script", _script)
        return self._own_page(request)

    def _unless_down(self, what: str, answer: Callable[[], Answer]) -> Answer | None:
        self._ledger.count(what)
        return None if "down" in self._graph.switches else answer()

    def _hit(self, request: Request) -> Answer:
        return take_hit(request, self._ledger, self._clock(), self._graph.account.pixels)

    def _own_page(self, request: Request) -> Answer:
        if not self._is_ours(request):
            return Answer.of({"error": "from this machine's own pages only"}, status=403)
        routes = {
            ("GET", "/"): lambda: status_page(self._ledger, self.switches),
            ("GET", "/sandbox/events.json"): lambda: Answer.of(self._report()),
            ("POST", "/sandbox/switch"): lambda: self._turn(request),
            ("POST", "/sandbox/reset"): lambda: self._forget(request),
        }
        route = routes.get((request.method, request.path))
        return route() if route else Answer.of({"error": "no such page"}, status=404)

    def _is_ours(self, request: Request) -> bool:
        """Another site's page must neither read what is here (by a rebound name) nor turn switches."""
        host = request.headers.get("host", "")
        return bool(_LOOPBACK.fullmatch(host)) and request.headers.get("origin", f"http://{host}") == f"http://{host}"

    def _report(self) -> dict[str, object]:
        ledger = self._ledger
        found = {"events": ledger.events, "pairs": ledger.pairs(), "unpaired": ledger.unpaired()}
        return found | {"refusals": ledger.refusals, "switches": self.switches, "requests": ledger.requests}

    def _turn(self, request: Request) -> Answer:
        try:
            sent = request.fields()
            if sent.get("name") not in SWITCHES:
                raise parameter("name", f"is none of {', '.join(SWITCHES)}")
        except Refusal as refusal:
            return Answer.of({"error": refusal.reason}, status=400)
        self.switch(str(sent["name"]), on=sent.get("on", True) not in _FALSE)
        return self._done(request)

    def _forget(self, request: Request) -> Answer:
        self.reset()
        return self._done(request)

    def _done(self, request: Request) -> Answer:
        if request.encoding == "form" and "text/html" in request.headers.get("accept", ""):
            return Answer(303, headers={"Location": "/"})
        return Answer.of({"switches": self.switches})


def _script() -> Answer:
    headers = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
    return Answer(200, _SCRIPT.read_bytes(), "text/javascript; charset=utf-8", headers)
