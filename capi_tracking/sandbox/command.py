"""The sandbox as a process of its own: its arguments, and how it begins and ends."""

import signal
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

from .service import Sandbox

DESCRIPTION = (
    "Serves a stand-in for Meta on 127.0.0.1: the Graph API with its rules and errors, the pixel's endpoint and a script"
    " that behaves as the pixel's. It keeps what it gets in memory and shows it on a page. Nothing leaves this machine."
)
DEFAULT_PORT = 8990


class PortTaken(Exception):
    """Nothing can listen there; the message says what to do."""


def add_arguments(parser: ArgumentParser, *, token: str, whose_token: str) -> None:
    """The options that ``serve`` reads. ``token`` is taken unless another one is given."""
    port = f"Where to listen; 0 takes a free port (default: {DEFAULT_PORT})."
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=port)
    parser.add_argument("--token", default=token, help=f"The access token to take (default: {whose_token}).")
    parser.add_argument("--app-secret", default="", help="With one, each request needs its appsecret_proof.")
    parser.add_argument("--pixel", action="append", metavar="ID", help="A known pixel, repeatable (default: all).")
    lenient = "Take what Meta does not clearly refuse."
    parser.add_argument("--lenient", action="store_true", help=lenient)


def serve(options: Mapping[str, Any], say: Callable[[str], object]) -> None:
    """Serve until Ctrl-C or SIGTERM. Raises PortTaken."""
    sandbox = _open(options)
    try:
        with _signals():
            say(f"Sandbox at {sandbox.url} (what it got: {sandbox.url}/sandbox/events.json)")
            sandbox.serve_forever()
    except KeyboardInterrupt:
        say("Sandbox stopped.")
    finally:
        sandbox.stop()


def _open(options: Mapping[str, Any]) -> Sandbox:
    port = options["port"]
    known = {"token": options["token"], "app_secret": options["app_secret"], "pixels": options["pixel"]}
    try:
        return Sandbox(port, **known, strict=not options["lenient"])
    except (OSError, OverflowError) as error:
        raise PortTaken(f"Port {port} can't be used ({error}). Choose another one with --port.") from error


@contextmanager
def _signals() -> Iterator[None]:
    """Both ways to end it work, even below a shell that starts its children with Ctrl-C ignored."""
    wanted = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: _interrupt}
    before = {number: signal.signal(number, handler) for number, handler in wanted.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
