"""The demo as a plan: which folders, which processes, which environment."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from demo_project.runner import switch
from demo_project.runner.processes import Child, DemoFailed, answers_http

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Plan:
    """Where the demo runs. ``folder`` holds all it writes; without a sandbox the Graph URL came from outside."""

    folder: Path
    port: int
    sandbox_port: int
    with_sandbox: bool

    @property
    def ports(self) -> list[int]:
        return [self.port, self.sandbox_port] if self.with_sandbox else [self.port]

    @property
    def shop_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}/"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def ready_file(self) -> Path:
        return self.folder / "worker.ready"

    @property
    def stop_file(self) -> Path:
        return self.folder / switch.NAME

    def wants_worker(self) -> bool:
        return not self.stop_file.exists()

    def environment(self) -> dict[str, str]:
        """What the children must agree on, over what they inherit."""
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "demo_project.settings"),
            "DEMO_DIR": str(self.folder),
            "DEMO_PORT": str(self.port),
            "DEMO_SANDBOX_PORT": str(self.sandbox_port),
            "DEMO_WORKER_READY_FILE": str(self.ready_file),
            "PYTHONUNBUFFERED": "1",
            # The broker moves each message through the temporary folder: a rename there, a slow copy elsewhere.
            "TMPDIR": str(self.folder / "tmp"),
        }

    def prepare(self) -> None:
        """Make the folders; forget the last run's logs and worker."""
        with using(self.folder):
            for name in ("logs", "tmp"):
                (self.folder / name).mkdir(parents=True, exist_ok=True)
            for left in (*self.logs.glob("*.log"), self.ready_file, self.stop_file):
                left.unlink(missing_ok=True)

    def children(self, *, debug: bool) -> list[Child]:
        """The sandbox first, the server last: stopping goes the other way."""
        sandbox = [self.sandbox()] if self.with_sandbox else []
        return [*sandbox, self.worker(), self.server(debug=debug)]

    def sandbox(self) -> Child:
        command = manage("capi_sandbox", "--port", str(self.sandbox_port))
        return Child("sandbox", command, self.logs / "sandbox.log", answers_http(self.sandbox_port, "/"))

    def worker(self) -> Child:
        command = [sys.executable, "-m", "celery", "-A", "demo_project", "worker", "--beat"]
        command += ["--schedule", str(self.folder / "beat-schedule")]
        command += ["--pool", "solo", "--concurrency", "1", "--loglevel", "warning"]
        command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        return Child("worker", command, self.logs / "worker.log", self.ready_file.exists, self.wants_worker)

    def server(self, *, debug: bool) -> Child:
        command = manage("runserver", "--noreload", f"127.0.0.1:{self.port}")
        if not debug:
            command.append("--insecure")  # serves the static files all the same
        return Child("web server", command, self.logs / "web.log", answers_http(self.port, "/"))


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


@contextmanager
def using(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DemoFailed(f"The folder {folder} can't be used ({error.strerror}). Set DEMO_DIR to another.") from error


def open_lock(folder: Path) -> TextIO:
    with using(folder):
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / "lock").open("w")


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder: a second demo in it would share the queue, or ``--reset`` the first one's database away."""
    with open_lock(folder) as lock:
        try:
            if fcntl:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DemoFailed(f"Another demo is running in {folder}. Stop it first, or set DEMO_DIR.") from error
        yield
