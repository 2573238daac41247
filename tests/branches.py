"""``python -m tests.branches REPORT``: fails where coverage's JSON shows too few branches taken.

All branches of the five rooms, in which an event could be lost, sent twice or sent without consent; 95 % of the whole.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.mutants.rooms import ROOMS, ROOT

LEAST = 95  # percent of all branches


def taken(files: dict[str, Any]) -> float:
    """How many percent of the branches were taken."""
    found = [each["summary"] for each in files.values()]
    return 100 * sum(each["covered_branches"] for each in found) / sum(each["num_branches"] for each in found)


def faults(files: dict[str, Any]) -> Iterator[str]:
    """What is below its limit, one line each."""
    if (percent := taken(files)) < LEAST:
        yield f"{percent:.2f} % of all branches, not {LEAST} %"
    for room in ROOMS.values():
        for path in room.files:
            yield from _gaps(path.relative_to(ROOT).as_posix(), files)


def _gaps(name: str, files: dict[str, Any]) -> Iterator[str]:
    if name not in files:
        yield f"{name} is not in the report"
        return
    for line in files[name]["missing_lines"]:
        yield f"{name}:{line} is never run"
    for start, end in files[name]["missing_branches"]:
        yield f"{name}:{start} never goes on to {end if end > 0 else 'its end'}"


def main(path: str) -> int:
    files = json.loads(Path(path).read_text())["files"]
    found = list(faults(files))
    sys.stdout.writelines(f"{line}\n" for line in [*found, f"{taken(files):.2f} % of all branches are taken"])
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
