"""The demo as its own process: what it says, what it starts, what it leaves behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120
STOP_SECONDS = 40
MARK = "TESTS_OF_THE_DEMO"
RUNNING = "Ctrl-C stops everything"
OURS = ("DJANGO_", "META_", "CELERY_", "DEMO_", "DATABASE_", "PYTHON", "COV", "VIRTUAL_ENV")


def two_ports() -> tuple[int, int]:
    """Free ones, for shop and sandbox."""
    with socket.socket() as first, socket.socket() as second:
        for listener in (first, second):
            listener.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]


def clean_environment() -> dict[str, str]:
    """What a newcomer's shell has: nothing of ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}


def interruptible() -> None:
    """In the child: a gate that runs in the background hands down an ignored Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


class Demo:
    """``with Demo(folder) as demo: demo.wait_for(RUNNING)``; afterwards nobody of it is left."""

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        ports: tuple[int, int] | None = None,
        env: Mapping[str, str] | None = None,
        command: Sequence[str] = (sys.executable, "manage.py", "demo"),
        cwd: Path = ROOT,
    ) -> None:
        self.folder, self.cwd, self.command = folder, cwd, [*command, *arguments]
        self.ports = ports = ports or two_ports()
        self.url, self.sandbox = (f"http://127.0.0.1:{port}" for port in ports)
        self.env = {"DEMO_DIR": str(folder), "DEMO_PORT": str(ports[0]), "DEMO_SANDBOX_PORT": str(ports[1])}
        self.env |= {MARK: uuid.uuid4().hex} | dict(env or {})
        self.log = folder.with_name(f"{folder.name}.out")

    def __enter__(self) -> "Demo":
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.cwd,
                env=clean_environment() | {"PYTHONUNBUFFERED": "1"} | self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=interruptible,
            )
        return self

    def __exit__(self, *exception: object) -> None:
        """End it whatever happened; its own pids, found by its own mark."""
        if self.process.poll() is None:
            self.signal(signal.SIGINT)
        try:
            self.process.wait(STOP_SECONDS)
        finally:
            for pid in self.left_behind():
                os.kill(pid, signal.SIGKILL)
            self.process.wait()

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for(self, words: str, seconds: float = START_SECONDS) -> None:
        """Until it has said so; an end before that is an error."""

        def said() -> bool:
            ended = self.process.poll() is not None
            if words in self.output:
                return True
            assert not ended, self.output
            return False

        until(said, words, seconds)

    def signal(self, number: int) -> None:
        """As a terminal does: to all of the foreground, the shell included. The demo's children stand apart."""
        os.killpg(self.process.pid, number)

    def end(self) -> int:
        """Its exit code, once it has ended and nobody of it is left."""
        code = self.process.wait(STOP_SECONDS)
        until(lambda: not self.left_behind(), "all its processes ended", seconds=10)
        return code

    def children(self, words: str) -> list[int]:
        """The demo's processes whose command line has these words."""
        return [pid for pid in self.left_behind() if words in command_line(pid)]

    def left_behind(self) -> list[int]:
        """Who runs with this demo's mark in the environment: all that it started, whoever their parent is by now."""
        mark = f"{MARK}={self.env[MARK]}\0".encode()
        return [pid for pid in pids() if mark in read(pid, "environ")]

    def lines(self) -> list[str]:
        return [line for line in self.output.splitlines() if line.strip()]

    def told(self) -> str:
        """The complaint of one that would not start: its one line after what it was doing."""
        (line,) = [line for line in self.lines() if not re.match(r"  \w.* \.\.\.$", line)]
        return line


def pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def read(pid: int, name: str) -> bytes:
    """Nothing for a process that is gone, or only waits to be collected."""
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def command_line(pid: int) -> str:
    return read(pid, "cmdline").replace(b"\0", b" ").decode(errors="replace")
