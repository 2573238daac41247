"""Work that goes on at the same time: threads and processes with connections of their own, and bounded waits."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, TypeVar

from django.db import connections

PATIENCE = 30  # seconds for anything at all
Value = TypeVar("Value")


def wait_for(event: threading.Event) -> None:
    assert event.wait(PATIENCE), "nobody set the event"


class Worker(threading.Thread):
    """A thread whose result, or error, is had by ``outcome()``. It closes its connections."""

    def __init__(self, work: Callable[..., Any], *args: Any) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._args = args
        self.result: Any = None
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.result = self._work(*self._args)
        except BaseException as error:  # noqa: BLE001 (told to the test)
            self.error = error
        finally:
            connections.close_all()

    def outcome(self) -> Any:
        self.join(PATIENCE)
        assert not self.is_alive(), "the thread hangs"
        if self.error:
            raise self.error
        return self.result


class Process:
    """``python -m tests.services.programs NAME ARGUMENTS`` on the given database; says "ready" before it goes."""

    def __init__(self, url: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.services.programs", *arguments],
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def _output(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout

    def read(self) -> str:
        """The next line that it says."""
        found = Worker(self._output.readline).outcome().strip()
        return str(found)

    def go(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def finish(self) -> str:
        """All that it says until its end, which must be a good one."""
        said, errors = self._process.communicate(timeout=2 * PATIENCE)
        assert self._process.returncode == 0, errors
        return said

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream:
                stream.close()


@contextmanager
def processes(url: str, *commands: tuple[str, ...]) -> Iterator[list[Process]]:
    """All of them started and ready; whatever happens, none is left behind."""
    started = [Process(url, *command) for command in commands]
    try:
        for process in started:
            said = process.read()
            assert said == "ready", f"{said}{process.finish()}"
        yield started
    finally:
        for process in started:
            process.kill()
