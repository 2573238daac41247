"""Two hosts, one database, one broker: ``python -m tests.two_hosts [--rows 20000] [--database-url ...] [--broker-url ...]``.

A host is a working directory of its own, with a shop that places orders, beat (on the first), and Celery workers. Half of
the rows wait when the workers come, so that all of these are at it at once; the rest is ordered while they drain. What
the sandbox took is compared with what was ordered, event id by event id. The database, and everything in the broker, is
made for the run and removed after it.

The last line tells what came of it, and so does the exit status: 0 if each event was accepted once and both hosts had a
part (with less than some thousand rows, one of them may be done before the other has heard of it).
"""

import argparse
import os
import signal
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from capi_tracking.sandbox import Sandbox
from tests.watch import Watch
from tests.words import positive, say

DATABASE_URL = "postgres://postgres@127.0.0.1:5432/postgres"
BROKER_URL = "redis://127.0.0.1:6379/0"
HOSTS = ("a", "b")
BATCH_SIZE = 200
ORDERS_AT_ONCE = 20  # in one transaction
READY_SECONDS = 60
WRITE_SECONDS = 600
WORKERS_OF_A_HOST = ["--concurrency", "2"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.two_hosts", description=__doc__)
    parser.add_argument("--rows", type=positive, default=20_000)
    parser.add_argument("--database-url", default=os.environ.get("DATABASE_URL", DATABASE_URL))
    parser.add_argument("--broker-url", default=os.environ.get("CELERY_BROKER_URL", BROKER_URL))
    parser.add_argument("--seconds", type=positive, default=900, help="give up after so many (default: 900)")
    chosen = parser.parse_args()
    set_up(chosen.database_url, chosen.broker_url)
    if chosen.database_url.startswith("sqlite"):
        parser.error("two hosts share no file: --database-url=postgres://... or mysql://...")
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # clean up then too
    result = run(chosen.rows, chosen.seconds)
    say(result.line())
    return 0 if result.is_good else 1


def set_up(database_url: str, broker_url: str) -> None:
    """Django and the brokers' helpers read these when they are first imported."""
    os.environ |= {
        "DATABASE_URL": database_url,
        "CELERY_BROKER_URL": broker_url,
        "DJANGO_SETTINGS_MODULE": "tests.brokers.shop_settings",
        "SHOP_BATCH_SIZE": str(BATCH_SIZE),
    }
    import django

    django.setup()


@dataclass
class Result:
    rows: int
    ordered: set[str]
    accepted: Counter[str] = field(default_factory=Counter)
    statuses: dict[str, int] = field(default_factory=dict)
    shares: list[int] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def missing(self) -> int:
        return len(self.ordered - set(self.accepted))

    @property
    def doubled(self) -> int:
        return sum(count - 1 for count in self.accepted.values())

    @property
    def strange(self) -> int:
        """Accepted, and never ordered."""
        return len(set(self.accepted) - self.ordered)

    @property
    def is_good(self) -> bool:
        each_once = not (self.missing or self.doubled or self.strange)
        return each_once and self.statuses == {"sent": self.rows} and all(self.shares)

    def line(self) -> str:
        share = "/".join(map(str, self.shares))
        numbers = f"rows {self.rows}, accepted {len(self.accepted)}, doubled {self.doubled}, missing {self.missing}"
        odd = f", never ordered {self.strange}" if self.strange else ""
        odd += "" if self.statuses == {"sent": self.rows} else f", statuses {self.statuses}"
        return f"{numbers}{odd}, hosts {len(self.shares)} (share {share}), seconds {self.seconds:.1f}"


class Host:
    """Its own working directory, journal and processes; the till places its part of the orders from here."""

    def __init__(self, name: str, folder: Path, env: dict[str, str], closing: ExitStack) -> None:
        from tests.brokers.processes import Process

        self.name, self.folder, self.closing = name, folder, closing
        folder.mkdir()
        self.env = env | {"SHOP_JOURNAL": str(folder / "journal")}
        self.processes: list[Process] = []
        self.open_till(app="")  # wakes nobody yet

    def open_till(self, app: str) -> None:
        from tests.brokers.processes import Till

        self.till = self._keep(Till(self.env | {"SHOP_APP": app}, self.folder / "till.log", cwd=self.folder))

    def start_workers(self) -> None:
        from tests.brokers.processes import Process, beat_command, worker_command

        commands = {"worker": worker_command("prefork", "--hostname", f"worker@host-{self.name}", *WORKERS_OF_A_HOST)}
        if self.name == HOSTS[0]:
            commands["beat"] = beat_command(self.folder)
        for what, command in commands.items():
            self._keep(Process(command, self.env, self.folder / f"{what}.log", cwd=self.folder))

    def _keep(self, process: Any) -> Any:
        self.processes.append(process)
        self.closing.callback(process.stop)
        return process

    def check(self) -> None:
        for process in self.processes:
            process.check()

    def is_ready(self) -> bool:
        self.check()
        return bool(self._lines("ready"))

    @property
    def delivered(self) -> int:
        return sum(line[2] for line in self._lines("delivered"))

    def _lines(self, what: str) -> list[list]:
        from tests.brokers.processes import journal

        return journal(self.folder / "journal", what)


def run(rows: int, seconds: int) -> Result:
    result = Result(rows, {f"order-{number}" for number in range(1, rows + 1)})
    from tests.brokers.databases import own_database

    with ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="two-hosts-")))
        database_url = closing.enter_context(own_database())
        sandbox = closing.enter_context(Sandbox())
        env = closing.enter_context(own_queue(folder)) | {"DATABASE_URL": database_url, "SHOP_GRAPH_URL": sandbox.url}
        hosts = [Host(name, folder / f"host-{name}", env, closing) for name in HOSTS]
        try:
            drain(result, hosts, watched(sandbox, result), seconds)
        except BaseException:
            for process in (process for host in hosts for process in host.processes):
                sys.stderr.write(f"--- {process.log}\n{process.tail}\n")
            raise
    return result


