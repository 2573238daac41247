"""The file of refused lines: each with its number and the reason, as its first columns, to be mended and imported itself."""

import csv
import json
import os
from pathlib import Path
from typing import Any, TextIO

from django.core.files import locks

from .doubts import CannotBegin
from .fields import LEFT_OUT
from .layout import Layout
from .records import Record

OURS_ALONE = 0o600
MOST_LINES = 100_000
MOST_SIGNS = 100_000_000
LINE, REASON = LEFT_OUT
ORIGINAL = "capi_original"


def beside(path: Path, *, is_json: bool) -> Path:
    """``till.csv`` has ``till.refused.csv`` beside it."""
    return path.with_name(f"{path.stem}.refused.{'jsonl' if is_json else 'csv'}")


class Refused:
    """Written anew by each run, by one at a time, and gone where nothing was refused. Only its owner may read it.

    ``left_out``: how many it has no room for.
    """

    def __init__(self, path: Path, layout: Layout) -> None:
        if path.resolve() == layout.path.resolve():
            raise CannotBegin(
                "The refused lines can't go into the file that they come from. Name another: --refused FILE"
            )
        self.path, self.layout = path, layout
        self.written = self.left_out = self.signs = 0

    def __enter__(self) -> "Refused":
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), OURS_ALONE)
        self.file: TextIO = open(handle, "w+", encoding="utf-8", errors="backslashreplace", newline="")  # noqa: PTH123
        if not self._is_ours_alone():
            self.file.close()
            raise CannotBegin("Another import of this file is under way.")
        self.file.truncate(0)
        self.path.chmod(OURS_ALONE)
        self.paper = JsonPaper(self.file) if self.layout.is_json else CsvPaper(self.file, self.layout)
        return self

    def __exit__(self, *error: object) -> None:
        if not self.written:
            self.path.unlink(missing_ok=True)
        self.file.close()  # with it goes the lock

    def _is_ours_alone(self) -> bool:
        """An import that ends removes the file: what was opened before that is no longer where it was."""
        if not locks.lock(self.file, locks.LOCK_EX | locks.LOCK_NB):
            return False
        return self.path.exists() and os.path.samestat(os.fstat(self.file.fileno()), self.path.stat())

    def add(self, record: Record, reason: str) -> None:
        if self.written >= MOST_LINES or self.signs > MOST_SIGNS:
            self.left_out += 1
            return
        self.written += 1
        self.signs += len(record.text)
        self.paper.write(record, reason)


class CsvPaper:
    def __init__(self, file: TextIO, layout: Layout) -> None:
        self.names = [name for name in layout.names if name not in LEFT_OUT]
        self.file, self.rows = file, csv.writer(file, delimiter=layout.delimiter)
        self.is_begun = False

    def write(self, record: Record, reason: str) -> None:
        if not self.is_begun:
            self.file.write("\ufeff")  # by which spreadsheets know UTF-8
            self.rows.writerow([LINE, REASON, *self.names])
            self.is_begun = True
        cells = [record.values[name] for name in self.names] if record.values else [record.text.rstrip("\r\n")]
        self.rows.writerow([record.line, reason, *cells])


class JsonPaper:
    def __init__(self, file: TextIO) -> None:
        self.file = file

    def write(self, record: Record, reason: str) -> None:
        values: dict[str, Any] = dict(record.values) if record.values else {ORIGINAL: record.text.rstrip("\r\n")}
        self.file.write(f"{json.dumps({LINE: record.line, REASON: reason, **values}, default=str)}\n")
