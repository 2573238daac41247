"""Custom data without what tells who somebody is: the value goes, and a note says which parameter, never what it held."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from ..events import Content, CustomData
from . import detection

TEXTS = ("content_name", "content_category", "search_string", "status")
IDS = ("order_id", "item_number")
WORDS = ("title", "brand", "category")
FREE = frozenset({*TEXTS, "extra"})
LONGEST_NAME = 40
# A parameter of the shop's own that is called so holds digits that are nobody's.
ID_WORDS = frozenset({"id", "ids", "sku", "skus", "ean", "gtin", "upc", "isbn", "asin", "mpn", "barcode"})

_SAID = {
    detection.EMAIL: "an e-mail address",
    detection.PHONE: "a phone number",
    detection.CARD: "a card number",
    detection.TOKEN: "a token",
}


class LeftOut(NamedTuple):
    """A parameter that is not sent, and the kind of ``detection`` that is why. ``own``: the name of one of the shop's."""

    parameter: str
    kind: str
    own: str = ""

    @property
    def note(self) -> str:
        name = f"{self.parameter}.{self.own}" if self.own else self.parameter
        return f"{name}: held {_SAID[self.kind]}"


def scanned(data: CustomData) -> tuple[CustomData, tuple[LeftOut, ...]]:
    """The data without such values, and which. All texts are looked at once; nearly always that is all."""
    if not _is_suspect(data):
        return data, ()
    changes: dict[str, Any] = {}
    found = [*_texts(data, changes), *_ids(data, changes), *_contents(data, changes), *_extra(data, changes)]
    return (replace(data, **changes) if found else data), tuple(dict.fromkeys(found))


def _is_suspect(data: CustomData) -> bool:
    held = data.__dict__
    contents = held.get("contents", ())
    ids = [*held.get("content_ids", ()), *[content.id for content in contents]]
    ids += [held[name] for name in IDS if name in held]
    if ids and detection.is_suspect_id("\n".join(ids)):
        return True
    texts = [held[name] for name in TEXTS if name in held and type(held[name]) is str]
    texts += [each.__dict__[word] for each in contents for word in WORDS if word in each.__dict__]
    texts += _within(held["extra"]) if "extra" in held else ()
    return bool(texts) and detection.is_suspect("\n".join(texts)) is not None


def _within(value: object) -> Iterator[str]:
    """All texts in JSON-safe data, names included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield name
            yield from _within(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _within(member)


def _texts(data: CustomData, changes: dict[str, Any]) -> Iterator[LeftOut]:
    for name in TEXTS:
        text = data.__dict__.get(name)
        if isinstance(text, str) and (kind := detection.found_in(text)):
            changes[name] = ""
            yield LeftOut(name, kind)


def _ids(data: CustomData, changes: dict[str, Any]) -> Iterator[LeftOut]:
    for name in IDS:
        if kind := detection.found_in_id(data.__dict__.get(name, "")):
            changes[name] = ""
            yield LeftOut(name, kind)
    kinds = {each: kind for each in data.content_ids if (kind := detection.found_in_id(each))}
    if kinds:
        changes["content_ids"] = [each for each in data.content_ids if each not in kinds]
        yield from (LeftOut("content_ids", kind) for kind in kinds.values())


def _contents(data: CustomData, changes: dict[str, Any]) -> Iterator[LeftOut]:
    """A line whose id tells is left out whole."""
    kept: list[Content] = []
    for content in data.contents:
        if kind := detection.found_in_id(content.id):
            yield LeftOut("contents.id", kind)
            continue
        words = {word: kind for word in WORDS if (kind := detection.found_in(content.__dict__.get(word, "")))}
        yield from (LeftOut(f"contents.{word}", kind) for word, kind in words.items())
        cleared: dict[str, Any] = dict.fromkeys(words, "")
        kept.append(replace(content, **cleared) if cleared else content)
    if data.contents:
        changes["contents"] = kept


def _extra(data: CustomData, changes: dict[str, Any]) -> Iterator[LeftOut]:
    kinds = {name: kind for name, value in data.extra.items() if (kind := _kind_in(name, value))}
    if kinds:
        changes["extra"] = {name: value for name, value in data.extra.items() if name not in kinds}
    for name, kind in kinds.items():
        yield LeftOut("extra", kind, "" if detection.found_in(name) else name[:LONGEST_NAME])


def _kind_in(name: str, value: object) -> str:
    found = detection.found_in_id if not ID_WORDS.isdisjoint(name.lower().split("_")) else detection.found_in
    texts = (kind for text in _within(value) if (kind := found(text)))
    return detection.found_in(name) or next(texts, "")
