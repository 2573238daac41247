"""Adapters that are written as names of a model's fields."""

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, TypeAlias

from .. import fields
from ..fields import Path

Ask: TypeAlias = Any  # a path, or in its place a method of the adapter's own, which is given the instance


class Answer:
    """A path that is asked as a method: ``adapter.channel(order)``."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __get__(self, adapter: Any, owner: type | None = None) -> Any:
        return self if adapter is None else partial(fields.read, path=self.path)


class PathAdapter:
    """Where the protocol has a method, a path will do: ``channel = "source"``. Where a path stands, so will a method."""

    PATHS: ClassVar[tuple[str, ...]] = ()  # names of attributes that hold one; each class names its own

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name, path in list(vars(cls).items()):
            if is_path(path) and _is_question(cls, name):
                setattr(cls, name, Answer(path))

    def read(self, instance: Any, ask: Ask) -> Any:
        """What the instance says; None where the adapter names nothing."""
        if callable(ask):
            return ask(instance)
        return fields.read(instance, ask) if ask else None

    def read_text(self, instance: Any, ask: Ask) -> str:
        """What the instance says, as text."""
        found = self.read(instance, ask)
        return "" if found is None else str(found)

    @classmethod
    def paths(cls) -> Mapping[str, Path]:
        """All that the adapter reads from its model, by the name that the shop gave it; methods of its own left out."""
        named = {name: getattr(cls, name) for base in cls.__mro__ for name in vars(base).get("PATHS", ())}
        asked = {name: found.path for name in dir(cls) if isinstance(found := getattr(cls, name), Answer)}
        return {name: path for name, path in (named | asked).items() if path and is_path(path)}


def is_path(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, tuple) and all(isinstance(each, str) for each in value))


def _is_question(cls: type, name: str) -> bool:
    inherited = getattr(super(cls, cls), name, None)
    return isinstance(inherited, Answer) or callable(inherited)
