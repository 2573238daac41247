"""htmx and Turbo as their authors publish them, in a folder that is not part of the repository.

``python -m tests.browser.matrix.libraries`` asks npm for them where they are not there yet.
"""

import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER = Path(__file__).resolve().parents[3] / ".libraries"
PACKAGES = {
    "htmx2": ("htmx.org@2.0.11", "dist/htmx.min.js"),
    "htmx4": ("htmx.org@4.0.1", "dist/htmx.min.js"),
    "turbo": ("@hotwired/turbo@8.0.23", "dist/turbo.es2017-umd.js"),
}


def text_of(name: str) -> str:
    """The library's script. A FileNotFoundError tells how to fetch it."""
    file = _file(name)
    if not file.exists():
        raise FileNotFoundError(f"{PACKAGES[name][0]} is not there: python -m tests.browser.matrix.libraries")
    return file.read_text()


def fetch(name: str) -> None:
    package, script = PACKAGES[name]
    with TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", package, "--pack-destination", folder], check=True, timeout=120)
        (packed,) = Path(folder).glob("*.tgz")
        with tarfile.open(packed) as archive:
            found = archive.extractfile(f"package/{script}")
            assert found, f"{package} has no {script}"
            FOLDER.mkdir(exist_ok=True)
            _file(name).write_bytes(found.read())


def _file(name: str) -> Path:
    """The version is in the name, so that a newer one is fetched."""
    return FOLDER / (PACKAGES[name][0].replace("/", "-").lstrip("@") + ".js")


if __name__ == "__main__":
    for missing in [name for name in PACKAGES if not _file(name).exists()]:
        fetch(missing)
    sys.stdout.write("".join(f"{package}\n" for package, _ in PACKAGES.values()))
