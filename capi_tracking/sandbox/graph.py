"""The edge ``POST /{version}/{pixel}/events``: who may, what is read, what is answered."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from .ledger import Ledger
from .refusals import Refusal, bad_proof, denied, parameter, throttled, unknown_path, unknown_pixel
from .rules import check_batch
from .texts import pick_language
from .wire import Answer, Request, parse_json

NEWEST_VERSION = 26
OLDEST_VERSION = 21  # older ones are upgraded by Graph itself, with a warning in the headers
MAX_PARTNER_AGENT = 22
_VERSION = re.compile(r"v(\d{1,3})\.0")
_PIXEL = re.compile(r"\d{1,20}")


@dataclass(slots=True, repr=False)
class Account:
    """What the sandbox knows of its owner. It has no repr: it holds the token."""

    token: str
    app_secret: str = ""
    pixels: frozenset[str] | None = None

    def check(self, pixel: str, given: dict[str, object]) -> None:
        """Raise a Refusal unless token, proof and pixel belong together."""
        token = given.get("access_token")
        if not (isinstance(token, str) and token):
            raise denied("no token")
        if not _same(token, self.token):
            raise denied("wrong token")
        self._check_proof(given.get("appsecret_proof"))
        if not _PIXEL.fullmatch(pixel) or (self.pixels is not None and pixel not in self.pixels):
            raise unknown_pixel()

    def _check_proof(self, given: object) -> None:
        if not self.app_secret:
            return
        proof = hmac.new(self.app_secret.encode(), self.token.encode(), hashlib.sha256).hexdigest()
        if not _same(str(given or ""), proof):
            raise bad_proof("appsecret_proof: missing or wrong")


@dataclass(slots=True, repr=False)
class GraphApi:
    """Answers as Graph does. ``switches`` is live: what is in it at the time of a request counts."""

    account: Account
    ledger: Ledger
    clock: Callable[[], float]
    switches: set[str] = field(default_factory=set)
    regain_minutes: int = 1

    def answer(self, version: str, pixel: str, request: Request) -> Answer:
        """Take the whole batch, or refuse the whole batch."""
        trace = "A" + secrets.token_urlsafe(16)
        batch: dict[str, object] = {"version": version, "trace": trace, "token_in": ""}
        try:
            return self._take(pixel, request, batch)
        except Refusal as refusal:
            self.ledger.refuse(refusal, self.clock(), pixel=pixel[:20], **batch)
            body = refusal.body(pick_language(request.headers.get("accept-language", "")), trace)
            return Answer.of(body, status=refusal.status, headers=refusal.headers)

    def _take(self, pixel: str, request: Request, batch: dict[str, object]) -> Answer:
        if "throttled" in self.switches:
            raise throttled(pixel, self.regain_minutes)
        warning = _check_version(request, str(batch["version"]))
        given = _with_token(request, batch)
        if "token" in self.switches:
            raise denied("switch: token", 460)
        self.account.check(pixel, given)
        events = _read_events(given)
        batch |= {"events": len(events)} | _read_options(given)
        self._record(pixel, check_batch(events, self.clock()), batch)
        answer = {"events_received": len(events), "messages": [], "fbtrace_id": batch["trace"]}
        return Answer.of(answer, headers=warning)

    def _record(self, pixel: str, events: list[dict[str, object]], batch: dict[str, object]) -> None:
        token_in, at = batch["token_in"], self.clock()
        for event in events:
            name, event_id = str(event["event_name"]), str(event.get("event_id") or "")
            self.ledger.add("server", pixel, name, event_id, at, payload=event, token_in=token_in, batch=batch)


def _check_version(request: Request, version: str) -> dict[str, str]:
    known = _VERSION.fullmatch(version)
    if request.method != "POST":
        raise unknown_path("the edge takes POST alone")
    if not known or int(known[1]) > NEWEST_VERSION:
        raise unknown_path("unknown version")
    if int(known[1]) < OLDEST_VERSION:
        return {"X-Ad-Api-Version-Warning": f"{version} was upgraded to v{OLDEST_VERSION}.0"}
    return {}


def _with_token(request: Request, batch: dict[str, object]) -> dict[str, object]:
    """The parameters of query and body. ``token_in`` says the worst place the token was in: a URL is logged by others."""
    sent = request.fields()
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


def _read_options(given: dict[str, object]) -> dict[str, object]:
    code, agent = given.get("test_event_code") or "", given.get("partner_agent") or ""
    if not isinstance(code, str):
        raise parameter("test_event_code", "is not a text")
    if not isinstance(agent, str) or len(agent) > MAX_PARTNER_AGENT or (agent and sum(map(str.isalpha, agent)) < 2):
        raise parameter("partner_agent", f"needs two letters and at most {MAX_PARTNER_AGENT} characters")
    return {"test_event_code": code, "partner_agent": agent, "has_proof": bool(given.get("appsecret_proof"))}


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode("utf-8", "replace"))
