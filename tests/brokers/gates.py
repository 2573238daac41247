"""What stands between a shop and its broker, and can be shut: the machine's own servers are never touched."""

import select
import shutil
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tests.brokers.processes import Process
from tests.waiting import until


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


class Gate:
    """A port that leads to a broker: ``open``, ``refused`` (nobody listens) or ``silent`` (accepts, never answers)."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.port = free_port()
        self.accepted = 0
        self._mode = "refused"
        self._listener: socket.socket | None = None
        self._kept: list[socket.socket] = []

    def switch(self, mode: str) -> None:
        """All connections of before are hung up on."""
        self.close()
        self._mode, self.accepted = mode, 0
        if mode != "refused":
            self._listener = socket.create_server(("127.0.0.1", self.port))
            threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def close(self) -> None:
        for used in [self._listener, *self._kept]:
            if used:
                with suppress(OSError):
                    used.shutdown(socket.SHUT_RDWR)
                used.close()
        self._listener, self._kept = None, []

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = listener.accept()
                self.accepted += 1
                self._kept.append(client)
                if self._mode == "open":
                    broker = socket.create_connection(self.target, timeout=5)
                    self._kept.append(broker)
                    threading.Thread(target=pass_on, args=(client, broker), daemon=True).start()


def pass_on(client: socket.socket, broker: socket.socket) -> None:
    """Bytes both ways until one side is done."""
    other = {client: broker, broker: client}
    with suppress(OSError, ValueError), client, broker:
        while True:
            for ready in select.select(list(other), [], [], 60)[0]:
                data = ready.recv(65536)
                if not data:
                    return
                other[ready].sendall(data)


class FolderGate:
    """The folder broker's: ``refused`` is a folder that has gone."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.away = folder, folder.with_name("away")

    def switch(self, mode: str) -> None:
        if mode == "open" and self.away.exists():
            shutil.rmtree(self.folder, ignore_errors=True)
            self.away.rename(self.folder)
        elif mode == "refused":
            self.folder.rename(self.away)

    def close(self) -> None:
        self.switch("open")


class RedisServer:
    """A Redis of our own on a free port, to be stopped and started again."""

    def __init__(self, program: str, folder: Path) -> None:
        self.port, self.folder, self.program = free_port(), folder, program
        self.process: Process | None = None

    def start(self) -> None:
        options: Mapping[str, str] = {
            "port": str(self.port), "bind": "127.0.0.1", "dir": str(self.folder), "save": "", "appendonly": "no",
        }  # fmt: skip
        flags = [part for name, value in options.items() for part in (f"--{name}", value)]
        self.process = Process([self.program, *flags], {}, self.folder / "redis.log")
        until(lambda: answers(self.port), "our own Redis answers")

    def stop(self) -> None:
        if self.process:
            self.process.stop()
            self.process = None
