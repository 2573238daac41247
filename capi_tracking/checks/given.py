"""What the shop wrote, as it stands. Nothing here raises, whatever that is."""

import json
from datetime import timedelta
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from django.conf import settings
from django.utils.module_loading import import_string

from ..conf import Settings

TYPES = get_type_hints(Settings)
PIXEL_TYPES: dict[str, Any] = {
    "PIXEL_ID": str | int,
    "ACCESS_TOKEN": str,
    "APP_SECRET": str,
    "TEST_EVENT_CODE": str,
    "SITES": list[int],
    "HOSTS": list[str],
    "SHARE": dict,
    "CORE_SETUP": bool,
}


def given() -> dict[Any, Any]:
    """``settings.CAPI_TRACKING``; empty where that is no dict."""
    found = getattr(settings, "CAPI_TRACKING", {})
    return found if isinstance(found, dict) else {}


def sound(name: str) -> Any:
    """The setting, or its default where the shop's has a wrong type (which is told elsewhere)."""
    default = vars(Settings)[name]
    return given().get(name, default) if is_sound(name) else default


def is_on() -> bool:
    """Whether this app is to do anything; not while ``CAPI_TRACKING`` can't be read at all."""
    return isinstance(getattr(settings, "CAPI_TRACKING", {}), dict) and bool(sound("ENABLED"))


def is_sound(name: str) -> bool:
    return fits(given().get(name, vars(Settings)[name]), TYPES[name])


def sound_pixels() -> dict[str, dict[str, Any]]:
    """The entries of ``PIXELS`` that can be read: their types are right."""
    return {alias: entry for alias, entry in sound("PIXELS").items() if _is_sound(entry)}


def _is_sound(entry: Any) -> bool:
    return isinstance(entry, dict) and all(fits(entry[key], PIXEL_TYPES[key]) for key in entry.keys() & PIXEL_TYPES)


def fits(value: Any, hint: Any) -> bool:
    """Whether ``value`` is what the annotation says, a list's members included. True is no number."""
    if isinstance(hint, UnionType):
        return any(fits(value, option) for option in get_args(hint))
    if isinstance(value, bool):
        return hint is bool
    if get_origin(hint) is list:
        return isinstance(value, list) and all(isinstance(member, get_args(hint)) for member in value)
    return isinstance(value, get_origin(hint) or hint)


def load(path: str) -> tuple[Any, str]:
    """What the dotted path names, and why that failed ("" if it did not)."""
    try:
        return import_string(path), ""
    except ImportError as error:
        return None, str(error)
    except Exception as error:  # noqa: BLE001 (the module is the shop's, and may raise anything)
        return None, type(error).__name__


def type_name(hint: Any) -> str:
    """An annotation in words: "int or list of str"."""
    if isinstance(hint, UnionType):
        return " or ".join(type_name(option) for option in get_args(hint))
    if get_origin(hint) is list:
        return f"list of {type_name(get_args(hint)[0])}"
    return "None" if hint is type(None) else (get_origin(hint) or hint).__name__


def kind(value: Any) -> str:
    """The type of a value in words; of a list also what is in it. Never the value: it may be a secret."""
    if isinstance(value, list) and value:
        return f"list of {', '.join(sorted({type(member).__name__ for member in value}))}"
    return type(value).__name__


def quoted(text: Any) -> str:
    """As one would type it in the settings."""
    return json.dumps(text, ensure_ascii=False) if isinstance(text, str) else repr(text)


def example(name: str) -> str:
    """A line of the dict with the setting's default."""
    examples = {
        "PIXELS": '{"default": {"PIXEL_ID": "...", "ACCESS_TOKEN": "..."}}',
        "TRACK_SINCE": "datetime(2026, 11, 1, tzinfo=UTC)",
    }
    return f'"{name}": {examples.get(name) or literal(vars(Settings)[name])}'


def literal(value: Any) -> str:
    """Python's text for a default."""
    if isinstance(value, timedelta):
        return f"timedelta(seconds={value.total_seconds():g})"
    return json.dumps(value) if isinstance(value, str | list) else repr(value)
