"""One request over HTTPS and its answer, within bounds: the only file that opens connections."""

import json
import os
import time
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any, NamedTuple

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from ..conf import conf
from ..exceptions import Unreachable

MAX_ANSWER = 1_000_000  # bytes; what Meta says to events is below one kilobyte
CHUNK = 65_536
CONNECTIONS = 8


class Answer(NamedTuple):
    """An HTTP answer, read within its bounds. ``body`` is {} where it was no JSON object."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]


def exchange(method: str, url: str, *, patience: timedelta | None = None, **request: Any) -> Answer:
    """Send it, follow no redirect, and wait no longer than the settings or ``patience`` say. Else :class:`Unreachable`."""
    connect, read = (
        min(timeout, patience or timeout).total_seconds() for timeout in (conf.CONNECT_TIMEOUT, conf.READ_TIMEOUT)
    )
    options: dict[str, Any] = {"timeout": (connect, read), "allow_redirects": False, "stream": True}
    try:
        with session(os.getpid()).request(method, url, **request, **options) as response:
            return Answer(response.status_code, response.headers, read_json(response, read))
    except (requests.RequestException, OSError, ValueError) as error:
        # "from None": the chain may quote the request
        raise Unreachable(type(error).__name__) from None


@lru_cache(maxsize=1)
def session(process_id: int) -> requests.Session:
    """One session a process: a forked child must not share its parent's sockets. No cookies, proxies or .netrc."""
    made = requests.Session()
    made.trust_env = False
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    made.headers.update({"User-Agent": "django-capi-tracking", "Accept-Encoding": "identity"})
    adapter = HTTPAdapter(pool_maxsize=CONNECTIONS, max_retries=0)
    made.mount("https://", adapter)
    made.mount("http://", adapter)
    return made


def read_json(response: requests.Response, seconds: float) -> dict[str, Any]:
    """The body's JSON object; {} if it is none, too long, too slow or cut off: the status counts all the same."""
    try:
        parsed = json.loads(read_bounded(response, seconds))
    except (HTTPError, OSError, ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def read_bounded(response: requests.Response, seconds: float) -> bytes:
    """At most MAX_ANSWER bytes within so many seconds altogether, however slowly they drip. Else ValueError."""
    read = getattr(response.raw, "read1", response.raw.read)
    deadline = time.monotonic() + seconds
    body = b""
    while chunk := read(CHUNK):
        body += chunk
        if len(body) > MAX_ANSWER or time.monotonic() > deadline:
            response.close()
            raise ValueError
    return body
