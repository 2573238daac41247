"""The lines of a file as text, each bounded, in whatever encoding it is."""

import codecs
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TextIO

from .doubts import CannotBegin

MAX_LINE = 100_000  # characters
SHOWN = 1000  # of what is longer
REPLACED = "\ufffd"
SURE = 9  # so many lines of one kind for each of the other
BOMS = {  # the longer ones first: UTF-32 begins as UTF-16 does
    codecs.BOM_UTF32_LE: "",
    codecs.BOM_UTF32_BE: "",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
OTHERS = "Try utf-8, utf-16, windows-1252 or latin-1."
NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}


class Line(NamedTuple):
    """``problem``: why nobody can read it. Its text is cut where it is too long."""

    number: int
    text: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Encoding:
    codec: str
    is_told: bool = False

    @property
    def is_wide(self) -> bool:
        """Of several bytes for each sign: broken ones can't be kept."""
        return self.codec.startswith(("utf-16", "utf-32"))

    @property
    def name(self) -> str:
        return NAMES.get(self.codec, self.codec)


class Lines:
    """One line after the other, and those again that were given back."""

    def __init__(self, file: TextIO, encoding: Encoding) -> None:
        self.file = file
        self.mark = REPLACED if encoding.is_wide else ""
        self.unreadable = f"is not text in {encoding.name}"
        self.number = 0
        self.returned: deque[Line] = deque()

    def __iter__(self) -> Iterator[Line]:
        return self

    def __next__(self) -> Line:
        if self.returned:
            return self.returned.popleft()
        text = self.file.readline(MAX_LINE + 1)
        if not text:
            raise StopIteration
        self.number += 1
        if len(text) > MAX_LINE:
            self._leave_the_rest(text)
            return Line(self.number, f"{text[:SHOWN]}...", f"is longer than {MAX_LINE:,} characters")
        return Line(self.number, text, self._problem(text))

    def give_back(self, lines: Iterable[Line]) -> None:
        self.returned.extendleft(reversed(list(lines)))

    def _leave_the_rest(self, text: str) -> None:
        while text and text[-1] not in "\r\n":
            text = self.file.readline(MAX_LINE)

    def _problem(self, text: str) -> str:
        if "\0" in text:
            return "holds a NUL byte"
        if text.isascii():
            return ""
        is_broken = (self.mark and self.mark in text) or any("\udc80" <= sign <= "\udcff" for sign in text)
        return self.unreadable if is_broken else ""


def open_text(path: Path, encoding: Encoding) -> TextIO:
    """Line ends stay as they are. Bytes that are not in this encoding become signs that no text has."""
    errors = "replace" if encoding.is_wide else "surrogateescape"
    return path.open(encoding=encoding.codec, errors=errors, newline="")


def told_encoding(name: str, path: Path) -> Encoding:
    """Raises :class:`CannotBegin` for one that Python does not know, or in which this file does not begin."""
    try:
        codec = codecs.lookup(name).name
        encoding = Encoding("utf-8-sig" if codec == "utf-8" else codec, is_told=True)
        with open_text(path, encoding) as file:  # which takes encodings of text alone
            file.read(1)
    except LookupError:
        raise CannotBegin(f"{name} is no encoding. {OTHERS}") from None
    except UnicodeError:
        raise CannotBegin(f"It is no text in {name}. {OTHERS}") from None
    return encoding


def find_encoding(path: Path) -> Encoding:
    """By the mark at its beginning, else by all of its lines. Raises :class:`CannotBegin` where that leaves a doubt."""
    with path.open("rb") as file:
        start = file.read(4)
        for mark, codec in BOMS.items():
            if start.startswith(mark):
                return _of_mark(codec)
        file.seek(0)
        good, bad = _counts(iter(lambda: file.readline(MAX_LINE), b""))
    if bad <= good // SURE:
        return Encoding("utf-8")
    if good <= bad // SURE:
        return Encoding("cp1252")
    raise CannotBegin(f"{good:,} lines look like UTF-8 and {bad:,} do not. Say which it is: --encoding.")


def _of_mark(codec: str) -> Encoding:
    if not codec:
        raise CannotBegin("This is UTF-32. Save the file as UTF-8.")
    return Encoding(codec)


def _counts(lines: Iterable[bytes]) -> tuple[int, int]:
    """How many lines with other signs than ASCII are UTF-8, and how many are not."""
    counts = [0, 0]
    for line in lines:
        if not line.isascii():
            counts[not _is_utf8(line)] += 1
    return counts[0], counts[1]


def _is_utf8(line: bytes) -> bool:
    try:
        # a piece of a long line may end within a sign
        codecs.getincrementaldecoder("utf-8")().decode(line, final=len(line) < MAX_LINE)
    except UnicodeDecodeError:
        return False
    return True
