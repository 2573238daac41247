"""How values are built: of what was given, each part by the rule of its field.

A value keeps in its ``__dict__`` what it was given and nothing else; its class holds the defaults. That makes a value of
four fields cost four fields, though its class knows twenty-six, and it is as frozen as any other frozen dataclass.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Rule = Callable[[str, Any], object]


class Nothing(Mapping[str, Any]):
    """The empty mapping that nobody can fill, for a class's defaults."""

    __slots__ = ()

    def __getitem__(self, key: str) -> Any:
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __hash__(self) -> int:
        return hash(())

    def __repr__(self) -> str:
        return "{}"


NOTHING = Nothing()


class Sealed:
    """A value that has no subclasses: theirs would bring an ``__init__`` that knows no rules."""

    def __init_subclass__(cls) -> None:
        if Sealed not in cls.__bases__:
            raise TypeError(f"{cls.__bases__[0].__name__} can't be subclassed. Custom parameters go into extra.")


def keep(value: object, given: Mapping[str, Any], rules: Mapping[str, Rule]) -> dict[str, Any]:
    """Put what was given into a new value, and return what it holds now. What is empty after its rule is not held.

    A name without a rule is the caller's mistake.
    """
    held = value.__dict__
    for name, each in given.items():
        rule = rules.get(name) or _unexpected(value, name)
        found = rule(name, each)
        if found or (found is not None and found != ""):
            held[name] = found
    return held


def _unexpected(value: object, name: str) -> Rule:
    raise TypeError(f"{type(value).__name__}() got an unexpected keyword argument {name!r}")


def missing(value: object, name: str) -> TypeError:
    """What to raise where a field without default was not given."""
    return TypeError(f"{type(value).__name__}() missing the keyword argument {name!r}")
