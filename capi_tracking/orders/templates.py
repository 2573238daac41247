"""Ids that are put together: ``"shop-{product.sku}"`` names the paths whose values stand in its braces."""

from collections.abc import Callable
from functools import cache
from string import Formatter
from typing import Any

from ..exceptions import ImproperlyTracked

Part = tuple[str, str, str]  # what stands before the braces, the path in them, its format


def is_template(path: str) -> bool:
    return "{" in path or "}" in path


def filled(template: str, read: Callable[[str], Any]) -> str | None:
    """The text with each path's value in its place; None where one of them is missing: half an id is another's."""
    found = ""
    for before, path, spec in parts(template):
        value = read(path) if path else ""
        if value is None or (path and value == ""):
            return None
        found += before + format(value, spec)
    return found


@cache
def parts(template: str) -> tuple[Part, ...]:
    """Raises :class:`ImproperlyTracked` for what is no template."""
    try:
        parsed = list(Formatter().parse(template))
    except ValueError as error:
        raise ImproperlyTracked(f"{template!r} is no template: {error}.") from None
    if any(path == "" or conversion for _, path, _, conversion in parsed):
        raise ImproperlyTracked(f"{template!r} is no template: braces hold a path, as in {{product.sku}}.")
    return tuple((before, path or "", spec or "") for before, path, spec, _ in parsed)
