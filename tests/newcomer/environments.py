"""Virtual environments with the built wheel in them."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

INSTALL_SECONDS = 400


class Environment:
    """Its programs come first on the path; of this run's settings it knows nothing."""

    def __init__(self, folder: Path, python: str, *options: str) -> None:
        subprocess.run([python, "-m", "venv", *options, str(folder)], check=True, timeout=INSTALL_SECONDS)
        self.folder, self.programs = folder, folder / "bin"
        self.site = next((folder / "lib").glob("python*")) / "site-packages"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO", "PYTHON", "COV"))}
        self.variables = kept | {"PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}", "PYTHONUNBUFFERED": "1"}

    def install(self, *requirements: str) -> None:
        self.run("python", "-m", "pip", "install", "-q", *requirements, seconds=INSTALL_SECONDS)

    def run(self, *command: str, cwd: Path | None = None, seconds: int = 240, fails: bool = False) -> str:
        """What it printed; an error with all that it said if it failed, or did not where it should."""
        done = subprocess.run(
            command,
            cwd=cwd or self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        said = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, f"{' '.join(command)} ended with {done.returncode}:\n{said}"
        return said


def borrowing(folder: Path, wheel: Path) -> Environment:
    """Made in a second: the wheel is unpacked, and what it needs is this interpreter's own."""
    made = Environment(folder, sys.executable, "--without-pip")
    zipfile.ZipFile(wheel).extractall(made.site)
    (made.site / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    django = (
        f"#!{made.programs / 'python'}\nfrom django.core.management import execute_from_command_line as run\nrun()\n"
    )
    (made.programs / "django-admin").write_text(django)
    (made.programs / "django-admin").chmod(0o755)
    return made


def whole(folder: Path, python: str, *requirements: str) -> Environment:
    """By pip and its index, as anybody would."""
    made = Environment(folder, python)
    made.install(*requirements)
    return made


def version(environment: Environment) -> str:
    return environment.run(
        "python", "-c", "import sys, django; print(sys.version.split()[0], django.__version__)"
    ).strip()
