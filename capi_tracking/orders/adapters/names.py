"""Whether a model has what an adapter names: told when the shop starts, not by its first sale."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model

from .. import fields


class Missing(NamedTuple):
    """The step of a path that leads nowhere, and the model that lacks it."""

    model: type[Model]
    name: str


def missing(model: type[Model], path: fields.Path) -> Iterator[Missing]:
    """The steps that no instance could take, as far as models tell: what a property gives is known to nobody."""
    for dotted in fields.single(path):
        found = _lacking(model, dotted.split("."))
        if found:
            yield found


def unknown_lookup(model: type[Model], condition: str) -> str:
    """The lookup of a condition that is none of ours, or ""."""
    *steps, last = condition.split("__")
    owner = _walk(model, steps)
    is_plain = bool(steps) and owner is None and _lacking(model, steps) is None
    return last if is_plain and last not in fields.LOOKUPS else ""


def path_of(condition: str) -> str:
    """The path that a condition of ``paid_when`` asks."""
    *steps, last = condition.split("__")
    return ".".join(steps if steps and last in fields.LOOKUPS else [*steps, last])


def names_of(model: type[Model]) -> list[str]:
    """What a path on the model may begin with, as far as fields go."""
    back = (relation.get_accessor_name() for relation in model._meta.related_objects)
    return sorted(
        {field.name for field in model._meta.get_fields() if not field.auto_created or field.concrete}
        | {*filter(None, back)}
    )


def related(model: type[Model], path: str) -> type[Model] | None:
    """The model that the path leads to, where it leads to one."""
    return _walk(model, path.split(".")) if path else None


def _lacking(model: type[Model], steps: list[str]) -> Missing | None:
    for name in steps:
        if not _has(model, name):
            return Missing(model, name)
        following = _related(model, name)
        if following is None:
            return None
        model = following
    return None


def _walk(model: type[Model], steps: list[str]) -> type[Model] | None:
    found: type[Model] | None = model
    for name in steps:
        found = _related(found, name) if found is not None else None
    return found


def _has(model: type[Model], name: str) -> bool:
    """A name may be a field, or anything else that the class has, or says that its instances will have."""
    said = any(name in vars(base).get("__annotations__", {}) for base in model.__mro__)
    return said or hasattr(model, name) or hasattr(model, "__getattr__") or _field(model, name) is not None


def _related(model: type[Model], name: str) -> type[Model] | None:
    """The model behind a foreign key, or of a reverse relation's rows."""
    for relation in model._meta.related_objects:
        if relation.get_accessor_name() == name:
            return relation.related_model if isinstance(relation.related_model, type) else None
    following = getattr(_field(model, name), "related_model", None)
    return following if isinstance(following, type) else None


def _field(model: type[Model], name: str) -> Any:
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
