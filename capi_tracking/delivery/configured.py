"""What the settings are, as marks: enough to see that one changed, and nothing to read its value from."""

import re
from collections.abc import Mapping
from typing import Any

from .. import __version__
from ..conf import conf
from ..keyed_hashes import keyed_hash
from ..models import SettingsChange

RELEASE = "capi_tracking"
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")  # another one in each process


def note_settings(using: str) -> None:
    """Remember what changed since somebody looked last, for the charts. One look, if nothing did."""
    SettingsChange.objects.using(using).note(marks())


def marks() -> dict[str, str]:
    """By the name of the setting, of a pixel's by all three; "" is what follows from the secret key alone."""
    values = {name: getattr(conf, name) for name in vars(type(conf)) if name.isupper() and name != "PIXELS"}
    for alias, entry in conf.PIXELS.items():
        values |= {f"PIXELS.{alias}.{name}": value for name, value in entry.items()}
    return {name: _mark(_stable(value)) for name, value in {**values, RELEASE: __version__, "": ""}.items()}


def _mark(text: str) -> str:
    return keyed_hash(text, purpose="settings")


def _stable(value: Any) -> str:
    """The same in each process: sets are in no order, and functions stand somewhere else."""
    if isinstance(value, Mapping):
        return repr([(name, _stable(each)) for name, each in value.items()])
    if isinstance(value, set | frozenset):
        return repr(sorted(map(_stable, value)))
    if isinstance(value, list | tuple):
        return repr([_stable(each) for each in value])
    return _ADDRESS.sub("", repr(value))
