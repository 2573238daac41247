"""``python -m tests.mutants [ROOM ...]``: fails if a mutant survives that ``survivors.md`` does not name."""

import argparse
import os
import sys
from collections.abc import Collection
from pathlib import Path

import pytest

from .rooms import ROOMS, ROOT, Room
from .trial import Trial

OPTIONS = ("-n0", "-q", "-W", "ignore::pytest.PytestAssertRewriteWarning")
NAMED = Path(__file__).with_name("survivors.md")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", nargs="*", choices=[*ROOMS, []], help="all, if none is named")
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--file", default="*.py", help="of the rooms, only files like this one")
    wanted = parser.parse_args()
    return max(_tried(name, wanted) for name in wanted.rooms or ROOMS)


def _tried(name: str, wanted: argparse.Namespace) -> int:
    """In a process of its own: a room's tests must not find another's database."""
    if child := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os._exit(_judge(name, ROOMS[name], wanted))


def _judge(name: str, room: Room, wanted: argparse.Namespace) -> int:
    out = os.fdopen(os.dup(1), "w", buffering=1)
    files = [path for path in room.files if path.match(wanted.file)]
    trial = Trial(files, at_once=wanted.at_once, tell=lambda text: print(text, file=out))
    tests = [str(ROOT / "tests" / each) for each in room.tests]
    status = pytest.main([*OPTIONS, *tests], plugins=[trial])
    known = named()
    new = [each for each in trial.survived if not is_named(each, known)]
    print(
        f"{name}: {dict(trial.counts)}", *(f"red before any change: {each}" for each in trial.red), sep="\n", file=out
    )
    print(*(f"new: {each}" for each in new), sep="\n", file=out)
    return int(bool(status or new or trial.red))


def is_named(survivor: str, known: Collection[str]) -> bool:
    """Some are named one by one, some with all others of their function."""
    return survivor in known or f"{survivor.partition(': ')[0]}: *" in known


def named() -> set[str]:
    return {line.split("`")[1] for line in NAMED.read_text().splitlines() if line.startswith("- `")}


if __name__ == "__main__":
    sys.exit(main())
