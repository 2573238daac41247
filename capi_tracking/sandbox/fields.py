"""Graph's field expressions: ``web{event_name,event_coverage{percentage}}``."""

import re
from collections import deque
from collections.abc import Mapping

from .refusals import Refusal, parameter

MAX_LENGTH = 4_000
MAX_DEPTH = 8

Selection = dict[str, "Selection"]
Shape = Mapping[str, "Shape"]

_TOKEN = re.compile(r"\w{1,80}|[{},]", re.ASCII)


def read_fields(text: str, shape: Shape) -> Selection:
    """The wanted fields, nested; a name without braces wants all below it. Raises a Refusal for what ``shape`` lacks."""
    tokens = deque(_TOKEN.findall(text[:MAX_LENGTH]))
    if "".join(tokens) != "".join(text.split()):
        raise parameter("fields", "holds a character that no expression has, or is too long")
    selection = _read_list(tokens, 1)
    if tokens:
        raise parameter("fields", f"ends too early, before {tokens[0]!r}")
    _check(selection, shape, "fields")
    return selection


def choose(value: object, selection: Selection) -> object:
    """What ``selection`` leaves of ``value``."""
    if isinstance(value, list):
        return [choose(one, selection) for one in value]
    if not selection or not isinstance(value, dict):
        return value
    return {name: choose(value[name], inner) for name, inner in selection.items() if name in value}


def _read_list(tokens: deque[str], depth: int) -> Selection:
    found: Selection = {}
    while True:
        name = _take_name(tokens)
        found.setdefault(name, {}).update(_read_inner(tokens, depth))
        if not tokens or tokens[0] != ",":
            return found
        tokens.popleft()


def _take_name(tokens: deque[str]) -> str:
    if not tokens or tokens[0] in "{},":
        raise parameter("fields", "lacks a name")
    return tokens.popleft()


def _read_inner(tokens: deque[str], depth: int) -> Selection:
    if not tokens or tokens[0] != "{":
        return {}
    if depth == MAX_DEPTH:
        raise parameter("fields", f"is nested more than {MAX_DEPTH} deep")
    tokens.popleft()
    inner = _read_list(tokens, depth + 1)
    if not tokens or tokens.popleft() != "}":
        raise parameter("fields", "lacks a closing brace")
    return inner


def _check(selection: Selection, shape: Shape, where: str) -> None:
    for name, inner in selection.items():
        if name not in shape:
            raise _nonexisting(name, where)
        _check(inner, shape[name], name)


def _nonexisting(name: str, where: str) -> Refusal:
    return Refusal(
        f"fields: {where} has no {name[:80]}",
        message=f"(#100) Tried accessing nonexisting field ({name[:80]})",
        key="fields",
    )
