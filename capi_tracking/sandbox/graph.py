"""Graph itself: who may, what is read, what is answered. Events come by ``POST /{version}/{pixel}/events``."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from .account import Account
from .advice import advise
from .errors import graph_error
from .faults import FAULTS, Visit, delayed, faulty, used
from .ledger import Ledger
from .parameters import read_options
from .reading import answer_reading
from .refusals import Refusal, parameter, unknown_path
from .rules import Doubts, check_batch
from .script import Script
from .switches import Switches
from .texts import pick_language
from .wire import Answer, Request, parse_json

__all__ = ["Account", "GraphApi"]

NEWEST_VERSION = 26
CANT_READ = 200
OLDEST_VERSION = 21  # older ones are upgraded by Graph itself, with a warning in the headers
_VERSION = re.compile(r"v(\d{1,3})\.0", re.ASCII)

Batch = dict[str, object]


@dataclass(slots=True, repr=False)
class GraphApi:
    """Answers as Graph does. ``switches`` and ``script`` are live: what is in them at the time of a request counts."""

    account: Account
    ledger: Ledger
    clock: Callable[[], float]
    doubts: Doubts = field(default_factory=Doubts)
    switches: Switches = field(default_factory=Switches)
    script: Script = field(default_factory=Script)

    def answer(self, version: str, tail: str, request: Request) -> Answer:
        """One request below ``/{version}/``: events are taken as a whole batch or refused as one."""
        pixel = _pixel_of(tail, request)
        batch: Batch = {"version": version, "trace": "A" + secrets.token_urlsafe(16), "token_in": ""}
        slow = self.switches.take("slow", pixel)
        try:
            answer = self._answer(tail, pixel, request, batch)
        except Refusal as refusal:
            answer = self._refuse(refusal, pixel, request, batch)
        return delayed(answer, slow)

    def _refuse(self, refusal: Refusal, pixel: str, request: Request, batch: Batch) -> Answer:
        self.ledger.refuse(refusal, self.clock(), pixel=pixel, **batch)
        language = pick_language(request.headers.get("accept-language", ""))
        body = refusal.body(language, str(batch["trace"]))
        return Answer.of(body, status=refusal.status, headers=refusal.headers)

    def _answer(self, tail: str, pixel: str, request: Request, batch: Batch) -> Answer:
        usage = used(self.switches.take("usage", pixel), pixel)
        take = partial(self._take, tail, pixel, request, batch)
        answer = self._faulty(Visit(pixel, request.path, take, partial(self._miss, pixel, batch)))
        return replace(answer, headers=usage | dict(answer.headers))

    def _miss(self, pixel: str, batch: Batch, reason: str) -> None:
        self.ledger.refuse_hit(reason, self.clock(), pixel, **batch)

    def _faulty(self, visit: Visit) -> Answer:
        if scripted := self.script.take(visit.pixel):
            return scripted.answer(visit)
        fault = self.switches.take(FAULTS, visit.pixel)
        return faulty(fault, visit) if fault else visit.take()

    def _take(self, tail: str, pixel: str, request: Request, batch: Batch) -> Answer:
        warning = _check_version(str(batch["version"]))
        _check_method(tail, request.method)
        given = _with_token(request, batch)
        self.account.check_token(given)
        if is_events_edge(tail):
            answer: Answer | None = self._take_events(pixel, given, batch, len(request.body))
        else:
            self._check_rights_to_read(pixel)
            answer = answer_reading(tail, request, self.account, self.ledger, self.clock())
        if answer is None:
            raise unknown_path("no such edge")
        return replace(answer, headers=warning | dict(answer.headers))

    def _check_rights_to_read(self, pixel: str) -> None:
        if fault := self.switches.take("send_only", pixel):
            raise graph_error(fault.whole("code", CANT_READ), reason="switch: send_only")

    def _take_events(self, pixel: str, given: dict[str, object], batch: Batch, size: int) -> Answer:
        self.account.check_pixel(pixel)
        events = _read_events(given)
        batch |= {"events": len(events)} | read_options(given)
        good, refusal = check_batch(events, self.clock(), self.doubts)
        if refusal is None or self.doubts.keeps_valid:
            self._record(pixel, good, batch, size // max(1, len(events)))
        if refusal:
            raise refusal
        return Answer.of({"events_received": len(events), "messages": [], "fbtrace_id": batch["trace"]})

    def _record(self, pixel: str, events: list[dict[str, object]], batch: Batch, size: int) -> None:
        token_in, at = batch["token_in"], self.clock()
        for event in events:
            name, event_id = str(event["event_name"]), str(event.get("event_id") or "")
            known = {"payload": event, "token_in": token_in, "batch": batch, "notes": advise(event)}
            self.ledger.add("server", pixel, name, event_id, at, size=size, **known)


def is_events_edge(tail: str) -> bool:
    """Whether this is where events are sent to."""
    return bool(re.fullmatch(r"[^/]+/events/?", tail))


def _pixel_of(tail: str, request: Request) -> str:
    node = tail.partition("/")[0]
    return (request.query.get("dataset_id", "") if node == "dataset_quality" else node)[:20]


def _check_version(version: str) -> dict[str, str]:
    known = _VERSION.fullmatch(version)
    if not known or int(known[1]) > NEWEST_VERSION:
        raise unknown_path("unknown version" if version else "the path names no version")
    if int(known[1]) < OLDEST_VERSION:
        return {"X-Ad-Api-Version-Warning": f"{version} was upgraded to v{OLDEST_VERSION}.0"}
    return {}


def _check_method(tail: str, method: str) -> None:
    wanted = "POST" if is_events_edge(tail) else "GET"
    if method != wanted:
        raise unknown_path(f"the edge takes {wanted} alone")


def _with_token(request: Request, batch: Batch) -> dict[str, object]:
    """The parameters of query and body. ``token_in`` says the worst place the token was in: a URL is logged by others."""
    sent = request.fields() if request.method == "POST" else {}
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    places = {"query": request.query.get("access_token"), "header": bearer, "body": sent.get("access_token")}
    place = next((name for name, token in places.items() if token), "")
    batch |= {"token_in": place, "encoding": request.encoding, "gzip": request.is_gzipped}
    return {**sent, **request.query, "access_token": places.get(place)}


def _read_events(given: dict[str, object]) -> list[object]:
    data = given.get("data")
    data = parse_json(data, "data") if isinstance(data, str) else data
    if not isinstance(data, list):
        raise parameter("data", "is missing or no list")
    return [parse_json(event, "data") if isinstance(event, str) else event for event in data]
