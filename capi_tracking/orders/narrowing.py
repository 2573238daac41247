"""Which rows of a model can be orders of a period: asked of the database where an adapter's paths are its columns."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist, FieldError, ValidationError
from django.db.models import Field, ForeignObjectRel, Model, Q, QuerySet
from django.utils import timezone

from .fields import Path, condition

TELLING = frozenset({"exact", "in", "isnull"})  # that a database compares as Python does, or more generously


def between(
    rows: QuerySet[Any],
    start: datetime,
    end: datetime,
    paid: Path | None,
    placed: Path | None,
    conditions: Mapping[str, Any],
) -> QuerySet[Any]:
    """Rows that were paid in that time; placed, where no payment time is known; or that have no time at all.

    A path of None, or one that leads to no column, leaves none out.
    """
    paid_in, placed_in = columns(rows.model, paid), columns(rows.model, placed)
    rows = _meeting(rows, conditions)
    if paid_in is None or placed_in is None or not (paid_in or placed_in):
        return rows
    times = start, end
    by_placing = _any_in(placed_in, times) | _none_of(placed_in) if placed_in else Q()
    return rows.filter(_any_in(paid_in, times) | _none_of(paid_in) & by_placing)


def columns(model: type[Model], path: Path | None) -> list[str] | None:
    """The path, or each of several, as ``filter()`` spells it; None if one of them is no column of Django's own kind."""
    if path is None:
        return None
    found = [_column(model, step) for step in ((path,) if isinstance(path, str) else path)]
    return None if "" in found else found


def _column(model: type[Model], path: str) -> str:
    *links, last = path.split(".")
    at: Any = model
    for name in links:
        at = _related(at, name)
    field = _field(at, last)
    is_column = isinstance(field, Field) and field.concrete and type(field).__module__.startswith("django.db.models")
    return "__".join((*links, last)) if is_column else ""


def _related(model: Any, name: str) -> Any:
    """What one link leads to, if that is one row at most, and Python and the database call it by the same name."""
    field = _field(model, name)
    if field is None or not (field.many_to_one or field.one_to_one):
        return None
    if isinstance(field, ForeignObjectRel) and field.get_accessor_name() != name:
        return None
    return field.related_model


def _field(model: Any, name: str) -> Any:
    try:
        return model._meta.get_field(name) if model is not None else None
    except FieldDoesNotExist:
        return None


def _any_in(names: list[str], times: tuple[datetime, datetime]) -> Q:
    start, end = (each if settings.USE_TZ else timezone.make_naive(each) for each in times)
    found = Q(pk__in=[])
    for name in names:
        found |= Q(**{f"{name}__gte": start, f"{name}__lt": end})
    return found


def _none_of(names: list[str]) -> Q:
    return Q(**{f"{name}__isnull": True for name in names})


def _meeting(rows: QuerySet[Any], conditions: Mapping[str, Any]) -> QuerySet[Any]:
    """Without the rows that the database can tell do not meet a condition."""
    for name, expected in conditions.items():
        path, lookup = condition(name)
        column = _column(rows.model, path)
        if not column or lookup not in TELLING or (lookup == "in" and None in expected):
            continue
        try:
            rows = rows.filter(**{f"{column}__{lookup}": expected})
        except (FieldError, ValidationError, TypeError, ValueError):
            continue  # what this database can't compare, Python will
    return rows
