"""Tables as files for a spreadsheet: no cell of them is a formula there."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

FORMULA = ("=", "+", "-", "@", "|", "%", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
MARK = "\ufeff"  # by which spreadsheets know UTF-8


def sheet(name: str, heads: Sequence[Any], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """``name``.csv, written row by row. Numbers stay numbers; a text that a spreadsheet would compute gets an apostrophe."""
    answer = StreamingHttpResponse(_lines(heads, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _lines(heads: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield MARK + writer.writerow(map(cell, heads))
    for row in rows:
        yield writer.writerow(map(cell, row))


def cell(value: Any) -> Any:
    """The value as a cell holds it."""
    if value is None or isinstance(value, int | float):
        return value
    text = str(value)
    runs = text.startswith(FORMULA) or text.lstrip().startswith(FORMULA)
    return f"'{text}" if runs and not _is_number(text) else text


def _is_number(text: str) -> bool:
    return text[:1] == "-" and text[1:].replace(".", "", 1).isdecimal()


class _Echo:
    """A file that gives each line back."""

    def write(self, line: str) -> str:
        return line
