"""Meta's Graph API over HTTPS: the only file that knows its codes."""

import gzip
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit

from django.core import checks

from ..conf import PixelSettings, conf, is_loopback
from ..exceptions import Denied, ImproperlyTracked, Rejected, Throttled, TransportError, Unreachable
from ..logs import Body, Plain, Secrets, Unshown
from .base import Acknowledgement, Batch, Transport, UnknownRefusal
from .clocks import ahead_by
from .exchange import CHUNK, MAX_ANSWER, Answer, exchange, session
from .wording import plain

__all__ = ["KINDS", "MAX_ANSWER", "Answer", "GraphTransport", "acknowledgement", "events_url", "failure", "session"]

JSON = {"Content-Type": "application/json"}
GZIP_LEVEL = 1  # more costs much time and saves little: most of it are hashes
MAX_TRACE_ID = 64
MAX_MESSAGE = 300
MAX_MESSAGES = 20
LONGEST_WAIT = timedelta(days=1)
POLICY_BLOCK = timedelta(days=1)
USAGE_HEADERS = ("X-App-Usage", "X-Business-Use-Case-Usage", "X-Ad-Account-Usage")
SHARE = re.compile(r'"(?:call_count|total_time|total_cputime|acc_id_util_pct)"\s*:\s*(\d{1,6})').findall
MAX_SHARE = 1000

OK = range(200, 300)
REDIRECTS = range(300, 400)
CLIENT_ERRORS = range(400, 500)
TOO_MANY_REQUESTS = 429
INVALID_PARAMETER = 100
POLICY = 368

# Code, or code and subcode, to kind. A subcode speaks first. Meta's texts decide nothing: they are localised.
KINDS: dict[int | tuple[int, int], type[TransportError]] = {
    1: Unreachable,  # unknown error
    2: Unreachable,  # service down
    5000: Unreachable,
    21009: Unreachable,  # data set not ready yet
    4: Throttled,
    17: Throttled,
    32: Throttled,
    341: Throttled,
    613: Throttled,
    80000: Throttled,
    80003: Throttled,
    80004: Throttled,
    80014: Throttled,
    POLICY: Throttled,  # blocked for policy: a day, and a person should look
    3: Denied,
    10: Denied,
    102: Denied,
    190: Denied,  # token
    **dict.fromkeys(range(200, 300), Denied),  # permissions
    803: Denied,
    2635: Denied,  # version no longer served
    (INVALID_PARAMETER, 33): Denied,  # no such pixel, or not for this token
    (INVALID_PARAMETER, 34): Denied,
    INVALID_PARAMETER: Rejected,
    **dict.fromkeys(
        [
            (INVALID_PARAMETER, 2804003),  # too old
            (INVALID_PARAMETER, 2804009),  # Purchase without value
            (INVALID_PARAMETER, 2804010),  # Purchase without currency
            (INVALID_PARAMETER, 2804016),  # not hashed
            (INVALID_PARAMETER, 2804030),
            (INVALID_PARAMETER, 2804036),  # lead_id
            (INVALID_PARAMETER, 2804043),  # extinfo
            (INVALID_PARAMETER, 2804050),  # too little user data
            (INVALID_PARAMETER, 2804063),
            (INVALID_PARAMETER, 2804066),
            (INVALID_PARAMETER, 2804072),
            (INVALID_PARAMETER, 2804087),
            (INVALID_PARAMETER, 2804116),
            (INVALID_PARAMETER, 2804118),
            (INVALID_PARAMETER, 2804132),
            (INVALID_PARAMETER, 2804001),  # known as permanent, meaning not confirmed
            (INVALID_PARAMETER, 2804007),
            (INVALID_PARAMETER, 2804017),
            (INVALID_PARAMETER, 2804019),
            (INVALID_PARAMETER, 2804048),
        ],
        Rejected,
    ),
}

# What exactly is denied, by code, or by code and subcode.
ABOUT: dict[int | tuple[int, int], str] = {
    102: "token",
    190: "token",
    **dict.fromkeys([3, 10, *range(200, 300)], "permission"),
    803: "pixel",
    (INVALID_PARAMETER, 33): "pixel",
    (INVALID_PARAMETER, 34): "pixel",
    2635: "version",
}


