"""HTML that is safe by default: what is filled into a template is escaped, unless it is HTML already."""

from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path
from string import Template

_FOLDER = Path(__file__).parent.with_name("assets")


class Html(str):
    """Text that is HTML already, and safe."""

    __slots__ = ()


def fill(name: str, /, **values: object) -> Html:
    """The template of that name with these values, each escaped unless it is ``Html``."""
    return Html(_template(name).substitute({key: escaped(value) for key, value in values.items()}))


def join(parts: Iterable[Html], between: str = "\n") -> Html:
    """Several pieces as one."""
    return Html(between.join(parts))


def escaped(value: object) -> Html:
    """``value`` as a page may show it: without markup, and without characters that hide or turn the text around."""
    return value if isinstance(value, Html) else Html(escape(printable(str(value))))


def printable(text: str) -> str:
    """``text`` with a mark for each character that can't be seen; line breaks stay."""
    return "".join(one if one.isprintable() or one == "\n" else "\N{REPLACEMENT CHARACTER}" for one in text)


@cache
def read_file(name: str) -> str:
    """One file of the assets."""
    return (_FOLDER / name).read_text("utf-8")


@cache
def _template(name: str) -> Template:
    return Template(read_file(f"{name}.html"))
