"""The run's own servers, on free ports of 127.0.0.1 and in a folder of their own: never the machine's."""

import os
import shutil
import signal
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from pwd import getpwnam

from tests.brokers.gates import answers, free_port
from tests.brokers.processes import Process
from tests.waiting import until

SUPERUSER = 0
PREPARE_SECONDS = 60
UNPRIVILEGED = ("postgres", "nobody")
DEBIAN = {
    "postgres": ("postgresql", "/usr/lib/postgresql/*/bin"),
    "redis-server": ("redis-server", "/usr/bin"),
    "rabbitmq-server": ("rabbitmq-server", "/usr/lib/rabbitmq/lib/*/sbin"),
    "epmd": ("erlang-base", "/usr/bin"),
}


class Missing(Exception):
    """A server's program is not installed; the message says which package has it."""


def program(name: str) -> str:
    """Where it is. Debian keeps versions beside each other, and wrappers in the path that insist on its own accounts."""
    package, places = DEBIAN[name]
    found = [str(path) for path in sorted(Path("/").glob(f"{places[1:]}/{name}"))]
    where = found[-1] if found else shutil.which(name)
    if where is None:
        raise Missing(f"{name} is not installed: apt-get install {package}")
    return where


class Server(ABC):
    """One program on one port. ``start`` and ``stop`` do not wait, since the run goes on meanwhile."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        folder.mkdir()
        self.process: Process | None = None

    def start(self) -> None:
        if self.process:
            self.process.kill()  # what is left of the one before
        self.process = self.launch()

    @abstractmethod
    def launch(self) -> Process: ...

    def stop(self, number: int = signal.SIGKILL) -> None:
        if self.process and self.process.process.poll() is None:
            os.kill(self.process.process.pid, number)

    def await_start(self, seconds: float = PREPARE_SECONDS) -> None:
        until(self.is_up, f"{type(self).__name__} answers ({self.process and self.process.tail})", seconds)

    def is_up(self) -> bool:
        return answers(self.port)

    def close(self) -> None:
        if self.process:
            self.process.kill()


class PostgreSQL(Server):
    """Refuses to run as root, hence as somebody else then. It keeps commit times, which the verdict goes by."""

    SETTINGS = (
        "listen_addresses=127.0.0.1", "unix_socket_directories=", "track_commit_timestamp=on", "max_connections=60",
        "shared_buffers=64MB", "log_min_messages=fatal",
    )  # fmt: skip

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.owner = _somebody() if os.geteuid() == SUPERUSER else None
        self.bin = Path(program("postgres")).parent
        self._initialize()

    @property
    def url(self) -> str:
        return f"postgres://capi@127.0.0.1:{self.port}/postgres"

    def _initialize(self) -> None:
        if self.owner:
            shutil.chown(self.folder, self.owner)
        command = [self.bin / "initdb", "--pgdata", self.folder / "data", "--username", "capi", "--auth", "trust"]
        command += ["--encoding", "UTF8", "--locale", "C", "--no-sync"]
        subprocess.run(
            command, user=self.owner, cwd=self.folder, check=True, capture_output=True, timeout=PREPARE_SECONDS
        )

    def start(self) -> None:
        """Its memory must be free again: a shutdown that is not over yet is hastened, and never by SIGKILL."""
        if self.process:
            self.stop(signal.SIGQUIT)
            self.process.wait(PREPARE_SECONDS)
        super().start()

    def launch(self) -> Process:
        options = [part for setting in (f"port={self.port}", *self.SETTINGS) for part in ("-c", setting)]
        command = [str(self.bin / "postgres"), "-D", str(self.folder / "data"), *options]
        return Process(command, {}, self.folder.with_suffix(".log"), user=self.owner, cwd=self.folder)

    def is_up(self) -> bool:
        command = [self.bin / "pg_isready", "--quiet", "--host", "127.0.0.1", "--port", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0


class Redis(Server):
    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def launch(self) -> Process:
        options = {"port": str(self.port), "bind": "127.0.0.1", "dir": str(self.folder), "save": "", "appendonly": "no"}
        flags = [part for name, value in options.items() for part in (f"--{name}", value)]
        return Process([program("redis-server"), *flags], {}, self.folder / "redis.log")


class RabbitMQ(Server):
    """A node with a name, cookie and folders of its own, known to a port mapper of its own."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.mapper_port, self.dist_port = free_port(), free_port()
        (folder / "enabled_plugins").write_text("[].")
        (folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{self.port}\nlog.file.level = error\n")
        mapper = [program("epmd"), "-port", str(self.mapper_port), "-address", "127.0.0.1"]
        self.mapper = Process(mapper, {}, folder / "epmd.log")

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    @property
    def env(self) -> dict[str, str]:
        folder = str(self.folder)
        return {
            "HOME": folder,
            "ERL_EPMD_PORT": str(self.mapper_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"chaos{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self.dist_port),
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq",
            "RABBITMQ_CONF_ENV_FILE": f"{folder}/none",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/enabled_plugins",
            "RABBITMQ_MNESIA_BASE": f"{folder}/mnesia",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_PID_FILE": f"{folder}/pid",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_IO_THREAD_POOL_SIZE": "16",
        }

    def launch(self) -> Process:
        return Process([program("rabbitmq-server")], self.env, self.folder / "rabbitmq.log")

    def stop(self, number: int = signal.SIGKILL) -> None:
        """The whole group: the program is a script with the server below it."""
        if self.process and self.process.process.poll() is None:
            os.killpg(self.process.process.pid, number)

    def close(self) -> None:
        super().close()
        self.mapper.kill()


def _somebody() -> str:
    for name in UNPRIVILEGED:
        try:
            return getpwnam(name).pw_name
        except KeyError:
            continue
    raise Missing("PostgreSQL does not run as root, and there is no other account: adduser --system postgres")


def require(names: Iterable[str] = DEBIAN) -> None:
    """Raises Missing for the first program that is not there."""
    if sys.platform != "linux":
        raise Missing("This runs on Linux: it looks for workers' children in /proc.")
    for name in names:
        program(name)


@contextmanager
def own_servers(folder: Path) -> Iterator[dict[str, Server]]:
    """All three, started and not yet waited for."""
    with ExitStack() as closing:
        found: dict[str, Server] = {}
        for kind in (RabbitMQ, PostgreSQL, Redis):  # the slowest first
            server = found[kind.__name__.lower()] = kind(folder / kind.__name__.lower())
            closing.callback(server.close)
            server.start()
        yield found
