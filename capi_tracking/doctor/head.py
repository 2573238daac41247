"""Whether ``pixel_head`` stands in a template, and before the scripts that call the pixel too."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from django.template import engines

from .line import Level, Line

MOST_FILES = 20_000
MOST_BYTES = 500_000
OURS = Path(__file__).resolve().parent.parent
# What calls fbq, or brings something that may: Meta's own snippet, and tag managers.
_OTHERS = re.compile(r"fbevents\.js|\bfbq\s*\(|googletagmanager\.com|gtm\.start")
_HEAD = re.compile(r"pixel_head\b")
ABOUT = "head"


def head() -> Iterator[Line]:
    """By the text of the templates alone: what a template brings in by name is not followed."""
    found = [(path, text) for path, text in _templates() if _HEAD.search(text)]
    if not found:
        yield Line(
            about=ABOUT,
            level=Level.WARN,
            text="No template has pixel_head, so browsers tell nothing.",
            mend="Put {% load capi_tracking %}{% pixel_head %} into the <head> of your base template.",
        )
    late = [path for path, text in found if _OTHERS.search(text[: _HEAD.search(text).start()])]  # type: ignore[union-attr]
    for path in late:
        yield Line(
            about=ABOUT,
            level=Level.WARN,
            text=f"Another script of the pixel, or a tag manager, stands before pixel_head in {path}.",
            mend="Move pixel_head before it: what fires earlier carries no id that the server knows.",
        )
    if found and not late:
        yield Line(about=ABOUT, level=Level.GOOD, text=f"pixel_head stands first in {found[0][0]}.")


def _templates() -> Iterator[tuple[str, str]]:
    """Name and text of the shop's own, as far as loaders know their folders."""
    seen = (
        (path, folder)
        for engine in engines.all()
        for folder in map(Path, engine.template_dirs)
        if OURS not in folder.resolve().parents
        for path in sorted(folder.rglob("*.htm*"))
    )
    for path, folder in islice(seen, MOST_FILES):
        try:
            yield str(path.relative_to(folder)), path.read_bytes()[:MOST_BYTES].decode(errors="replace")
        except OSError:
            continue
