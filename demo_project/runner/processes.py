"""The demo's child processes: started, waited for, watched, and ended by their own pid, never by name."""

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from demo_project.runner.interrupts import Interrupts

START_SECONDS = 60
STOP_SECONDS = 8
POLL_SECONDS = 0.2
TAIL_LINES = 15
TAIL_BYTES = 16_000
PR_SET_PDEATHSIG = 1


class DemoFailed(Exception):
    """The demo can't start or go on; the message says why, and ends with a child's last output if one died."""


def always() -> bool:
    return True


@dataclass
class Child:
    """One process, the leader of its own group, so that Ctrl-C reaches only the demo, which then ends them in order.

    ``answers`` says whether it does its work yet, ``wanted`` whether it should. Its output goes to ``log``.
    """

    name: str
    command: Sequence[str]
    log: Path
    answers: Callable[[], bool]
    wanted: Callable[[], bool] = always
    process: subprocess.Popen | None = field(default=None, init=False, repr=False)

    def start(self, *, cwd: Path, env: Mapping[str, str]) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 (our own command)
                self.command,
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=partial(end_with_parent, os.getpid()) if sys.platform == "linux" else None,
            )

    def obey(self, *, cwd: Path, env: Mapping[str, str]) -> None:
        """Follow ``wanted``: stop, or start again."""
        if self.process and not self.wanted():
            self.stop()
        elif not self.process and self.wanted():
            self.start(cwd=cwd, env=env)

    def check(self) -> None:
        """Raise ``DemoFailed`` if it ended and nobody had stopped it."""
        code = self.process.poll() if self.process else None
        if code is not None:
            raise DemoFailed(f"The {self.name} ended by itself (exit code {code}).\n{self.tail()}")

    def tail(self) -> str:
        """Its last lines of output, and where the rest is."""
        with self.log.open("rb") as output:
            output.seek(max(0, self.log.stat().st_size - TAIL_BYTES))
            lines = deque(output.read().decode(errors="replace").splitlines(), maxlen=TAIL_LINES)
        return "\n".join([*(f"    {line}" for line in lines), f"    ({self.log})"])

    def stop(self) -> None:
        """Ask, wait, then insist; afterwards nobody of its group is left."""
        if self.process is None:
            return
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_SECONDS)
        kill_group(self.process)
        self.process.wait()
        self.process = None


def kill_group(process: subprocess.Popen) -> None:
    """Kill the process and those it started (Celery's beat): the group bears the leader's pid."""
    if not hasattr(os, "killpg"):
        process.kill()
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def end_with_parent(parent: int) -> None:
    """In the child: ask Linux for a SIGTERM when the demo itself is killed, so that even then nobody stays behind."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it was killed before we asked
        os._exit(1)


class Children:
    """Starts them all, stops them all in the opposite order, whatever happens between.

    Inside, a signal waits until everybody is accounted for: no moment leaves a process behind.
    ``with Children(cwd=..., env=..., interrupts=...) as children: children.start([...]); children.watch()``
    """

    def __init__(self, *, cwd: Path, env: Mapping[str, str], interrupts: Interrupts) -> None:
        self.cwd, self.env, self.interrupts = cwd, env, interrupts
        self.started: list[Child] = []

    def __enter__(self) -> "Children":
        self.interrupts.hold()
        return self

    def __exit__(self, *exception: object) -> None:
        for child in reversed(self.started):
            child.stop()
        self.interrupts.release()

    def start(self, children: Sequence[Child]) -> None:
        """Start side by side, then wait until every one answers."""
        for child in children:
            self.interrupts.check()
            self.started.append(child)
            child.start(cwd=self.cwd, env=self.env)
        deadline = time.monotonic() + START_SECONDS
        for child in children:
            self.wait(child, deadline)

    def wait(self, child: Child, deadline: float) -> None:
        """Return once it answers; raise ``DemoFailed`` if it dies or ``deadline`` (monotonic) passes first."""
        while not child.answers():
            child.check()
            if time.monotonic() > deadline:
                raise DemoFailed(f"The {child.name} did not answer in {START_SECONDS} seconds.\n{child.tail()}")
            self.pause()

    def watch(self) -> None:
        """Until the end of days, or of a child that nobody stopped."""
        while True:
            self.look()
            self.pause()

    def look(self) -> None:
        for child in self.started:
            child.obey(cwd=self.cwd, env=self.env)
            child.check()

    def pause(self) -> None:
        """A moment; a signal of before or meanwhile ends the wait."""
        self.interrupts.check()
        time.sleep(POLL_SECONDS)


def port_is_free(port: int) -> bool:
    """Could we listen on this port of the loopback address?"""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def answers_http(port: int, path: str) -> Callable[[], bool]:
    """Asks once, for at most two seconds: does anything but a server error come back?"""

    def ask() -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", path)
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ask
