"""A shop per test: its database, its broker, its Meta, and the processes that it starts, all ended afterwards."""

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from capi_tracking.sandbox import Sandbox
from tests.brokers.databases import forget_rows, migrate, own_database
from tests.brokers.kinds import KINDS, Broker, configured, make
from tests.brokers.processes import ROOT, Process, Till, beat_command, journal, worker_command
from tests.waiting import until

SCHEMES = {"redis": "redis://127.0.0.1:6379/0", "amqp": "amqp://guest:guest@127.0.0.1:5672//"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Real workers take a minute and more: they start where a broker is named, the embedded one included."""
    if os.environ.get("CELERY_BROKER_URL"):
        return
    skip = pytest.mark.skip(
        reason="starts real workers: set CELERY_BROKER_URL, filesystem://localhost for the embedded"
    )
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(skip)


def make_broker(kind: str, folder: Path) -> Broker:
    if kind != "filesystem" and configured() != kind:
        pytest.skip(f"wants a broker: set CELERY_BROKER_URL={SCHEMES[kind]}")
    if kind == "redis":
        pytest.importorskip("redis", reason="wants the client of Redis: pip install redis")
    return make(kind, f"capi-{uuid.uuid4().hex[:12]}", folder)


@pytest.fixture(params=list(KINDS))
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    """Each kind in turn; those that are not there are skipped."""
    made = make_broker(request.param, tmp_path)
    yield made
    made.forget()


@pytest.fixture
def configured_broker(tmp_path: Path) -> Iterator[Broker]:
    made = make_broker(configured(), tmp_path)
    yield made
    made.forget()


@pytest.fixture(scope="package")  # not longer: other tests count the databases
def empty_database(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[str]:
    """The address of a migrated database: a file to be copied, or one of our own on the server of DATABASE_URL."""
    if connection.vendor == "sqlite":
        address = f"sqlite:///{tmp_path_factory.mktemp('brokers') / 'shop.sqlite3'}"
        migrate(address)
        yield address
        return
    with django_db_blocker.unblock(), own_database() as address:
        yield address


@pytest.fixture
def database_url(empty_database: str, tmp_path: Path, django_db_blocker: Any) -> str:
    """Empty for each test."""
    if not empty_database.startswith("sqlite"):
        with django_db_blocker.unblock():
            forget_rows()
        return empty_database
    file = tmp_path / "shop.sqlite3"
    shutil.copy(empty_database.removeprefix("sqlite:///"), file)
    return f"sqlite:///{file}"


def run_manage(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        manage(*arguments), env=os.environ | base_env() | env, cwd=ROOT, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done


def base_env() -> dict[str, str]:
    return {"DJANGO_SETTINGS_MODULE": "tests.brokers.shop_settings", "SHOP_APP": "tests.brokers.shop_app"}


def manage(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "django", *arguments]


class Shop:
    """Starts its processes, and looks at what came of them."""

    def __init__(self, sandbox: Sandbox, database_url: str, folder: Path) -> None:
        self.sandbox, self.folder = sandbox, folder
        self.journal = folder / "journal"
        self.env = base_env() | {
            "DATABASE_URL": database_url,
            "SHOP_GRAPH_URL": sandbox.url,
            "SHOP_JOURNAL": str(self.journal),
        }
        self.started: list[Process] = []

    def till(self, env: dict[str, str]) -> Till:
        return self._keep(Till(self.env | env, self.folder / "till.log"))

    def worker(self, env: dict[str, str], pool: str = "solo") -> Process:
        """Returns once it takes messages."""
        before = len(self.lines("ready"))
        worker = self.process(worker_command(pool), env, "worker.log")
        until(lambda: worker.check() or len(self.lines("ready")) > before, "the worker is ready", 40)
        return worker

    def beat(self, env: dict[str, str]) -> Process:
        return self.process(beat_command(self.folder), env, "beat.log")

    def process(self, command: list[str], env: dict[str, str], log: str) -> Process:
        return self._keep(Process(command, self.env | env, self.folder / log))

    def _keep(self, process: Any) -> Any:
        self.started.append(process)
        return process

    def lines(self, what: str) -> list[list[Any]]:
        return journal(self.journal, what)

    @property
    def accepted(self) -> list[str]:
        """The ids that Meta took, in order, doubles too."""
        return [str(event["event_id"]) for event in self.sandbox.events]

    def wait_for(self, count: int, seconds: float = 30) -> None:
        until(lambda: len(self.accepted) >= count, f"Meta has {count} events ({self.tails()})", seconds)

    def tails(self) -> str:
        return "\n".join(process.tail[-800:] for process in self.started)

    def kill(self) -> None:
        for process in reversed(self.started):
            process.kill()


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Iterator[Shop]:
    with Sandbox() as sandbox:
        made = Shop(sandbox, database_url, tmp_path)
        yield made
        made.kill()


@pytest.fixture
def orders() -> Callable[[int], list[str]]:
    """The ids of the first so many orders."""
    return lambda count: [f"order-{number}" for number in range(1, count + 1)]
