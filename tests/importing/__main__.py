"""A till's export imported, killed in the middle, imported again and once more: ``python -m tests.importing [--lines 100000]``.

Two of a hundred lines are wrong, in ten ways. Each import is a process of its own, on a database of its own: a file, or on the
server of ``DATABASE_URL``. The lines tell what each found, how fast, and how much memory it had at most; the exit status is 0
if each good line is one event, each bad one explained, and a longer file takes no more memory.
"""

import argparse
import csv
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.importing import till
from tests.reconciliation.__main__ import database, peak, set_up
from tests.words import positive, say

BAD_EVERY = 50
MORE = 25  # megabytes that a long file may take beside one of a tenth
KILLED_AT = 0.4  # of the good lines
FAST = 0.02  # seconds between two looks


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.importing", description=__doc__)
    parser.add_argument("--lines", type=positive, default=100_000)
    parser.add_argument("--file", type=Path, help="import this file, and say how much memory it took")
    chosen = parser.parse_args()
    if chosen.file:
        return imported(chosen.file)
    with tempfile.TemporaryDirectory(prefix="importing-") as folder, database(Path(folder)) as url:
        return proved(Path(folder), url, chosen.lines)


def proved(folder: Path, url: str, lines: int) -> int:
    path, short = folder / "till.csv", folder / "short.csv"
    planted, good = till.export(path, lines, BAD_EVERY), lines - lines // BAD_EVERY
    till.export(short, lines // 10, BAD_EVERY)  # the same receipts
    small = finished(short, url)
    killed_at = killed(path, url, good)
    begun = time.monotonic()
    first = finished(path, url)
    seconds = time.monotonic() - begun
    faults = wrong(path, planted, good)
    again = finished(path, url)
    faults += wrong(path, planted, good)
    say(f"lines {lines}, bad {len(planted)} of {len(till.KINDS)} kinds, killed with {killed_at} events recorded")
    say(f"after the kill: {first[0]}; {seconds:.1f} s; {first[1]} MB")
    say(f"once more: {again[0]}; {again[1]} MB; the first tenth alone: {small[1]} MB")
    say(f"events {events()}, good lines {good}, wrong {len(faults)}: {'; '.join(faults[:5]) or 'nothing'}")
    is_flat = max(first[1], again[1]) <= small[1] + MORE
    return 0 if not faults and is_flat and 0 < killed_at < good else 1


def command(path: Path) -> list[str]:
    return [sys.executable, "-m", "tests.importing", "--file", str(path)]


def killed(path: Path, url: str, good: int) -> int:
    """How many events there were when it was."""
    process = subprocess.Popen(
        command(path), env={**os.environ, "DATABASE_URL": url}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while process.poll() is None and events() < KILLED_AT * good:
        time.sleep(FAST)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return events()


def finished(path: Path, url: str) -> tuple[str, int]:
    """What it said at the end, and its megabytes."""
    done = subprocess.run(
        command(path), env={**os.environ, "DATABASE_URL": url}, stdout=subprocess.PIPE, text=True, check=True
    )
    lines = done.stdout.splitlines()
    return next(line for line in reversed(lines) if " lines: " in line), int(lines[-1])


def imported(path: Path) -> int:
    set_up()
    from django.core.management import call_command

    call_command("capi_import", str(path), *till.OPTIONS, *till.POLICY)
    say(str(peak()))
    return 0


def events() -> int:
    from capi_tracking.models import OutboxEvent

    return OutboxEvent.objects.count()


def wrong(path: Path, planted: dict[int, str], good: int) -> Sequence[str]:
    """What is not as it should be."""
    from capi_tracking.models import OutboxEvent

    ids = set(OutboxEvent.objects.values_list("event_id", flat=True))
    faults = [] if len(ids) == events() == good else [f"{events()} events of {len(ids)} ids for {good} good lines"]
    with path.with_name("till.refused.csv").open(encoding="utf-8-sig", newline="") as file:
        explained = {int(each["capi_line"]): each["capi_reason"] for each in csv.DictReader(file, delimiter=";")}
    faults += [f"line {line} ({kind}) is not explained" for line, kind in planted.items() if line not in explained]
    faults += [f"line {line} is good, and was refused" for line in explained if line not in planted]
    return faults + [
        f"line {line} ({kind}): {explained[line]}"
        for line, kind in planted.items()
        if line in explained and till.FAULTS[kind][1] not in explained[line]
    ]


if __name__ == "__main__":
    sys.exit(main())
