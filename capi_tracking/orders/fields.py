"""Reading a shop's own models by the paths that an adapter names: ``"product.sku"``."""

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache, lru_cache, partial
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db import router
from django.db.models import ForeignKey, Manager, Model, Prefetch, QuerySet, prefetch_related_objects
from django.utils import timezone

from ..exceptions import ImproperlyTracked
from ..models.database import prepared
from . import templates

Path = str | tuple[str, ...]

LOOKUPS: dict[str, Callable[[Any, Any], bool]] = {
    "exact": operator.eq,
    "in": lambda value, options: value in options,
    "isnull": lambda value, expected: (value is None) == expected,
    "gt": lambda value, bound: value is not None and value > bound,
    "gte": lambda value, bound: value is not None and value >= bound,
    "lt": lambda value, bound: value is not None and value < bound,
    "lte": lambda value, bound: value is not None and value <= bound,
}


def read(instance: Any, path: Path) -> Any:
    """What the path leads to; None where a link is missing. Of several paths, the first that gives something.

    A method is called. A name that the model does not have is an error, since it would be empty for ever. Braces make a
    template: ``"shop-{sku}"``.
    """
    if isinstance(path, tuple):
        return next((value for step in path if (value := read(instance, step)) not in (None, "")), None)
    names = _names(path)
    if not names:
        return templates.filled(path, partial(read, instance))
    for name in names:
        if instance is None:
            return None
        instance = _step(instance, name)
    return instance


@lru_cache(maxsize=1024)
def _names(path: str) -> tuple[str, ...]:
    """The steps of a dotted path; none of a template."""
    return () if templates.is_template(path) else tuple(path.split("."))


def single(path: Path) -> list[str]:
    """The dotted paths that a path is made of: several to choose from, those in a template."""
    if isinstance(path, tuple):
        return [step for each in path for step in single(each)]
    return [step for _, step, _ in templates.parts(path) if step] if templates.is_template(path) else [path]


def _step(instance: Any, name: str) -> Any:
    if router.routers and isinstance(instance, Model):
        _load_beside(instance, name)
    try:
        value = getattr(instance, name)
    except ObjectDoesNotExist:
        return None
    except AttributeError:
        raise ImproperlyTracked(f"{type(instance).__name__} has no {name!r}.") from None
    return value() if callable(value) and not hasattr(value, "all") else value


def beside(instance: Model, rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows as the instance's own database has them, not a replica, which may not have them yet."""
    return rows.using(instance._state.db) if _lags(rows.model, instance) else rows


def children(manager: Any) -> list[Model] | None:
    """What a foreign key's rows are, by a query that is written once; None where the manager has more to say."""
    key: Any = getattr(manager, "field", None)
    owner: Any = getattr(manager, "instance", None)
    if not isinstance(key, ForeignKey) or type(manager).__bases__[0] is not Manager or _is_prefetched(owner, key):
        return None
    pk, model = getattr(owner, key.target_field.attname), manager.model
    if pk is None:
        return None
    using = owner._state.db if _lags(model, owner) else manager._db or router.db_for_read(model, instance=owner)
    rows = prepared.find_all(model, using=using, **{key.attname: pk})
    for row in rows:
        key.set_cached_value(row, owner)
    return rows


def _is_prefetched(owner: Any, key: "ForeignKey[Any, Any]") -> bool:
    return key.remote_field.get_accessor_name() in getattr(owner, "_prefetched_objects_cache", ())


def _load_beside(instance: Model, name: str) -> None:
    """What a foreign key leads to may have been saved a moment ago, as the instance was."""
    related = _foreign_keys(instance.__class__).get(name)
    if related and _lags(related, instance):
        rows = related._base_manager.using(instance._state.db)
        prefetch_related_objects([instance], Prefetch(name, rows))


def _lags(model: type[Model], instance: Model) -> bool:
    """Whether a router reads the model elsewhere, though it is written where the instance is."""
    if not router.routers:
        return False
    here = instance._state.db
    return router.db_for_write(model, instance=instance) == here != router.db_for_read(model, instance=instance)


@cache
def _foreign_keys(model: type[Model]) -> dict[str, type[Model]]:
    found = ((field.name, field.related_model) for field in model._meta.fields)
    return {name: related for name, related in found if isinstance(related, type)}


def moment(value: Any) -> datetime | None:
    """An aware time; a naive one of the shop's database is one of the current time zone."""
    if value is None:
        return None
    if not isinstance(value, datetime):
        raise ImproperlyTracked(f"A time must be a datetime, not {type(value).__name__}.")
    return timezone.make_aware(value) if timezone.is_naive(value) else value


def matches(instance: Any, conditions: Mapping[str, Any]) -> bool:
    """Whether the instance meets all conditions, spelled as in ``filter()``, without a query."""
    return all(_meets(instance, name, expected) for name, expected in conditions.items())


def _meets(instance: Any, name: str, expected: Any) -> bool:
    path, lookup = condition(name)
    return LOOKUPS[lookup](read(instance, path), expected)


def condition(name: str) -> tuple[str, str]:
    """The path and the lookup of what is spelled as in ``filter()``."""
    *steps, last = name.split("__")
    return (".".join(steps), last) if last in LOOKUPS else (".".join((*steps, last)), "exact")


def relations(model: type[Model], paths: Iterable[Path]) -> list[str]:
    """The foreign keys that the paths walk through, for ``select_related``: one query for all lines."""
    found = {"__".join(_links(model, step)) for path in paths for step in single(path)}
    return sorted(found - {""})


def _links(model: type[Model], path: str) -> list[str]:
    links: list[str] = []
    for name in path.split("."):
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            break
        if not (field.many_to_one or field.one_to_one) or not isinstance(field.related_model, type):
            break
        links.append(name)
        model = field.related_model
    return links
