"""``python -m tests.newcomer.typed``: what ``mypy --strict`` says of a shop that uses the installed package."""

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.newcomer import environments, packages

CONSUMER = Path(__file__).with_name("consumer.py")


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = environments.borrowing(folder / "environment", packages.make(folder / "made").wheel)
        consumer = folder / "consumer.py"
        consumer.write_text(CONSUMER.read_text())
        python = environment.programs / "python"
        command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", str(python), consumer.name]
        return subprocess.run(command, cwd=folder, env=environment.variables, timeout=280, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
