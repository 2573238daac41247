"""An event on a page: its name and its data, signed for each pixel."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from .. import minimisation
from ..conf import conf
from ..events import CustomData
from ..minimisation import LeftOut
from .names import checked_name, described
from .parameters import capped
from .signing import bounded, sign

_NO_ENTRY: Mapping[str, Any] = {}


def island(name: str, data: CustomData, *, pixel: str = "default") -> dict[str, Any]:
    """The signed island of one event, JSON-safe. Raises :class:`InvalidEvent`."""
    return several(name, data, pixels=[pixel])[0]


def several(
    name: object,
    data: CustomData,
    *,
    pixels: Iterable[str],
    tell: Callable[[str, Sequence[LeftOut]], None] | None = None,
) -> list[dict[str, Any]]:
    """The same island for each of these pixels, as far as each may have it. ``tell`` hears what none may."""
    name = checked_name(name)
    data, left_out = minimisation.scanned(capped(data))
    if left_out and tell:
        tell(name, left_out)
    text = bounded(data.as_json())
    return [_signed_island(alias, name, _without_words(data) if has_core_setup(alias) else text) for alias in pixels]


def _signed_island(alias: str, name: str, text: str) -> dict[str, Any]:
    return described(alias, name) | {"data": text, "signature": sign(alias, name, text)}


def _without_words(data: CustomData) -> str:
    return bounded(minimisation.without_words(data).as_json())


def has_core_setup(alias: str) -> bool:
    """Whether Meta restricts what this pixel may be told in words."""
    return bool(conf.PIXELS.get(alias, _NO_ENTRY).get("CORE_SETUP"))