class GraphTransport(Transport):
    """One kept-alive session per process; the token travels in the body alone."""

    def __init__(self, pixel: PixelSettings) -> None:
        super().__init__(pixel)
        self.url = events_url(pixel)

    @property
    def is_live(self) -> bool:
        return not is_loopback(self.url)

    def send(self, batch: Batch) -> Acknowledgement:
        if not self.pixel.access_token or not self.pixel.pixel_id:
            raise Denied("PIXEL_ID or ACCESS_TOKEN is empty.")
        answer = self._post(self._body(batch))
        if answer.status in OK:
            return acknowledgement(answer, secrets=self._secrets())
        raise failure(answer, secrets=self._secrets())

    def reach(self) -> Acknowledgement:
        """By an empty list: Meta looks at token and pixel first, and then takes offence at the list."""
        try:
            return self.send(Batch(()))
        except Rejected as error:
            if (error.code, error.subcode) != (INVALID_PARAMETER, None):
                raise
            return Acknowledgement(trace_id=error.trace_id, http_status=error.http_status or 0)

    def ask(self, path: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        """With the token in a header: an address stands in the logs of all that it passes."""
        if not self.pixel.access_token:
            raise Denied("ACCESS_TOKEN is empty.", about="token")
        proof = Plain({"appsecret_proof": self._proof()} if self.pixel.app_secret else {})
        headers = {"Authorization": Unshown(f"Bearer {self.pixel.access_token}")}
        answer = exchange(
            "GET", graph_url(path), params=Plain({**parameters, **proof}), headers=headers, patience=self.patience
        )
        if answer.status in OK:
            return answer.body
        raise failure(answer, secrets=self._secrets())

    def check(self) -> Iterable[checks.CheckMessage]:
        # warnings: a developer without a token must be able to migrate, and a shop without one to sell
        place = f'In CAPI_TRACKING["PIXELS"]["{self.pixel.alias}"]:'
        if not (self.pixel.pixel_id.isascii() and self.pixel.pixel_id.isdecimal()):
            hint = f'{place} "PIXEL_ID": "1234567890" (Events Manager, Data sources, shows yours)'
            yield checks.Warning(
                f"PIXEL_ID of the pixel {self.pixel.alias!r} is not a number.", hint=hint, id="capi_tracking.W101"
            )
        if not self.pixel.access_token:
            hint = f'{place} "ACCESS_TOKEN": os.environ["META_ACCESS_TOKEN"] (Events Manager, Settings, makes one)'
            yield checks.Warning(
                f"ACCESS_TOKEN of the pixel {self.pixel.alias!r} is empty.", hint=hint, id="capi_tracking.W102"
            )

    def _body(self, batch: Batch) -> bytes:
        parameters = Plain({"access_token": self.pixel.access_token, "partner_agent": conf.PARTNER_AGENT})
        if self.pixel.app_secret:
            parameters["appsecret_proof"] = self._proof()
        if self.pixel.test_event_code:
            parameters["test_event_code"] = self.pixel.test_event_code
        said = Plain({name: value for name, value in parameters.items() if value})
        return Body(f'{{"data":{batch.text},{json.dumps(said)[1:]}'.encode())

    def _proof(self) -> str:
        key, message = self.pixel.app_secret.encode(), self.pixel.access_token.encode()
        return hmac.new(key, message, hashlib.sha256).hexdigest()

    def _secrets(self) -> Secrets:
        return Secrets([self.pixel.access_token, self.pixel.app_secret, self._proof() if self.pixel.app_secret else ""])

    def _post(self, body: bytes) -> Answer:
        data = Body(gzip.compress(body, GZIP_LEVEL)) if conf.GZIP else body
        headers = JSON | ({"Content-Encoding": "gzip"} if conf.GZIP else {})
        asked_at = datetime.now(UTC)
        answer = exchange("POST", self.url, data=data, headers=headers, patience=self.patience)
        self.ahead = ahead_by(answer.headers.get("Date"), asked_at)
        return answer


def events_url(pixel: PixelSettings) -> str:
    """Where this pixel's events go. Raises as :func:`graph_url` does."""
    return graph_url(f"{quote(pixel.pixel_id, safe='')}/events")


def graph_url(path: str) -> str:
    """An address of the Graph API. Raises :class:`ImproperlyTracked` unless https, or http on this machine."""
    base = str(conf.GRAPH_URL).rstrip("/")
    scheme = urlsplit(base).scheme
    is_plain = not set("@\\?#") & set(base)  # two parsers may read different hosts in what holds these
    if not is_plain or (scheme != "https" and not (scheme == "http" and is_loopback(base))):
        raise ImproperlyTracked("GRAPH_URL must begin with https:// (http:// only for this machine).")
    return f"{base}/{quote(conf.GRAPH_VERSION, safe='')}/{path}"


def acknowledgement(answer: Answer, *, secrets: Iterable[str] = ()) -> Acknowledgement:
    """What a 2xx says; an odd body leaves ``events_received`` None. Raises nothing: what Meta took must not go again."""
    messages, secrets = answer.body.get("messages"), Secrets(secrets)
    said = messages[:MAX_MESSAGES] if isinstance(messages, list) else []
    return Acknowledgement(
        events_received=_count(answer.body.get("events_received")),
        trace_id=plain(answer.body.get("fbtrace_id"), most=MAX_TRACE_ID, secrets=secrets),
        messages=tuple(plain(each, most=MAX_MESSAGE, secrets=secrets) for each in said),
        http_status=answer.status,
        usage=usage(answer.headers),
        retry_after=retry_after(answer.headers),
    )


def failure(answer: Answer, *, secrets: Iterable[str] = ()) -> TransportError:
    """The error that this answer means: by subcode, code and status, never by a text."""
    error, secrets = answer.body.get("error"), Secrets(secrets)
    error = error if isinstance(error, dict) else {}
    code, subcode = _count(error.get("code")), _count(error.get("error_subcode"))
    kind = _kind(code, subcode, transient=error.get("is_transient") is True) or _kind_of_status(answer.status, error)
    details: dict[str, Any] = {
        "http_status": answer.status,
        "code": code,
        "subcode": subcode,
        "trace_id": plain(error.get("fbtrace_id"), most=MAX_TRACE_ID, secrets=secrets),
    }
    if kind is Denied and code is not None:
        details["about"] = ABOUT.get((code, subcode or 0)) or ABOUT.get(code, "")
    if kind is Throttled:
        details["retry_after"] = POLICY_BLOCK if code == POLICY else retry_after(answer.headers)
    return kind(plain(error.get("message"), most=MAX_MESSAGE, secrets=secrets), **details)


def _kind(code: int | None, subcode: int | None, *, transient: bool) -> type[TransportError] | None:
    if code is not None and subcode is not None and (code, subcode) in KINDS:
        return KINDS[code, subcode]
    kind = KINDS.get(code) if code is not None else None
    return Unreachable if transient and kind is not Throttled else kind


def _kind_of_status(status: int, error: Mapping[str, Any]) -> type[TransportError]:
    if status == TOO_MANY_REQUESTS:
        return Throttled
    # without Meta's own error object somebody else answered, a proxy perhaps: no event may die of that
    return UnknownRefusal if status in CLIENT_ERRORS and error else Unreachable


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """How long Meta asks to wait: ``Retry-After``, or the longest of the usage headers' minutes. A day at most."""
    waits = [_retry_after_header(headers.get("Retry-After", ""))]
    waits += [timedelta(minutes=minutes) for minutes in _minutes(headers.get("X-Business-Use-Case-Usage", ""))]
    longest = max((wait for wait in waits if wait), default=None)
    return min(longest, LONGEST_WAIT) if longest else None


def _retry_after_header(text: str) -> timedelta | None:
    if text.isdecimal():
        return timedelta(seconds=min(int(text[:9]), LONGEST_WAIT.total_seconds()))
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return max(at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC), timedelta(0))


def usage(headers: Mapping[str, str]) -> int:
    """The highest share of an allowance that the usage headers tell, in percent."""
    texts = [headers.get(name, "")[:CHUNK] for name in USAGE_HEADERS]
    return max((min(int(share), MAX_SHARE) for text in texts for share in SHARE(text)), default=0)


def _minutes(text: str) -> list[int]:
    """Each ``estimated_time_to_regain_access`` of a usage header, in minutes, up to a day."""
    found = re.findall(r'"estimated_time_to_regain_access"\s*:\s*(\d{1,6})', text[:CHUNK])
    return [min(int(minutes), 24 * 60) for minutes in found]


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None
