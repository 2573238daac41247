"""The packages that others wrote, in an environment of their own: what they need is none of ours."""

import subprocess
import venv
from pathlib import Path

from tests.brokers.processes import ROOT

FOLDER = ROOT / ".benchmarks" / "peers"
PACKAGES = [
    "Django>=5.2,<5.3",
    "psycopg[binary]>=3.2",
    "celery[redis]>=5.5",
    "facebook-business>=26",
    "django-celery-outbox>=0.4",
    "django-outbox-pattern>=3",
]
INSTALL_SECONDS = 600


class NoPeers(Exception):
    """They could not be installed: no index, or no such package."""


def python() -> str:
    """The interpreter of the peers' environment, which is made when it is first asked for."""
    installed = FOLDER / "installed"
    if not installed.exists() or installed.read_text() != _wanted():
        _install()
        installed.write_text(_wanted())
    return str(_program("python"))


def _install() -> None:
    venv.create(FOLDER, with_pip=True)
    command = [str(_program("python")), "-m", "pip", "install", "--quiet", *PACKAGES]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise NoPeers(f"pip took more than {INSTALL_SECONDS} s") from None
    if done.returncode:
        raise NoPeers(" ".join(done.stderr.split())[-200:])


def _program(name: str) -> Path:
    return FOLDER / "bin" / name


def _wanted() -> str:
    return "\n".join(PACKAGES)
