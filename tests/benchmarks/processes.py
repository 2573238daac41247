"""The sides as this process sees them: children that are asked, and that are gone when it ends."""

import json
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.brokers.processes import Process

PATIENCE = 3600.0  # seconds, for the longest verb of all


class SideFailed(Exception):
    """It did not answer; its last words are told."""


class Side(Process):
    """``side("build", count=100)``: what the verb returned. See ``sides/lines.py``."""

    def __init__(self, module: str, env: Mapping[str, str], log: Path, python: str) -> None:
        command = [python, "-m", f"tests.benchmarks.sides.{module}"]
        super().__init__(command, env, log, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(self, verb: str, **arguments: Any) -> Any:
        self.tell(verb, **arguments)
        return self.answer()

    def tell(self, verb: str, **arguments: Any) -> None:
        """Without waiting for the ``answer()``: two sides can be at it at the same time."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps([verb, arguments]).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise SideFailed(self.tail) from None

    @property
    def has_answered(self) -> bool:
        return bool(select.select([self.process.stdout], [], [], 0)[0])

    def answer(self) -> Any:
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        line = self.process.stdout.readline() if ready else b""
        if not line:
            raise SideFailed(self.tail)
        return json.loads(line)


class Stage:
    """Where the sides of one benchmark stand."""

    def __init__(self, folder: Path, closing: ExitStack) -> None:
        self.folder, self.closing = folder, closing
        self.number = 0

    def side(self, module: str, python: str = sys.executable, **env: str) -> Side:
        self.number += 1
        side = Side(module, env, self.folder / f"{module}-{self.number}.log", python)
        self.closing.callback(side.stop)
        return side

    def sink(self) -> tuple[Side, str]:
        """One, and its address."""
        sink = self.side("sink")
        return sink, f"http://127.0.0.1:{sink('ports')['http']}"


@contextmanager
def stage() -> Iterator[Stage]:
    with ExitStack() as closing:
        folder = closing.enter_context(tempfile.TemporaryDirectory(prefix="benchmarks-"))
        yield Stage(Path(folder), closing)
