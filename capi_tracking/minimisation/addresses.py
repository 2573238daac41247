"""Addresses as they may be stored and sent: without what tells who somebody is, or what they would rather not be seen at."""

from fnmatch import fnmatchcase
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from ..conf import conf
from . import detection

MAX_URL = 1000
MAX_READ = 8000  # characters of an address, and
MAX_PAIRS = 200  # parameters that are looked at: a beacon may bring thousands
IN_PATH = "%/:=&;$+,!?*@'~()[]"  # what a browser leaves as it is
LEFT_OUT = "-"
CAMPAIGN = ("fbclid", "utm_*")  # long words and numbers are what one expects there
ONLY_STARS = str.maketrans({"[": "[[]", "?": "[?]"})  # what capi.js knows too


def clean_url(url: str) -> str:
    """The address without user, fragment and the query parameters that are not in ``URL_PARAMETERS``; in ASCII alone.

    A parameter that holds an e-mail address, a phone or card number or a token goes too, and so does such a part of the
    path, if it is an address or a token. Of a page in ``SENSITIVE_PAGES`` the origin is left. "" for what is no address.
    """
    try:
        parts = urlsplit(url[:MAX_READ])
        pairs = parse_qsl("&".join(parts.query.split("&", MAX_PAIRS)[:MAX_PAIRS]), keep_blank_values=True)
        query = urlencode([pair for pair in pairs if _may_stay(*pair)])
        path = quote(_without_people(parts.path), safe=IN_PATH)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"}:
        return ""
    host = parts.netloc.rpartition("@")[2]
    if is_sensitive(parts.path):
        path, query = "/", ""
    return urlunsplit((parts.scheme, host, path, query, ""))[:MAX_URL] if host.isprintable() else ""


def origin_of(url: str) -> str:
    """The address without path and query; "" for none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/" if parts.netloc else ""


def is_sensitive(path: str) -> bool:
    """Whether a page with this path, quoted or not, is one of ``SENSITIVE_PAGES``: neither side fires there."""
    patterns = conf.SENSITIVE_PAGES
    return bool(patterns) and _fits(unquote(path), patterns)


def is_sensitive_address(url: str) -> bool:
    """The same of a whole address."""
    try:
        return is_sensitive(urlsplit(url[:MAX_READ]).path)
    except ValueError:
        return False


def _may_stay(name: str, value: str) -> bool:
    if not _fits(name, conf.URL_PARAMETERS):
        return False
    is_campaign = _fits(name, CAMPAIGN)
    return not (detection.found_in_id(name) or (detection.found_in_id if is_campaign else detection.found_in)(value))


def _fits(text: str, patterns: list[str] | tuple[str, ...]) -> bool:
    return any(fnmatchcase(text, pattern.translate(ONLY_STARS)) for pattern in patterns)


def _without_people(path: str) -> str:
    """Digits stay: they are the shop's own numbers."""
    if not detection.is_suspect(unquote(path)):
        return path
    return "/".join([LEFT_OUT if _tells(unquote(part)) else part for part in path.split("/")])


def _tells(part: str) -> bool:
    return detection.found_in(part) in {detection.EMAIL, detection.TOKEN} or bool(detection.found_in_id(part))
