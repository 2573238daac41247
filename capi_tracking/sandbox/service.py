"""The sandbox as one object: addresses, switches, and what it got."""

import re
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType

from .account import Account
from .graph import GraphApi, is_events_edge
from .ledger import Ledger, Record
from .page import answer_page
from .refusals import Refusal
from .rules import Doubts
from .server import LoopbackServer
from .switches import SWITCHES
from .tr import take_hit
from .wire import Answer, Request

__all__ = ["SWITCHES", "Sandbox"]

_SCRIPT = Path(__file__).with_name("assets") / "fbevents.js"
_GRAPH = re.compile(r"/(?:(v\d[\d.]{0,7})/(.+)|(\d+/events/?))", re.ASCII)
_PIXEL_PATHS = ("/tr", "/tr/")
_SCRIPT_PATH = re.compile(r"(/[a-z]{2}_[A-Z]{2})?/fbevents\.js")
_LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost)(:\d+)?")
_FALSE = (False, None, 0, "", "0", "false", "off")


class Sandbox:
    """A local stand-in for Meta: ``with Sandbox() as sandbox: post_to(sandbox.url)``.

    ``port`` 0 takes a free one. ``pixels`` are the known ids, None knows all. With an ``app_secret``, each request needs
    its proof. ``clock`` gives seconds since the epoch. ``token`` and ``app_secret`` may be changed while it runs.

    Meta leaves some things open. ``strict`` refuses what it may refuse; ``keeps_valid`` takes the good events of a
    refused batch that have an event id; ``repeats_count`` counts each copy that comes again on the same channel.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        token: str = "sandbox-token",  # noqa: S107 - opens nothing but this sandbox
        pixels: Iterable[str] | None = None,
        app_secret: str = "",
        clock: Callable[[], float] = time.time,
        strict: bool = True,
        keeps_valid: bool = False,
        repeats_count: bool = False,
    ) -> None:
        known = None if pixels is None else frozenset(str(pixel) for pixel in pixels)
        self._ledger = Ledger(repeats_count=repeats_count)
        self._clock = clock
        doubts = Doubts(strict=strict, keeps_valid=keeps_valid)
        self._graph = GraphApi(Account(token, app_secret, known), self._ledger, clock, doubts)
        self._switches, self._script = self._graph.switches, self._graph.script
        self._server = LoopbackServer(port, self._answer, self._connected, self._unread)
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

    # -- failures ------------------------------------------------------------------------------------------------

    def switch(
        self, name: str, on: bool = True, *, times: int | None = None, pixel: str | None = None, **options: object
    ) -> None:
        """Turn a failure on or off: ``switch("slow", seconds=2)``, ``switch("token", False)``.

        ``times``: for the next so many requests only. ``pixel``: for one pixel only. A ValueError lists the switches, or
        the options of this one. Turning a switch off also ends the waiting of ``timeout`` and ``slow``.
        """
        self._switches.turn(name, {"times": times, "pixel": pixel} | options, on=on)

    def answer_next(
        self,
        code: int | None = None,
        subcode: int | None = None,
        status: int | None = None,
        *,
        times: int = 1,
        pixel: str | None = None,
        headers: dict[str, str] | None = None,
        **details: object,
    ) -> None:
        """Write the answer to Graph's next request; several are answered in order, before any switch counts.

        With a ``code`` it is Graph's error, with the status, texts and headers that go with it; ``message``,
        ``transient``, ``minutes`` and ``retry_after`` (seconds) change these. Without one it is just ``status`` and
        ``body``. The events are not taken, unless ``takes`` is true.
        """
        limits = {"times": times, "pixel": pixel, "headers": headers}
        self._script.write({"code": code, "subcode": subcode, "status": status} | limits | details)

    def reset(self) -> None:
        """Forget all that arrived, turn every switch off, and drop the script."""
        self._switches.clear()
        self._script.clear()
        self._ledger.clear()

    @property
    def token(self) -> str:
        """The token that is taken."""
        return self._graph.account.token

    @token.setter
    def token(self, token: str) -> None:
        self._graph.account.token = token

    @property
    def app_secret(self) -> str:
        """With one, each request needs its proof."""
        return self._graph.account.app_secret

    @app_secret.setter
    def app_secret(self, secret: str) -> None:
        self._graph.account.app_secret = secret

    @property
    def switches(self) -> dict[str, bool]:
        """Every switch and whether it is on."""
        return self._switches.state

    # -- what arrived --------------------------------------------------------------------------------------------

    @property
    def events(self) -> list[Record]:
        """Every hit that was taken, oldest first: see ``Ledger.add``; ``payload`` (server) or ``params`` (browser)."""
        return self._ledger.events

    @property
    def refusals(self) -> list[Record]:
        """Every request that was not taken, with codes and our reason; never with what was in it."""
        return self._ledger.refusals

    @property
    def requests(self) -> dict[str, int]:
        """How many requests came: graph, reading, pixel, script; and connections."""
        return self._ledger.requests

    def groups(self) -> list[Record]:
        """What Meta takes for one event each: see ``Ledger.groups``."""
        return self._ledger.groups()

    def counted(self) -> int:
        """How many events Meta would count in the end."""
        return self._ledger.counted()

    def pairs(self) -> list[Record]:
        """Events that came from both sides, with ``browser`` and ``server`` counts; ``reason`` says what joined them."""
        return self._ledger.pairs()

    def unpaired(self) -> list[Record]:
        """Events that came from one side alone, in the shape of ``pairs()``."""
        return self._ledger.unpaired()

    # -- addresses -----------------------------------------------------------------------------------------------

    def _connected(self) -> None:
        self._ledger.count("connections")

    def _unread(self, refusal: Refusal) -> None:
        self._ledger.refuse(refusal, self._clock())

    def _answer(self, request: Request) -> Answer | None:
        """None hangs up without an answer."""
        if found := _GRAPH.fullmatch(request.path):
            return self._ask_graph(found[1] or "", found[2] or found[3], request)
        if request.path in _PIXEL_PATHS:
            return self._unless_blocked("pixel", request, self._hit)
        if _SCRIPT_PATH.fullmatch(request.path):
            return self._unless_blocked("script", request, _script)
        return self._own_page(request)

    def _ask_graph(self, version: str, tail: str, request: Request) -> Answer | None:
        self._ledger.count("graph" if is_events_edge(tail) else "reading")
        if self._switches.take("down", tail.partition("/")[0]):
            return None
        return self._graph.answer(version, tail, request)

    def _unless_blocked(self, what: str, request: Request, answer: Callable[[Request], Answer]) -> Answer | None:
        self._ledger.count(what)
        blocked = self._switches.take(("down", "blocked"), request.query.get("id", ""))
        return None if blocked else answer(request)

    def _hit(self, request: Request) -> Answer:
        if request.method not in ("GET", "POST"):
            return Answer.of({"error": "GET or POST"}, status=405)
        return take_hit(request, self._ledger, self._clock(), self._graph.account.pixels)

    def _own_page(self, request: Request) -> Answer:
        if not self._is_ours(request):
            return Answer.of({"error": "from this machine's own pages only"}, status=403)
        if page := answer_page(request, self._ledger, self.switches, SWITCHES, self._clock()):
            return page
        routes: dict[tuple[str, str], Callable[[Request], Answer]] = {
            ("GET", "/sandbox/events.json"): lambda _: Answer.of(self._report()),
            ("POST", "/sandbox/switch"): self._turn,
            ("POST", "/sandbox/answer_next"): self._write,
            ("POST", "/sandbox/reset"): self._forget,
        }
        route = routes.get((request.method, request.path))
        return route(request) if route else Answer.of({"error": "no such page"}, status=404)

    def _is_ours(self, request: Request) -> bool:
        """Another site's page must neither read what is here (by a rebound name) nor turn switches."""
        host = request.headers.get("host", "")
        return bool(_LOOPBACK.fullmatch(host)) and request.headers.get("origin", f"http://{host}") == f"http://{host}"

    def _report(self) -> Record:
        ledger = self._ledger
        found: Record = {"events": ledger.events, "pairs": ledger.pairs(), "unpaired": ledger.unpaired()}
        found |= {"refusals": ledger.refusals, "requests": ledger.requests, "counted": ledger.counted()}
        return found | self._state()

    def _state(self) -> Record:
        return {"switches": self.switches, "switch_options": self._switches.details, "scripted": len(self._script)}

    def _turn(self, request: Request) -> Answer:
        return self._do(request, self._turn_one)

    def _turn_one(self, sent: dict[str, object]) -> None:
        on = sent.pop("on", True) not in _FALSE
        self._switches.turn(sent.pop("name", None), sent, on=on)

    def _write(self, request: Request) -> Answer:
        return self._do(request, self._script.write)

    def _forget(self, request: Request) -> Answer:
        return self._do(request, lambda _: self.reset())

    def _do(self, request: Request, verb: Callable[[dict[str, object]], None]) -> Answer:
        try:
            verb(request.fields())
        except (Refusal, ValueError) as error:
            return Answer.of({"error": str(error), "switches": list(SWITCHES)}, status=400)
        if request.encoding == "form" and "text/html" in request.headers.get("accept", ""):
            return Answer(303, headers={"Location": "/"})
        return Answer.of(self._state())


def _script(request: Request) -> Answer:
    headers = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
    return Answer(200, _SCRIPT.read_bytes(), "text/javascript; charset=utf-8", headers)
