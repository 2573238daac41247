"""A week of orders with faults in it, compared: ``python -m tests.reconciliation [--orders 100000] [--each 100]``.

So many orders, and of each of the ten kinds of faults so many, are written into a database of their own: a file, or on the
server of ``DATABASE_URL``. Then a process of its own compares them. The line tells what it found, in how many queries, and
how much memory it had at most; the exit status is 0 if it found exactly the faults within the bounds.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django

from tests.words import positive, say

MEGABYTES = 200
ORDERS_A_QUERY = 50  # at least, beside some that do not depend on their number
QUERIES_AT_LEAST = 100
DAYS = 7


def main() -> int:
    chosen = arguments().parse_args()
    if chosen.compare:
        sys.stdout.write(json.dumps(compared()))
        return 0
    with tempfile.TemporaryDirectory(prefix="reconcile-") as folder, database(Path(folder)) as url:
        planted = plant(chosen.orders, chosen.each)
        found = in_a_process(url)
    return told(chosen.orders, planted, found)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.reconciliation", description=__doc__)
    parser.add_argument("--orders", type=positive, default=100_000)
    parser.add_argument("--each", type=positive, default=100, help="faults of each kind (default: 100)")
    parser.add_argument(
        "--compare", action="store_true", help="compare what is there, and write what was found as JSON"
    )
    return parser


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """The address of a new database; removed at the end."""
    url = os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder / 'orders.sqlite3'}")
    set_up()
    if url.startswith("sqlite"):
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield url
        return
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    made = setup_databases(verbosity=0, interactive=False)
    try:
        yield urlsplit(url)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    finally:
        teardown_databases(made, verbosity=0)


def set_up() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()


def plant(orders: int, each: int) -> dict[str, str]:
    from tests.reconciliation import faults

    return {key: str(kind) for key, kind in faults.plant(orders, each).items()}


def in_a_process(url: str) -> dict[str, Any]:
    """Its memory is its own: what wrote the orders does not count."""
    command = [sys.executable, "-m", "tests.reconciliation", "--compare"]
    done = subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def compared() -> dict[str, Any]:
    set_up()
    from django.db import connection

    from capi_tracking.reconciliation import reconcile

    queries, found, began = Count(), {}, time.monotonic()
    with connection.execute_wrapper(queries):
        report = reconcile(DAYS, tell=lambda judgement: found.update({judgement.place.order_key: judgement.kind}))
    seconds = time.monotonic() - began
    return {"found": found, "sales": report.sales, "queries": queries.count, "megabytes": peak(), "seconds": seconds}


class Count:
    """Counts statements."""

    count = 0

    def __call__(self, execute: Any, *args: Any) -> Any:
        self.count += 1
        return execute(*args)


def peak() -> int:
    """Megabytes that this process had in memory at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024)


def told(orders: int, planted: dict[str, str], result: dict[str, Any]) -> int:
    found = result["found"]
    kinds = len(set(planted.values()))
    missed, invented = (planted.items() - found.items()), (found.items() - planted.items())
    most = QUERIES_AT_LEAST + orders / ORDERS_A_QUERY
    say(
        f"orders {orders}, faults {len(planted)} of {kinds} kinds: found {len(planted) - len(missed)}, "
        f"invented {len(invented)}; {result['queries']} queries (at most {most:.0f}), "
        f"{result['megabytes']} MB (at most {MEGABYTES}), {result['seconds']:.1f} s"
    )
    is_good = found == planted and result["queries"] <= most and result["megabytes"] <= MEGABYTES
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
