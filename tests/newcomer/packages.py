"""The package as it is published: built from what git would commit, and nothing else that lies about."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGED = ("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "capi_tracking")
BUILD_SECONDS = 300


class Made(NamedTuple):
    sdist: Path
    wheel: Path
    source: Path


def copy(folder: Path, *paths: str) -> Path:
    """What a clone would hold if the work tree were committed: no environment, no database, nothing ignored."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *paths]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def build(source: Path, target: Path, *kinds: str) -> None:
    """Into ``target``. With no kind named: an sdist, and a wheel that is made of that."""
    command = [sys.executable, "-m", "build", *kinds, "--no-isolation", "--outdir", str(target), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=BUILD_SECONDS)


def make(folder: Path) -> Made:
    """Both from a clean copy: an sdist, and the wheel that comes of it."""
    build(copy(folder / "source", *PACKAGED), folder / "dist")
    return Made(next((folder / "dist").glob("*.tar.gz")), next((folder / "dist").glob("*.whl")), folder / "source")
