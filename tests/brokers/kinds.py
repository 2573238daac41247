"""One class per broker: how a shop is told of it, how many messages wait there, and how nothing of ours is left in it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kombu import Connection
from kombu.exceptions import OperationalError

from demo_project.runner import broker as folder_broker
from tests.brokers.gates import FolderGate, Gate

TIMEOUT = 5.0


class Broker:
    """``queue`` is our own; ``url`` may be another door to the same broker."""

    name = ""
    port = 0
    waits: dict[str, float] = {}

    def __init__(self, url: str, queue: str, folder: Path) -> None:
        self.url, self.queue, self.folder = url, queue, folder

    @property
    def options(self) -> dict[str, Any]:
        return {}

    def env(self, url: str = "") -> dict[str, str]:
        return {
            "CELERY_BROKER_URL": url or self.url,
            "SHOP_BROKER_OPTIONS": json.dumps(self.options),
            "SHOP_QUEUE": self.queue,
        }

    @contextmanager
    def channel(self) -> Iterator[Any]:
        options = self.options | self.waits
        with (
            Connection(self.url, transport_options=options, connect_timeout=TIMEOUT) as connection,
            connection.channel() as channel,
        ):
            yield channel

    def waiting(self) -> int:
        """How many messages nobody has taken yet: a passive declaration counts and changes nothing."""
        with self.channel() as channel:
            try:
                return int(channel.queue_declare(self.queue, passive=True).message_count)
            except channel.connection.client.channel_errors:
                return 0  # nobody ever declared it

    def purge(self) -> None:
        with self.channel() as channel, suppress(*channel.connection.client.channel_errors):
            channel.queue_purge(self.queue)

    def gate(self) -> tuple[Any, str]:
        """A gate before this broker, and the address that leads through it."""
        parts = urlsplit(self.url)
        gate = Gate(parts.hostname or "127.0.0.1", parts.port or self.port)
        login = parts.netloc.rpartition("@")[0]
        netloc = f"{login}@127.0.0.1:{gate.port}" if login else f"127.0.0.1:{gate.port}"
        return gate, parts._replace(netloc=netloc).geturl()

    def forget(self) -> None:
        """Leave nothing behind."""


class Folder(Broker):
    name = "filesystem"

    @property
    def options(self) -> dict[str, Any]:
        box, control = self.folder / "queue", self.folder / "control"
        for made in (box, control):
            made.mkdir(exist_ok=True)
        folders = {"data_folder_in": str(box), "data_folder_out": str(box), "control_folder": str(control)}
        return folders | {"polling_interval": 0.1}

    def waiting(self) -> int:
        return len(list((self.folder / "queue").glob(f"*.{self.queue}.msg")))

    def gate(self) -> tuple[Any, str]:
        return FolderGate(self.folder / "queue"), self.url


class Redis(Broker):
    name = "redis"
    port = 6379
    waits = {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT}

    @property
    def options(self) -> dict[str, Any]:
        return {"global_keyprefix": f"{self.queue}:"}

    def client(self) -> Any:
        import redis

        return redis.Redis.from_url(self.url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)

    def waiting(self) -> int:
        """Asked directly: kombu's own question forgets the prefix."""
        with self.client() as client:
            return int(client.llen(f"{self.queue}:{self.queue}"))

    def forget(self) -> None:
        with self.client() as client:
            for key in client.scan_iter(f"{self.queue}:*"):
                client.delete(key)


class Amqp(Broker):
    name = "amqp"
    port = 5672
    waits = {"read_timeout": TIMEOUT, "write_timeout": TIMEOUT}

    def forget(self) -> None:
        for delete in ("queue_delete", "exchange_delete"):
            with suppress(OperationalError), self.channel() as channel:
                getattr(channel, delete)(self.queue)


KINDS: dict[str, type[Broker]] = {kind.name: kind for kind in (Folder, Redis, Amqp)}
ALIASES = {"rediss": "redis", "amqps": "amqp", "pyamqp": "amqp"}


def configured() -> str:
    """The kind that ``CELERY_BROKER_URL`` names; without it the folder's."""
    scheme = os.environ.get("CELERY_BROKER_URL", "filesystem://").partition(":")[0]
    return ALIASES.get(scheme, scheme)


def make(kind: str, queue: str, folder: Path) -> Broker:
    folder_broker.use()
    url = "filesystem://localhost" if kind == "filesystem" else os.environ["CELERY_BROKER_URL"]
    return KINDS[kind](url, queue, folder)
