"""From a record to an item as the ingestion takes it."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from ..exceptions import InvalidEvent
from ..logs import Plain
from .amounts import amount
from .fields import Field, Kind
from .fields import field as field_of
from .layout import Layout
from .records import flat, is_item

GRANTED = frozenset({"granted", "yes", "y", "true", "1", "ja", "j", "oui", "si", "sí"})
DENIED = frozenset({"denied", "no", "n", "false", "0", "nein", "non"})
STATES = frozenset({"limited", "unknown"})
UNKNOWN = "unknown"
SEPARATORS = str.maketrans(";|", ",,")


class Writer:
    """Writes the items of one file. What is the same for all its records is found once."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.rules: dict[Kind, Callable[[str, str], Any]] = {
            Kind.TEXT: lambda _, text: text,
            Kind.LIST: lambda _, text: [part.strip() for part in text.translate(SEPARATORS).split(",") if part.strip()],
            Kind.MONEY: lambda name, text: amount(name, text, layout.decimal),
            Kind.COUNT: _count,
            Kind.MOMENT: layout.moments.read,
            Kind.CONSENT: _consent,
        }
        self.constants = [
            (found, self._single(found, text)) for name, text in layout.constants.items() if (found := field_of(name))
        ]
        self.says_consent = bool(layout.columns.of("consent"))

    def item(self, values: Mapping[str, Any]) -> Plain:
        """Raises :class:`InvalidEvent`, whose field is that of the item."""
        if is_item(values):
            return self._completed(Plain(values))
        item, cells = Plain(), flat(values) if self.layout.is_json else values
        for found, columns in self.layout.columns.used.items():
            value = self._value(
                found, [each for column in columns if (each := _cleaned(cells.get(column))) is not None]
            )
            if value is not None:
                put(item, found.place, value)
        if self.says_consent:  # no policy speaks for who was asked and did not answer
            item.setdefault("consent", {}).setdefault("state", UNKNOWN)
        item.setdefault("user_data", Plain())
        return self._completed(item)

    def _value(self, found: Field, given: list[Any]) -> Any:
        if not given:
            return None
        if found.kind == Kind.SEVERAL:
            return given[0] if len(given) == 1 else given
        if len(given) == 1:
            return self._single(found, given[0])
        return self._single(found, (found.between or "").join(map(str, given)))

    def _single(self, found: Field, value: Any) -> Any:
        if isinstance(value, str) and found.kind in self.rules:
            return self.rules[found.kind](found.name, value)
        if isinstance(value, int) and found.name in {"event_id", "order_id"} and not isinstance(value, bool):
            return str(value)
        if isinstance(value, bool) and found.kind == Kind.CONSENT:
            return "granted" if value else "denied"
        return value

    def _completed(self, item: Plain) -> Plain:
        for found, value in self.constants:
            if _standing(item, found.place) in (None, ""):
                put(item, found.place, value)
        if not item.get("event_id"):
            item["event_id"] = _standing(item, ("custom_data", "order_id"))
        return item


def _cleaned(value: Any) -> Any:
    found = value.strip() if isinstance(value, str) else value
    return None if found == "" else found


def put(item: dict[str, Any], place: tuple[str, ...], value: Any) -> None:
    """Where it belongs in the item, if there is room for it."""
    *outer, last = place
    for name in outer:
        inner = item.setdefault(name, Plain())
        if not isinstance(inner, dict):
            return  # the ingestion says what is wrong with it
        item = inner
    item[last] = value


def _standing(item: Any, place: tuple[str, ...]) -> Any:
    for name in place:
        item = item.get(name) if isinstance(item, dict) else None
    return item


def _count(name: str, text: str) -> int | Decimal:
    if not (text.isascii() and text.isdecimal()) or len(text) > len("999999999"):
        raise InvalidEvent(name, "is no whole number")
    return int(text)


def _consent(name: str, text: str) -> str:
    """Nothing unclear passes for a grant."""
    said = text.casefold()
    if said in GRANTED or said in DENIED or said in STATES:
        return "granted" if said in GRANTED else "denied" if said in DENIED else said
    raise InvalidEvent(name, "is neither yes nor no: write granted, limited, denied or unknown")
