"""Child processes: each the leader of a group of its own, ended by that group's number, never by a name."""

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
STOP_SECONDS = 15
ANSWER_SECONDS = 60
PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """In the child, on Linux: nobody stays behind when the tests themselves are killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Process:
    """One child with its output in ``log``."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], log: Path, **options: Any) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command,
                env=os.environ | {"PYTHONPATH": str(ROOT)} | env,
                stderr=output,
                start_new_session=True,
                preexec_fn=end_with_parent,
                **({"stdin": subprocess.DEVNULL, "stdout": output, "cwd": ROOT} | options),
            )

    @property
    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-3000:]

    def check(self) -> None:
        assert self.process.poll() is None, f"It ended with {self.process.returncode}:\n{self.tail}"

    def wait(self, seconds: float) -> int:
        """Its exit code; one that does not end in time is an error."""
        return self.process.wait(seconds)

    def stop(self) -> None:
        """Ask, wait, then insist; afterwards nobody of its group is left."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_SECONDS)
        self.kill()

    def kill(self) -> None:
        """At once: nobody of its group is left."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(STOP_SECONDS)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()


class Till(Process):
    """A shop's process, see ``till.py``: ``till.ask("place", first=1, count=3)``."""

    def __init__(self, env: Mapping[str, str], log: Path, **options: Any) -> None:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        super().__init__([sys.executable, "-m", "tests.brokers.till"], env, log, **pipes, **options)

    def ask(self, verb: str, seconds: float = ANSWER_SECONDS, **arguments: Any) -> Any:
        self.tell(verb, **arguments)
        return self.answer(seconds)

    def tell(self, verb: str, **arguments: Any) -> None:
        """Without waiting for the ``answer()``."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([verb, arguments]).encode() + b"\n")
        self.process.stdin.flush()

    def answer(self, seconds: float = ANSWER_SECONDS) -> Any:
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        line = self.process.stdout.readline() if ready else b""
        assert line, f"The shop did not answer in {seconds:g} s:\n{self.tail}"
        return json.loads(line)


def worker_command(pool: str = "solo", *more: str) -> list[str]:
    concurrency = [] if pool == "solo" else ["--concurrency", "2"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    worker = [sys.executable, "-m", "celery", "-A", "tests.brokers.shop_app", "worker", "--loglevel", "INFO"]
    return [*worker, "--pool", pool, *concurrency, *quiet, *more]


def beat_command(folder: Path) -> list[str]:
    beat = [sys.executable, "-m", "celery", "-A", "tests.brokers.shop_app", "beat", "--loglevel", "INFO"]
    return [*beat, "--schedule", str(folder / "beat"), "--pidfile", str(folder / "beat.pid")]


def journal(path: Path, what: str) -> list[list[Any]]:
    """The lines of that kind: see ``shop_app``."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [line for line in map(json.loads, lines) if line[0] == what]
