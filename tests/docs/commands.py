"""Commands that a page names, in blocks of any language and in its text, parsed by the commands themselves."""

import configparser
import re
import shlex
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from django.core.management import CommandError, get_commands, load_command_class

from .markdown import ROOT, blocks, spans

ENDS = {"&&", "||", "|", ";", ">", "<"}
OPTIONAL = re.compile(r"[\[\]]")  # as in "[--quick]"


def mistakes(page: Path) -> Iterator[str]:
    """What of the page's commands there is not."""
    for line in _lines(page):
        yield from (f"{line}: {problem}" for problem in _wrong(line))


def _lines(page: Path) -> Iterator[str]:
    texts = [*(block.text for block in blocks(page) if block.language != "python"), *spans(page)]
    for text in texts:
        yield from (
            line for line in text.replace("\\\n", " ").splitlines() if re.search(r"manage\.py |-m \w|\[\w+\]", line)
        )


def _wrong(line: str) -> Iterator[str]:
    yield from _unknown_extras(line)
    words = _words(line)
    for at, word in enumerate(words[:-1]):
        if word.endswith("manage.py"):
            yield from _refused(words[at + 1], _until_end(words[at + 2 :]))
        elif word == "-m" and "python" in words[at - 1] and not _is_module(words[at + 1]):
            yield f"there is no {words[at + 1]}"
    yield from (f"there is no {word}" for word in words if word.startswith("tests/") and not (ROOT / word).exists())


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError:
        return line.split()


def _until_end(words: list[str]) -> list[str]:
    end = next((at for at, word in enumerate(words) if word in ENDS or word.startswith("(")), len(words))
    return words[:end]


def _is_module(name: str) -> bool:
    return find_spec(name) is not None


def _refused(name: str, arguments: list[str]) -> Iterator[str]:
    if not name.islower():  # "manage.py NAME"
        return
    app = get_commands().get(name)
    if app is None:
        yield f"there is no command {name}"
        return
    command = load_command_class(app, name) if isinstance(app, str) else app
    parser = command.create_parser("manage.py", name)
    parser.called_from_command_line = False
    try:
        parser.parse_args([OPTIONAL.sub("", argument) for argument in arguments])
    except CommandError as error:
        if "are required" not in str(error):  # in a sentence a command stands for all that it may be given
            yield str(error)


def _unknown_extras(line: str) -> Iterator[str]:
    setup = configparser.ConfigParser(interpolation=None)
    setup.read(ROOT / "setup.cfg")
    for extra in re.findall(r"django-capi-tracking\[(\w+)\]", line):
        if not setup.has_option("options.extras_require", extra):
            yield f"there is no extra {extra}"
