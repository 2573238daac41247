"""Measure every aim of `docs/sizing.md`: ``python -m tests.benchmarks [P1 ...] [--quick]``.

One line an aim, with the median of the paired ratios and their range; the exit status is 0 if no aim is missed.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.benchmarks import pairing
from tests.benchmarks.aims import Chosen, Servers

POSTGRESQL = "postgres://postgres@127.0.0.1:5432/postgres"
MARIADB = "mysql://root@127.0.0.1:3306/mysql"
REDIS = "redis://127.0.0.1:6379/0"


def aims() -> dict[str, str]:
    """From an aim's number to its module: each has a file of its own."""
    files = sorted(Path(__file__).parent.glob("p[0-9]*_*.py"), key=lambda file: int(file.stem[1:].split("_")[0]))
    return {file.stem.split("_")[0].upper(): f"tests.benchmarks.{file.stem}" for file in files}


def main() -> int:
    chosen = arguments().parse_args()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # clean up then too
    servers = Servers(chosen.postgresql_url, chosen.mariadb_url, chosen.redis_url)
    lines: list[Any] = []
    for aim in chosen.aims or aims():
        for line in measured(aim, Chosen(servers, quick=chosen.quick)):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
            lines.append(line)
    return pairing.status(lines)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("aims", nargs="*", metavar="P1", type=known, help=f"of {', '.join(aims())} (default: all)")
    parser.add_argument("--quick", action="store_true", help="smaller sizes, fewer rounds: the same paths")
    for server, default in (("postgresql", POSTGRESQL), ("mariadb", MARIADB), ("redis", REDIS)):
        given = os.environ.get(f"{server.upper()}_URL", default)
        parser.add_argument(f"--{server}-url", default=given, metavar="URL")
    return parser


def known(aim: str) -> str:
    if aim.upper() not in aims():
        raise argparse.ArgumentTypeError(f"{aim} is none of {', '.join(aims())}")
    return aim.upper()


def measured(aim: str, chosen: Chosen) -> Iterator[Any]:
    """The aim's lines. What fails is told as such, and the others go on."""
    began = time.monotonic()
    try:
        yield from import_module(aims()[aim]).run(chosen)
    except Exception as error:  # noqa: BLE001 (whatever it is, this aim was not reached)
        yield pairing.NotRun(aim, f"{type(error).__name__}: {error}")
    yield pairing.fact(f"{aim} took", f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
