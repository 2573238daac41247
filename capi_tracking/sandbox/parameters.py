"""The parameters of a request beside its events and its token."""

from collections.abc import Callable

from .refusals import parameter
from .shapes import is_integer, is_object
from .wire import parse_json

MAX_PARTNER_AGENT = 22
UPLOAD_TEXTS = ("namespace_id", "upload_id", "upload_tag", "upload_source")


def read_options(given: dict[str, object]) -> dict[str, object]:
    """What is noted of them; raises a Refusal for one of the wrong type. Unknown ones are ignored, as Graph does."""
    for name, check in _CHECKS.items():
        if given.get(name) not in (None, ""):
            check(name, given[name])
    code, agent = str(given.get("test_event_code") or ""), str(given.get("partner_agent") or "")
    return {"test_event_code": code, "partner_agent": agent, "has_proof": bool(given.get("appsecret_proof"))}


def _text(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise parameter(name, "is not a text")


def _upload(name: str, value: object) -> None:
    """Left over from offline uploads; what they mean is not documented, so numbers pass too."""
    if not (isinstance(value, str) or is_integer(value)):
        raise parameter(name, "is not a text")


def _agent(name: str, value: object) -> None:
    if not isinstance(value, str) or len(value) > MAX_PARTNER_AGENT or sum(map(str.isalpha, value)) < 2:
        raise parameter(name, f"needs two letters and at most {MAX_PARTNER_AGENT} characters")


def _platforms(name: str, value: object) -> None:
    found = _structure(name, value)
    if not (isinstance(found, list) and all(is_object(one) for one in found)):
        raise parameter(name, "is not a list of objects")


def _progress(name: str, value: object) -> None:
    if not is_object(_structure(name, value)):
        raise parameter(name, "is not an object")


def _trace(name: str, value: object) -> None:
    number = _structure(name, value)
    if not (is_integer(number) and number >= 0):
        raise parameter(name, "is not a whole number")


def _structure(name: str, value: object) -> object:
    return parse_json(value, name) if isinstance(value, str) else value


_CHECKS: dict[str, Callable[[str, object], None]] = {
    "test_event_code": _text,
    "partner_agent": _agent,
    **dict.fromkeys(UPLOAD_TEXTS, _upload),
    "platforms": _platforms,
    "progress": _progress,
    "trace": _trace,
}
