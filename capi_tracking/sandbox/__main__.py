"""``python -m capi_tracking.sandbox``: the sandbox alone, without a shop and without settings."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence

from .command import DESCRIPTION, PortTaken, add_arguments, serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve; returns the process's exit status."""
    parser = ArgumentParser(prog="capi_sandbox", description=DESCRIPTION)
    add_arguments(parser, token="sandbox-token", whose_token="sandbox-token")  # noqa: S106 - opens nothing else
    try:
        serve(vars(parser.parse_args(arguments)), _say)
    except PortTaken as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
