"""The command: its arguments, its exit status, and that nothing of it stays behind."""

import argparse
import os
import random
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.chaos.graph import GivenGraph, Graph, OwnGraph, Unusable
from tests.chaos.servers import Missing, own_servers, require
from tests.words import positive, say

FAILED, UNUSABLE = 1, 2
TOKEN = "sandbox-token"
HIGHEST_SEED = 999_999


def main() -> int:
    chosen = arguments()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs have it ignored
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # clean up then too
    try:
        return go(chosen)
    except (Missing, Unusable) as error:
        sys.stderr.write(f"{error}\n")
        return UNUSABLE


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Breaks everything but the promise.")
    parser.add_argument("--seconds", type=positive, default=60, help="of chaos (default: 60); the drain comes after it")
    parser.add_argument(
        "--seed", type=int, help="the same seed plans the same troubles (default: another one each time)"
    )
    parser.add_argument("--graph-url", help="a running sandbox, http://127.0.0.1:PORT (default: one of its own)")
    token = f"what the Graph at that address takes (default: META_ACCESS_TOKEN, or {TOKEN})"
    parser.add_argument("--token", default=os.environ.get("META_ACCESS_TOKEN", TOKEN), help=token)
    return parser.parse_args()


def go(chosen: argparse.Namespace) -> int:
    seed = chosen.seed if chosen.seed is not None else random.randint(1, HIGHEST_SEED)
    require()
    with ExitStack() as closing:
        folder = Path(closing.enter_context(TemporaryDirectory(prefix="chaos-", ignore_cleanup_errors=True)))
        folder.chmod(0o711)  # PostgreSQL runs as somebody else
        graph = open_graph(folder / "token", chosen)
        closing.callback(graph.close)
        say(f"{chosen.seconds} s of chaos, seed {seed}: python -m tests.chaos --seconds {chosen.seconds} --seed {seed}")
        servers = closing.enter_context(own_servers(folder))
        set_up(servers["postgresql"].url, graph)
        from tests.chaos.run import Run

        verdict = Run(folder, servers, graph, seed, chosen.seconds).result()
    for line in [*verdict.details(), *verdict.stories]:
        say(line)
    if not verdict.is_good:
        say(f"Failed: {', '.join(verdict.failures)}. Once more with --seconds {chosen.seconds} --seed {seed}.")
    say(verdict.line())
    return 0 if verdict.is_good else FAILED


def open_graph(token_file: Path, chosen: argparse.Namespace) -> Graph:
    return GivenGraph(token_file, chosen.graph_url, chosen.token) if chosen.graph_url else OwnGraph(token_file)


def set_up(database_url: str, graph: Graph) -> None:
    """Django here, and the environment of all that is started."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
        "DATABASE_URL": database_url,
        "SHOP_GRAPH_URL": graph.url,
        "CHAOS_TOKEN": str(graph.token_file),
    }
    os.environ.pop("CELERY_BROKER_URL", None)
    import django

    django.setup()


if __name__ == "__main__":
    sys.exit(main())
