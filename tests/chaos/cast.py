"""All processes of the run that are not servers: shops, beats, Celery workers, ``capi_deliver --watch``."""

import os
import signal
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from tests.brokers.processes import Process, worker_command
from tests.chaos.verdict import Trouble

APP = "tests.brokers.shop_app"
WATCH_INTERVAL = "0.7"
SWEEP = '{"schedule": 1.0, "expires": 1.0}'
RESTART_SECONDS = 0.4  # until a supervisor notices
AFTER_AN_ACCIDENT = 2.0  # it ended by itself: not at once again
SHOP, WORKER, WATCH, BEAT = "shop", "worker", "watch", "beat"


class Member:
    """One place in the cast, filled by one process after the other; each has a name of its own."""

    def __init__(self, role: str, name: str, command: list[str], env: Mapping[str, str], folder: Path) -> None:
        self.role, self.place, self.command, self.env, self.folder = role, name, command, env, folder
        self.process: Process | None = None
        self.incarnation = 0
        self.ended_at: float | None = None
        self.last_seen_at = time.time()
        self.was_killed = False
        self.is_wanted = True
        self.accidents = 0
        self.ends: list[Trouble] = []

    @property
    def name(self) -> str:
        return f"{self.place}.{self.incarnation}"

    @property
    def log(self) -> Path:
        return self.folder / f"{self.place}.log"

    @property
    def pid(self) -> int:
        return self.process.process.pid if self.process else 0

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.process.poll() is None

    def start(self) -> None:
        if self.ended_at is not None:  # its orphans went on until now
            self.clear()
            self.ends.append(Trouble("restart", self.name, self.last_seen_at, time.time()))
        self.incarnation += 1
        self.ended_at, self.was_killed = None, False
        self.process = Process(self.command, self.env | {"CHAOS_NAME": self.name}, self.log)

    def look_after(self) -> None:
        """As a supervisor does: what has ended is started again."""
        if self.is_alive:
            self.last_seen_at = time.time()
        if self.is_alive or not self.is_wanted:
            return
        if self.ended_at is None:
            self.ended_at = time.monotonic()
            self.accidents += not self.was_killed
        wait = RESTART_SECONDS if self.was_killed else AFTER_AN_ACCIDENT
        if time.monotonic() > self.ended_at + wait:
            self.start()

    def children(self) -> list[int]:
        with suppress(OSError):
            return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]
        return []

    def kill(self, *, group: bool) -> None:
        """Without its group its children are orphans for a moment, and go on."""
        self.was_killed = True
        (os.killpg if group else os.kill)(self.pid, signal.SIGKILL)

    def signal_group(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def clear(self) -> None:
        if self.process:
            self.process.kill()


class Cast:
    def __init__(self, folder: Path, env: Mapping[str, str], brokers: Mapping[str, str]) -> None:
        self.members: list[Member] = []
        self.journals: list[Path] = []
        self.folder = folder
        base = env | {"DJANGO_SETTINGS_MODULE": "tests.chaos.settings", "SHOP_APP": APP, "SHOP_SWEEP": SWEEP}
        for kind, url in brokers.items():
            self._hire_side(kind, base | {"CELERY_BROKER_URL": url, "SHOP_QUEUE": "chaos"})
        watch = [sys.executable, "-m", "django", "capi_deliver", "--watch", "--interval", WATCH_INTERVAL]
        self._hire(WATCH, "watch", [*watch, "--skip-checks"], base)  # they would not stand for so short a lease

    def _hire_side(self, kind: str, env: Mapping[str, str]) -> None:
        """One broker with two shops, its beat and two workers."""
        for number in (1, 2):
            name = f"{kind}-worker-{number}"
            self._hire(WORKER, name, worker_command("prefork", "--hostname", f"{name}@chaos"), env)
            self._open_shop(f"{kind}-shop-{number}", env)
        beat = [sys.executable, "-m", "celery", "-A", APP, "beat", "--schedule", str(self.folder / f"{kind}-beat")]
        self._hire(BEAT, f"{kind}-beat", [*beat, "--pidfile="], env)

    def _open_shop(self, name: str, env: Mapping[str, str]) -> None:
        self.journals.append(self.folder / f"{name}-journal")
        shop = [sys.executable, "-m", "tests.chaos.writer"]
        self._hire(SHOP, name, shop, env | {"CHAOS_JOURNAL": str(self.journals[-1])})

    def _hire(self, role: str, name: str, command: list[str], env: Mapping[str, str]) -> None:
        self.members.append(Member(role, name, command, env, self.folder))

    def those(self, *roles: str) -> list[Member]:
        return [member for member in self.members if member.role in roles]

    def look_after(self) -> None:
        for member in self.members:
            member.look_after()

    def dismiss(self, members: Iterable[Member], seconds: float) -> None:
        """They finish what they are at; who does not in time is ended."""
        members = list(members)
        for member in members:
            member.is_wanted = False
            if member.is_alive:
                os.kill(member.pid, signal.SIGTERM)
        ends = time.monotonic() + seconds
        while any(member.is_alive for member in members) and time.monotonic() < ends:
            time.sleep(0.05)
        for member in members:
            member.clear()

    def close(self) -> None:
        for member in self.members:
            member.is_wanted = False
            member.clear()