def watched(sandbox: Sandbox, result: Result) -> Watch:
    return Watch(lambda: sandbox.events, lambda hit: result.accepted.update([str(hit["event_id"])]))


def drain(result: Result, hosts: list[Host], watch: Watch, seconds: int) -> None:
    from tests.waiting import until

    half = result.rows // 2
    place(hosts, 1, half)
    for host in hosts:
        host.till.answer(WRITE_SECONDS)
    say(f"Ordered {half}; now the workers of both hosts: {', '.join(str(host.folder) for host in hosts)}")
    for host in hosts:
        host.start_workers()
        host.open_till(app="tests.brokers.shop_app")
    until(lambda: all(host.is_ready() for host in hosts), "the workers of both hosts are ready", READY_SECONDS)
    started = time.monotonic()
    place(hosts, half + 1, result.rows - half)
    while len(result.accepted) < result.rows and time.monotonic() < started + seconds:
        for host in hosts:
            host.check()
        time.sleep(0.2)
        watch.look()
    result.seconds = time.monotonic() - started
    settle(result, hosts, watch)


def place(hosts: list[Host], first: int, count: int) -> None:
    """Both shops place their part at the same time."""
    for host, left in zip(hosts, range(len(hosts), 0, -1), strict=True):
        part = count // left
        host.till.tell("place", first=first, count=part, at_once=ORDERS_AT_ONCE)
        first, count = first + part, count - part


def settle(result: Result, hosts: list[Host], watch: Watch) -> None:
    """The last answer may be on its way into the table; a double would come in this time too."""
    for host in hosts:
        host.till.answer(WRITE_SECONDS)
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        result.statuses = hosts[0].till.ask("statuses")
        if set(result.statuses) == {"sent"} and sum(host.delivered for host in hosts) >= result.rows:
            break
        time.sleep(0.2)
    time.sleep(2)
    watch.look()
    result.shares = [host.delivered for host in hosts]


@contextmanager
def own_queue(folder: Path) -> Iterator[dict[str, str]]:
    """What the shops' processes need to know of the broker; everything of ours in it is removed at the end."""
    from tests.brokers.kinds import configured, make

    broker = make(configured(), f"capi-{uuid.uuid4().hex[:12]}", folder)
    try:
        yield broker.env()
    finally:
        broker.forget()


if __name__ == "__main__":
    sys.exit(main())
