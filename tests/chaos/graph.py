"""Meta's stand-in: a sandbox of the run's own, or the one at ``--graph-url``. Nothing but loopback is spoken to."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from capi_tracking.conf import is_loopback
from capi_tracking.sandbox import Sandbox
from tests.chaos.verdict import Acceptance
from tests.watch import Hit, Watch

TIMEOUT = 60
USUAL_SECONDS = 0.15  # an answer of Meta's takes some time, in which a worker can be killed


class Unusable(Exception):
    """The Graph at that address can't be used; the message says why."""


class Graph(ABC):
    """Its faults are the sandbox's switches; what it took is noted by ``look()``."""

    url = ""
    may_refuse_token = False

    def __init__(self, token_file: Path) -> None:
        self.token_file = token_file
        self.accepted: list[Acceptance] = []
        self.orders: set[str] = set()
        self._watch = Watch(self.hits, self._take)

    @abstractmethod
    def hits(self) -> Iterable[Hit]: ...

    @abstractmethod
    def switch(self, name: str, *, on: bool = True, **options: object) -> None: ...

    @abstractmethod
    def answer_next(self, **answer: object) -> None: ...

    def look(self) -> None:
        self._watch.look()

    def calm(self) -> None:
        """As on a usual day."""
        self.switch("slow", seconds=USUAL_SECONDS)

    @abstractmethod
    def close(self) -> None:
        """Leave it as it was found."""

    def _take(self, hit: Hit) -> None:
        one = acceptance(hit)
        self.accepted.append(one)
        self.orders.add(one.order)


class OwnGraph(Graph):
    may_refuse_token = True

    def __init__(self, token_file: Path) -> None:
        super().__init__(token_file)
        self.sandbox = Sandbox().start()
        self.url, self.renewals = self.sandbox.url, 0
        token_file.write_text(self.sandbox.token)

    def hits(self) -> Iterable[Hit]:
        return self.sandbox.events

    def switch(self, name: str, *, on: bool = True, **options: object) -> None:
        self.sandbox.switch(name, on, **options)

    def answer_next(self, **answer: object) -> None:
        self.sandbox.answer_next(**answer)

    def revoke_token(self) -> None:
        self.renewals += 1
        self.sandbox.token = f"renewed-token-{self.renewals}"

    def renew_token(self) -> None:
        """A person puts the new one into the settings."""
        self.token_file.write_text(self.sandbox.token)

    def close(self) -> None:
        self.sandbox.stop()


class GivenGraph(Graph):
    """Somebody else's sandbox, over HTTP. Its switches are left off."""

    def __init__(self, token_file: Path, url: str, token: str) -> None:
        super().__init__(token_file)
        self.url, self.touched = checked(url), set[str]()
        token_file.write_text(token)
        found = self._ask("/sandbox/events.json")
        if "switches" not in found:
            raise Unusable(f"{self.url} is no sandbox: its switches and what it took can't be read.")
        self._watch.last = max((int(hit["number"]) for hit in found["events"]), default=0)

    def hits(self) -> Iterable[Hit]:
        return self._ask("/sandbox/events.json")["events"]

    def switch(self, name: str, *, on: bool = True, **options: object) -> None:
        self.touched.add(name)
        self._ask("/sandbox/switch", {"name": name, "on": on, **options})

    def answer_next(self, **answer: object) -> None:
        self._ask("/sandbox/answer_next", answer)

    def close(self) -> None:
        with suppress(Unusable):
            for name in sorted(self.touched):
                self.switch(name, on=False)

    def _ask(self, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.url + path, data, {"Content-Type": "application/json"})
        try:
            with urlopen(request, timeout=TIMEOUT) as answer:
                return json.load(answer)
        except (URLError, OSError, ValueError) as error:
            raise Unusable(f"{self.url}{path} can't be read as a sandbox's ({error}).") from error


def checked(url: str) -> str:
    """The address, if it is one on this machine: chaos is for nobody else."""
    if not (url.startswith("http://") and is_loopback(url)):
        raise Unusable(f"{url} is not on this machine: --graph-url takes http://127.0.0.1:PORT alone.")
    return url.rstrip("/")


def acceptance(hit: Hit) -> Acceptance:
    payload, batch = hit["payload"], hit["batch"]
    text = json.dumps(payload, sort_keys=True)
    return Acceptance(
        number=int(hit["number"]),
        event_id=str(hit["event_id"]),
        order=str(payload.get("custom_data", {}).get("order_id", "")),
        worker=str(batch.get("partner_agent", "")),
        trace=str(batch["trace"]),
        at=float(hit["received_at"]),
        content=hashlib.sha256(text.encode()).hexdigest(),
    )
