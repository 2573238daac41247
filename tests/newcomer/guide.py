"""Follows docs/ten-minutes.md: each block of code goes where the page says, each command is typed, in the page's order."""

import re
import shlex
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from tests.demo.shopping import Visitor, received
from tests.newcomer.environments import Environment
from tests.waiting import until

GUIDE = Path(__file__).resolve().parent.parent.parent / "docs" / "ten-minutes.md"
STEP = re.compile(r"^(?:`([\w/.]+\.(?:py|html))`\n\n)?```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
ADDED_TO = ("settings.py", "urls.py")  # of all other files the page shows the whole
SERVERS = ("capi_sandbox", "runserver")
START_SECONDS = 60


class Step(NamedTuple):
    path: str
    language: str
    text: str


class Newcomer:
    """At work in an empty folder. ``shop`` and ``sandbox`` are where the guide's two servers answer, once they run."""

    def __init__(self, folder: Path, environment: Environment, *, pip_installs: str) -> None:
        self.folder, self.environment, self.pip_installs = folder, environment, pip_installs
        self.ports = {port: _free_port() for port in re.findall(r"\b8\d{3}\b", GUIDE.read_text())}
        self.servers: dict[str, str] = {}
        self.event_id = ""
        self._ends = ExitStack()

    def __enter__(self) -> "Newcomer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ends.close()

    def follow(self) -> None:
        for step in steps():
            if step.path:
                self._write(step)
            else:
                for line in step.text.splitlines():
                    self._type(self._with_free_ports(line.partition("  #")[0].strip()))

    def buy(self) -> None:
        """What a browser does on these pages: agree, buy, tell the pixel, and say so."""
        visitor = Visitor(self.servers["runserver"])
        visitor.get("/")
        assert visitor.page.count("data-capi-consent") == 2
        visitor.consent()
        visitor.post("/buy/")
        self.event_id = visitor.hand_over(self._pixel())

    def pair(self) -> dict[str, object]:
        """What Meta has of the sale."""
        pairs = received(self.servers["capi_sandbox"])["pairs"]
        return next((pair for pair in pairs if pair["event_id"] == self.event_id), {})

    def _write(self, step: Step) -> None:
        is_added = step.path in ADDED_TO
        path = next(self.folder.glob(f"*/{step.path}")) if is_added else self.folder / step.path
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text() if is_added else ""
        path.write_text(f"{before}\n{self._with_free_ports(step.text)}")

    def _type(self, line: str) -> None:
        words = shlex.split(line)
        if words[:2] == ["pip", "install"]:
            assert words[2].startswith("django-capi-tracking")
            if self.pip_installs:
                self.environment.install(words[2].replace("django-capi-tracking", self.pip_installs))
        elif len(words) > 2 and words[2] in SERVERS:
            self._serve(words)
        else:
            if "capi_deliver" in words:
                self.buy()
            self.environment.run(*words, cwd=self.folder)

    def _serve(self, words: list[str]) -> None:
        port = int(words[-1])
        extra = ["--noreload"] if words[2] == "runserver" else []
        log = self._ends.enter_context((self.folder / f"{words[2]}.log").open("w+"))
        server = subprocess.Popen(
            [*words, *extra], cwd=self.folder, env=self.environment.variables, stdout=log, stderr=subprocess.STDOUT
        )
        self._ends.callback(_stop, server)
        until(lambda: _answers(port) or server.poll() is not None, f"{words[2]} answers", START_SECONDS)
        assert server.poll() is None, Path(log.name).read_text()
        self.servers[words[2]] = f"http://127.0.0.1:{port}"

    def _with_free_ports(self, text: str) -> str:
        return re.sub(r"\b8\d{3}\b", lambda found: str(self.ports[found[0]]), text)

    def _pixel(self) -> str:
        return re.findall(r'"PIXEL_ID": "(\d+)"', GUIDE.read_text())[0]


def steps() -> Iterator[Step]:
    return (Step(path or "", language, text) for path, language, text in STEP.findall(GUIDE.read_text()))


def _stop(server: "subprocess.Popen[bytes]") -> None:
    server.send_signal(signal.SIGTERM)
    server.wait(30)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
