"""``python -m tests.newcomer``: builds the wheel, makes an environment by pip, and follows the guide there.

``--django 6.1 --python python3.13`` asks for these versions. ``--extras`` installs no extra before the
guide's own, and after it each in turn.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.newcomer import environments, packages
from tests.newcomer.environments import Environment
from tests.newcomer.guide import Newcomer

CHECK = ("python", "manage.py", "check")
BRINGS = {
    "phone": "phonenumbers",
    "fast": "orjson",
    "bots": "crawlerdetect",
    "metrics": "capi_tracking.contrib.prometheus",
    "health": "capi_tracking.contrib.health_check",
    "openapi": "drf_spectacular",
}


def main() -> None:
    options = _options()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel = Path(options.wheel).resolve() if options.wheel else packages.make(folder / "made").wheel
        environment = environments.whole(
            folder / "environment", options.python, f"Django=={options.django}.*", str(wheel)
        )
        (folder / "work").mkdir()
        with Newcomer(folder / "work", environment, pip_installs="" if options.extras else str(wheel)) as newcomer:
            newcomer.follow()
            pair = newcomer.pair()
        assert pair.get("counted") == 1, pair
        if options.extras:
            install_each(environment, wheel, folder / "work")
        python, django = environments.version(environment).split()
    print(f"Python {python}, Django {django}: the guide's sale was counted once, in {time.monotonic() - began:.0f} s")  # noqa: T201


def install_each(environment: Environment, wheel: Path, project: Path) -> None:
    """One after the other: what an extra brings was not there, is there, and the project's checks have nothing more to say."""
    before = environment.run(*CHECK, cwd=project)
    for extra, module in BRINGS.items():
        load = ("python", "manage.py", "shell", "-c", f"import {module}")
        assert "No module named" in environment.run(*load, cwd=project, fails=True)
        environment.install(f"{wheel}[{extra}]")
        environment.run(*load, cwd=project)
        environment.run("python", "-m", "pip", "check")
        assert environment.run(*CHECK, cwd=project) == before
        print(f"[{extra}] brings {module}")  # noqa: T201


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.newcomer", description="Somebody new follows the guide.")
    parser.add_argument("--django", default="5.2" if sys.version_info < (3, 12) else "6.1")
    parser.add_argument(
        "--python", default=sys.executable, help="whose environment it is; else of the one that runs this"
    )
    parser.add_argument("--wheel", help="a wheel that is there already; else one is built")
    parser.add_argument("--extras", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
