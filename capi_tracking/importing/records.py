"""What the lines hold: a line of CSV or several, or an object of JSON on each."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

from .lines import Line, Lines

MOST_LINES = 50  # of one record: beyond it a quote was forgotten
OPEN_QUOTE = "opens a quote that is not closed"
BETWEEN = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """``values``: by the names of the columns. ``problem``: why there are none."""

    line: int
    text: str = field(repr=False)
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    problem: str = ""


class Feed:
    """Hands lines to the reader for one record, and knows whether it would have liked more."""

    def __init__(self, lines: Lines, first: Line) -> None:
        self.lines, self.first = lines, first
        self.taken: list[Line] = []
        self.is_short = False

    def __iter__(self) -> Iterator[str]:
        while (line := self._next()) is not None:
            self.taken.append(line)
            yield line.text
        self.is_short = True

    def _next(self) -> Line | None:
        if not self.taken:
            return self.first
        line = next(self.lines, None) if len(self.taken) < MOST_LINES else None
        if line is not None and line.problem:
            self.lines.give_back([line])
            return None
        return line


def read_csv(lines: Lines, delimiter: str, columns: Sequence[str]) -> Iterator[Record]:
    """A quote that was forgotten costs its own line: those that it would have swallowed are read for themselves."""
    for line in lines:
        if line.problem:
            yield Record(line=line.number, text=line.text, problem=line.problem)
        elif line.text.strip():
            record = _csv_record(lines, line, delimiter, columns)
            if record is not None:
                yield record


def _csv_record(lines: Lines, line: Line, delimiter: str, columns: Sequence[str]) -> Record | None:
    cells, taken, problem = cells_of(lines, line, delimiter)
    if not problem and not any(cell.strip() for cell in cells):
        return None
    while len(cells) > len(columns) and not cells[-1].strip():
        cells.pop()
    if not problem and len(cells) != len(columns):
        problem = f"has {len(cells)} fields, and the heading {len(columns)}"
    if problem:
        lines.give_back(taken[1:])
        return Record(line=line.number, text=line.text, problem=problem)
    text = "".join([each.text for each in taken])
    return Record(line=line.number, text=text, values=dict(zip(columns, cells, strict=True)))


def cells_of(lines: Lines, line: Line, delimiter: str) -> tuple[list[str], list[Line], str]:
    """The fields of the record that begins on this line, its lines, and what is wrong with it."""
    feed = Feed(lines, line)
    try:
        cells = next(csv.reader(feed, delimiter=delimiter), [])
    except csv.Error:
        return [], feed.taken, "is not CSV"
    return cells, feed.taken, OPEN_QUOTE if feed.is_short else ""


def read_json(lines: Lines) -> Iterator[Record]:
    """An object on each line."""
    for line in lines:
        if line.problem:
            yield Record(line=line.number, text=line.text, problem=line.problem)
        elif line.text.strip():
            yield _json_record(line)


def _json_record(line: Line) -> Record:
    try:
        found = json.loads(line.text, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return Record(line=line.number, text=line.text, problem="is not JSON")
    if not isinstance(found, dict):
        return Record(line=line.number, text=line.text, problem="is no JSON object")
    return Record(line=line.number, text=line.text, values=found)


def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """An object within the object, as ``outer.inner``; one level deep."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            found.update({f"{name}{BETWEEN}{inner}": each for inner, each in value.items()})
        else:
            found[name] = value
    return found


def is_item(values: Mapping[str, Any]) -> bool:
    """Whether it is written as the API takes it: the customer in an object of their own."""
    return isinstance(values.get("user_data"), dict)


def _no_number(_: str) -> NoReturn:
    raise ValueError
