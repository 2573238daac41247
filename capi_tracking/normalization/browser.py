"""What Meta wants unhashed from a browser: its two cookies, the address, the agent.

Cookies are ``fb.{subdomain index}.{milliseconds}.{payload}``, maybe with a fifth segment that Meta's own library appends.
"""

import ipaddress
import re

MAX_USER_AGENT = 1000
MALFORMED_FBC = "malformed"  # no click itself: UserData.of() leaves it out and says why
MAX_CLICK = 520  # a click id of 500 characters and what stands before it

# A click id may hold dots itself, so what follows the time is one payload.
_CLICK = re.compile(r"fb\.[0-9]{1,2}\.[0-9]{13}\.[\w~%+=*-]+(?:\.[\w~%+=*-]+)*", re.ASCII).fullmatch
_PLAIN_CLICK = re.compile(r"fb\.[0-9]{1,2}\.[0-9]{13}\.[\w~%+=*-]+", re.ASCII).fullmatch
_IN_SEGMENTS = re.compile(r"[^.]+(?:\.[^.]+){3}(?:\.(?:[^.]{2}|[^.]{8}))?").fullmatch
_BROWSER = re.compile(r"fb\.[0-9]{1,2}\.[0-9]{13}\.[0-9]{1,20}(?:\.(?:[\w-]{2}|[\w-]{8}))?", re.ASCII).fullmatch

# First octets whose whole block is public: these need no look into the tables of ``ipaddress``.
_PUBLIC_V4 = re.compile(
    r"(?!(?:10|100|127|169|172|192|198|203)\.)(?:[1-9][0-9]?|1[0-9]{2}|2[01][0-9]|22[0-3])"
    r"(?:\.(?:0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])){3}"
).fullmatch
_WITH_PORT = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}").fullmatch


def fbc(text: str) -> str:
    """The click cookie, verbatim but for a click id's own dots; "" if it is malformed (a time in seconds included)."""
    stripped = text.strip()
    if len(stripped) <= MAX_CLICK and _PLAIN_CLICK(stripped):
        return stripped
    return _whole(stripped) if len(stripped) <= MAX_CLICK and _CLICK(stripped) else ""


def told_fbc(text: str) -> str:
    """The click cookie as it is told on: of a malformed one only that it was there, so that it can be counted."""
    return fbc(text) or (MALFORMED_FBC if text.strip() else "")


def _whole(cookie: str) -> str:
    """Meta takes four segments, or five: the pixel's own script writes other dots in this way."""
    if _IN_SEGMENTS(cookie):
        return cookie
    *head, payload = cookie.split(".", 3)
    return ".".join([*head, payload.replace(".", "__DOT__")])


def fbp(text: str) -> str:
    """The browser cookie, verbatim; "" if it is malformed."""
    stripped = text.strip()
    return stripped if _BROWSER(stripped) else ""


def client_ip(text: str) -> str:
    """A public IPv4 or IPv6 address in its shortest form, without a port; "" for anything else."""
    stripped = text.strip()
    return stripped if _PUBLIC_V4(stripped) else _public_address(stripped)


def _public_address(text: str) -> str:
    found = address(text)
    return found if found and (known := ipaddress.ip_address(found)).is_global and not known.is_multicast else ""


def address(text: str) -> str:
    """Any address in its shortest form, without a port, an IPv4 one as such; "" for anything else."""
    stripped = text.strip()
    if ported := _WITH_PORT(stripped):
        stripped = ported[1] or ported[2]
    try:
        found = ipaddress.ip_address(stripped)
    except ValueError:
        return ""
    return "" if "%" in stripped else str(getattr(found, "ipv4_mapped", None) or found)


def user_agent(text: str) -> str:
    """One printable line of at most 1,000 characters."""
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text)
    return text.strip()[:MAX_USER_AGENT].rstrip()
