"""The pages as data: their headings, links and blocks of code."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]


class Block(NamedTuple):
    """A block of code. ``language`` is "" for one that names none, as an indented one can't."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: Path) -> list[Block]:
    found = (token for token in _tokens(page) if token.type in {"fence", "code_block"})
    return [Block(page.name, token.map[0] + 1, token.info, token.content) for token in found]


def spans(page: Path) -> list[str]:
    """Pieces of code within the text."""
    return [token.content for token in _inner(page) if token.type == "code_inline"]


def links(page: Path) -> Iterator[str]:
    """Where links and images of the page lead on this site."""
    for token in _inner(page):
        target = token.attrGet("href") or token.attrGet("src")
        if target and not re.match(r"\w+:", str(target)):
            yield str(target)


@cache
def anchors(page: Path) -> set[str]:
    """What a link may name behind its #, as GitHub and the site spell it."""
    tokens = _tokens(page)
    titles = [tokens[at + 1] for at, token in enumerate(tokens) if token.type == "heading_open"]
    slugs = [_slug("".join(each.content for each in title.children)) for title in titles]
    return {slug if slug not in slugs[:at] else f"{slug}-{slugs[:at].count(slug)}" for at, slug in enumerate(slugs)}


def _slug(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _inner(page: Path) -> Iterator[Token]:
    for token in _tokens(page):
        yield from token.children or []


@cache
def _tokens(page: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))
