"""What stands between the fields of a CSV file."""

import csv
from collections.abc import Sequence

from .doubts import CannotBegin

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
WORDS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "bar": "|", "pipe": "|"}
SAID = "sep="  # a first line that spreadsheets write, and hide


def told_separator(text: str) -> str:
    """One sign, or its name. Raises :class:`CannotBegin`."""
    found = WORDS.get(text.casefold(), text)
    if len(found) != 1 or found in '"\r\n\0' or found.isalnum():
        raise CannotBegin(
            "What stands between fields is one sign: --delimiter comma, semicolon, tab or bar, or that sign itself."
        )
    return found


def said_separator(line: str) -> str:
    """What the line itself says it is; "" if it says nothing."""
    said = line.rstrip("\r\n")
    return said[len(SAID) :] if said[: len(SAID)].lower() == SAID and len(said) == len(SAID) + 1 else ""


def find_separator(lines: Sequence[str]) -> str:
    """The sign that cuts these first lines, of which the first has the headings, into the same number of fields.

    Raises :class:`CannotBegin` where none does, or several do.
    """
    widths = {sign: [len(row) for row in _rows(lines, sign)] for sign in SEPARATORS}
    cutting = {sign: some for sign, some in widths.items() if some and some[0] > 1}
    even = [sign for sign, some in cutting.items() if some.count(some[0]) * 2 > len(some)]
    best = [sign for sign in even if cutting[sign][0] == max(cutting[each][0] for each in even)]
    if len(best) == 1:
        return best[0]
    raise CannotBegin("What stands between its fields is not clear. Say it: --delimiter semicolon, for example.")


def _rows(lines: Sequence[str], sign: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=sign))
    except csv.Error:
        return []
