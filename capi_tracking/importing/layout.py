"""How a file is laid out: what was told of it, and what its first lines show. Decided before anything is imported."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ..events import StandardEvent
from .amounts import find_decimal
from .columns import Columns, assign, named_apart
from .doubts import CannotBegin
from .fields import FIELDS, Kind, nearest
from .fields import field as field_of
from .lines import Encoding, Line, Lines, find_encoding, open_text, told_encoding
from .moments import Moments, find_order
from .records import Record, cells_of, flat, is_item, read_csv, read_json
from .separators import find_separator, said_separator, told_separator

LOOKED_AT = 500  # records
FIRST_LINES = 10
MOST_COLUMNS = 500
NEEDED = ("event_name", "event_time", "action_source")
OF_PURCHASES = ("value", "currency")
OF_ONE_EVENT = ("event_id", "order_id", "order_key")
EXAMPLES = {"event_name": "Purchase", "action_source": "physical_store", "currency": "EUR"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the person who imports says. ``mapping``: pairs of a field and a column; ``constants``: by field."""

    encoding: str = ""
    delimiter: str = ""
    decimal: str = ""
    order: str = ""
    zone: ZoneInfo | None = None
    at: time | None = None
    mapping: Sequence[tuple[str, str]] = ()
    constants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """``delimiter``: "" for JSON lines. ``begins``: the number of the first line after the headings.

    ``are_items``: the first records are written as the API takes them, so no column need be known.
    """

    path: Path
    encoding: Encoding
    delimiter: str
    begins: int
    names: tuple[str, ...]
    columns: Columns
    decimal: str
    moments: Moments
    constants: Mapping[str, str]
    are_items: bool

    @property
    def is_json(self) -> bool:
        return not self.delimiter

    def records(self, lines: Lines) -> Iterator[Record]:
        """All that follow the headings."""
        if self.is_json:
            return read_json(lines)
        for line in lines:
            if line.number >= self.begins:
                lines.give_back([line])
                break
        return read_csv(lines, self.delimiter, self.names)


def look(path: Path, told: Told) -> Layout:
    """Raises :class:`CannotBegin` with what to type, and OSError."""
    _check(told.constants)
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise CannotBegin("It is read more than once, so it must be a file: save there what comes from a pipe.")
    encoding = told_encoding(told.encoding, path) if told.encoding else find_encoding(path)
    with open_text(path, encoding) as file:
        lines = Lines(file, encoding)
        first = list(islice(lines, FIRST_LINES))
        _check_beginning(first)
        lines.give_back(first)
        delimiter, names = ("", ()) if first[0].text.lstrip()[:1] == "{" else _headings(lines, first, told)
        begins = lines.number - len(lines.returned) + 1
        records = read_csv(lines, delimiter, names) if delimiter else read_json(lines)
        head = [record.values for record in islice(records, LOOKED_AT) if not record.problem]
    return _of_head(path, encoding, delimiter, begins, names, head, told)


def _of_head(
    path: Path,
    encoding: Encoding,
    delimiter: str,
    begins: int,
    names: tuple[str, ...],
    head: list[Mapping[str, Any]],
    told: Told,
) -> Layout:
    plain = [flat(values) for values in head if not is_item(values)]
    are_items = bool(head) and not plain
    names = names or named_apart(dict.fromkeys(name for values in plain for name in values))
    columns = assign(names[:MOST_COLUMNS], told.mapping)
    if not are_items:
        _check_complete(columns, told.constants)
    return Layout(
        path=path,
        encoding=encoding,
        delimiter=delimiter,
        begins=begins,
        names=names,
        columns=columns,
        decimal=told.decimal or find_decimal(_texts(plain, columns, Kind.MONEY)),
        moments=Moments(
            order=told.order or find_order(_texts(plain, columns, Kind.MOMENT)), zone=told.zone, at=told.at
        ),
        constants=told.constants,
        are_items=are_items,
    )


def _headings(lines: Lines, first: Sequence[Line], told: Told) -> tuple[str, tuple[str, ...]]:
    said = said_separator(first[0].text)
    if said:
        next(lines)
    texts = [line.text for line in first[bool(said) :]]
    if not texts:
        raise CannotBegin("There are no headings.")
    known = told.delimiter or said
    delimiter = told_separator(known) if known else find_separator(texts)
    cells, _, problem = cells_of(lines, next(lines), delimiter)
    if problem or len(cells) > MOST_COLUMNS:
        raise CannotBegin(f"Its first line must name the columns, {MOST_COLUMNS} at most.")
    return delimiter, named_apart(cells)


def _check_beginning(first: Sequence[Line]) -> None:
    if not any(line.text.strip("\ufeff \t\r\n") for line in first):
        raise CannotBegin("It is empty.")
    if first[0].problem:
        raise CannotBegin(f"Its first line {first[0].problem}.")
    if first[0].text.lstrip()[:1] == "[":
        raise CannotBegin("This is one JSON array. Write one object on each line: jq -c '.[]' does that.")


def _check(constants: Mapping[str, str]) -> None:
    for name in constants:
        found = field_of(name)
        if found is None:
            raise CannotBegin(f"{name} is no field of an event.{nearest(name)}")
        if found.name in OF_ONE_EVENT:
            raise CannotBegin(
                f"{found.name} tells the lines apart, so it can't be the same for all: --map {name}=COLUMN"
            )
        if found.place[0] == "consent":
            raise CannotBegin("Consent for all lines is a policy with a name: --consent-policy NAME")


def _check_complete(columns: Columns, constants: Mapping[str, str]) -> None:
    """What an event can't be without, before the first of a million lines is refused for it."""
    known = {each.name for each in columns.used} | set(constants)
    if not columns.used:
        raise CannotBegin(
            f"None of its {len(columns.others)} headings is known. Its first line must name the columns; say which is "
            "which: --map email=COLUMN"
        )
    if not known & {"event_id", "order_id"}:
        raise CannotBegin(
            "Nothing tells its lines apart, so a second run would count them again. Say which column has the number of "
            "the receipt or the order: --map order_id=COLUMN"
        )
    is_sale = constants.get("event_name") == StandardEvent.PURCHASE
    for name in (*NEEDED, *(OF_PURCHASES if is_sale else ())):
        if name not in known:
            raise CannotBegin(f"No column is {name}. Say it: --map {name}=COLUMN{_or_for_all(name)}")
    if not any(FIELDS[name].place[0] == "user_data" for name in known if name in FIELDS):
        raise CannotBegin("No column tells who the customer is: --map email=COLUMN or --map phone=COLUMN")


def _or_for_all(name: str) -> str:
    return f", or for all lines: --set {name}={EXAMPLES[name]}" if name in EXAMPLES else ""


def _texts(head: Sequence[Mapping[str, Any]], columns: Columns, kind: Kind) -> list[str]:
    names = [some for each, some in columns.used.items() if each.kind == kind]
    found = (" ".join(str(values.get(name) or "").strip() for name in some) for some in names for values in head)
    return [text for text in found if text.strip()]
