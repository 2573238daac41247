"""``SHARE``: by event name, or "*" for all others, the customer fields that may leave. What is not listed does not."""

from collections.abc import Collection, Mapping
from functools import lru_cache

from ..events import UserData
from ..events.intake import FIELDS

Share = Mapping[str, Collection[str]] | None
ALL_OTHERS = "*"

__all__ = ["FIELDS", "Share", "shared", "shared_by_all"]


def shared(user_data: UserData, share: Share, event_name: str) -> UserData:
    """The customer as this event may name them. A setting that can't be read shares nothing."""
    if share is None:
        return user_data
    listed = _listed(share, event_name)
    return user_data if listed is None else _only(user_data, listed)


def shared_by_all(user_data: UserData, share: Share) -> UserData:
    """The customer as every event of the pixel may name them: what the browser's pixel is given, it sends with each."""
    if share is None:
        return user_data
    lists = [_fields(listed) for listed in share.values()] if isinstance(share, Mapping) else [frozenset[str]()]
    return _only(user_data, frozenset.intersection(*lists)) if lists else user_data


def _listed(share: Share, event_name: str) -> frozenset[str] | None:
    if not isinstance(share, Mapping):
        return frozenset()
    name = event_name if event_name in share else ALL_OTHERS
    return _fields(share[name]) if name in share else None


def _fields(listed: Collection[str]) -> frozenset[str]:
    return _keys(tuple(listed)) if isinstance(listed, list | tuple | set | frozenset) else frozenset()


@lru_cache(maxsize=128)
def _keys(names: tuple[str, ...]) -> frozenset[str]:
    """Meta's names for ours."""
    return frozenset(FIELDS[name] for name in names if name in FIELDS)


def _only(user_data: UserData, keys: frozenset[str]) -> UserData:
    held = user_data.__dict__
    if not held.keys() - keys - {"notes"}:
        return user_data
    return UserData(**{name: value for name, value in held.items() if name in keys or name == "notes"})
